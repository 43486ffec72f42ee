/** Finds a token by its text or its id. */

import { useEffect, useRef } from "preact/hooks";
import { integer } from "../format";
import { rowNoun } from "../store/runs";
import { hits, noMatch, query, selectFirstHit, setQuery } from "../store/selection";
import { Icon } from "./icons";

let focusField: (() => void) | null = null;
let wanted = false;

/** What the key `/` does; a field that is about to appear takes the focus then. */
export function focusSearch(): void {
  if (focusField) focusField();
  else wanted = true;
}

export function SearchField() {
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => {
    focusField = () => {
      field.current?.focus();
      field.current?.select();
    };
    if (wanted) focusField();
    wanted = false;
    return () => {
      focusField = null;
    };
  }, []);
  const found = hits.value.length;
  return (
    <div>
      <div class="search">
        <Icon name="search" size={18} />
        <input
          ref={field}
          type="search"
          placeholder={`Find a ${rowNoun.value}`}
          aria-label={`Find a ${rowNoun.value} by text or id`}
          value={query.value}
          spellcheck={false}
          autocomplete="off"
          onInput={(event) => setQuery(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key === "Enter") selectFirstHit();
            if (event.key === "Escape") {
              setQuery("");
              event.currentTarget.blur();
            }
            event.stopPropagation();
          }}
        />
        {query.value === "" && <kbd>/</kbd>}
      </div>
      <div class="search-note" aria-live="polite">
        {noMatch.value && (
          <>
            No {rowNoun.value} matches “{query.value}”.{" "}
            <button type="button" class="link" onClick={() => setQuery("")}>
              Clear search
            </button>
          </>
        )}
        {query.value !== "" &&
          found > 0 &&
          `${found >= 200 ? "200 or more" : integer(found)} found · Enter selects the first`}
      </div>
    </div>
  );
}
