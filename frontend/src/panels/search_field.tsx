/** Finds tokens by their text, their id or a regular expression. */

import { useEffect, useRef } from "preact/hooks";
import { rowNoun } from "../store/runs";
import { broken, matchCase, query, regex, setMatchCase, setQuery, setRegex } from "../store/search";
import { chooseHits, selectFirstHit } from "../store/selection";
import { Icon } from "./icons";
import { SearchNote } from "./search_note";

let focusField: (() => void) | null = null;
let wanted = false;

/** What the key `/` does; a field that is about to appear takes the focus then. */
export function focusSearch(): void {
  if (focusField) focusField();
  else wanted = true;
}

/** The field that the key goes to: of those on the page, the one that is there. */
export function useSearchKey(field: { readonly current: HTMLInputElement | null }): void {
  useEffect(() => {
    focusField = () => {
      field.current?.focus();
      field.current?.select();
    };
    if (wanted) focusField();
    wanted = false;
    const mine = focusField;
    return () => {
      if (focusField === mine) focusField = null;
    };
  }, []);
}

export function SearchField() {
  const field = useRef<HTMLInputElement>(null);
  useSearchKey(field);
  const used = query.value !== "" || regex.value || matchCase.value;
  return (
    <div>
      <div class={used ? "search used" : "search"}>
        <Icon name="search" size={18} />
        <input
          ref={field}
          type="search"
          placeholder={`Find a ${rowNoun.value}`}
          aria-label={`Find a ${rowNoun.value} by text or id`}
          aria-invalid={broken.value !== null}
          aria-describedby="search-note"
          value={query.value}
          spellcheck={false}
          autocomplete="off"
          onInput={(event) => setQuery(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key === "Enter") {
              if (event.shiftKey) chooseHits();
              else selectFirstHit();
            }
            if (event.key === "Escape") {
              setQuery("");
              event.currentTarget.blur();
            }
            event.stopPropagation();
          }}
        />
        <kbd>/</kbd>
        <span class="search-options">
          <Option text="Aa" label="Match case" on={matchCase.value} set={setMatchCase} />
          <Option text=".*" label="Regular expression" on={regex.value} set={setRegex} />
        </span>
      </div>
      <SearchNote />
    </div>
  );
}

function Option({ text, label, on, set }: { text: string; label: string; on: boolean; set(on: boolean): void }) {
  return (
    <button
      type="button"
      class={on ? "search-option chosen" : "search-option"}
      aria-label={label}
      title={label}
      aria-pressed={on}
      onClick={() => set(!on)}
    >
      {text}
    </button>
  );
}
