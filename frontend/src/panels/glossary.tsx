/** All explanations in a window, to be searched. */

import { useEffect, useRef, useState } from "preact/hooks";
import { found } from "../explain/content";
import { integer, plural } from "../format";
import { explanations, glossaryAt, openGlossary } from "../store/explanations";
import { Dialog } from "./dialog";
import { Words } from "./explain_words";
import { Icon } from "./icons";

export function Glossary() {
  return (
    <Dialog open={glossaryAt.value !== null} title="Glossary" class="glossary" onClose={() => openGlossary(null)}>
      <Body />
    </Dialog>
  );
}

function Body() {
  const [wanted, want] = useState("");
  const list = useRef<HTMLElement>(null);
  const content = explanations();
  const at = glossaryAt.value;
  useEffect(() => {
    // The window opens after what is in it was made: before, nothing has a place.
    const drawn = requestAnimationFrame(() => {
      const entry = at && list.current?.querySelector<HTMLElement>(`[data-entry="${CSS.escape(at)}"]`);
      if (entry && list.current) list.current.scrollTop = entry.offsetTop - list.current.offsetTop - 12;
    });
    return () => cancelAnimationFrame(drawn);
  }, [at, content]);
  if (!content) return <p class="hint glossary-note">Reading</p>;
  const groups = found(content, wanted);
  const count = groups.reduce((sum, { of }) => sum + of.length, 0);
  return (
    <>
      <div class="glossary-search">
        <div class="search">
          <Icon name="search" size={18} />
          <input
            type="search"
            aria-label="Find an explanation"
            placeholder="Find an explanation"
            value={wanted}
            autocomplete="off"
            spellcheck={false}
            onInput={(event) => want(event.currentTarget.value)}
          />
        </div>
        <span role="status">
          {wanted.trim() === ""
            ? plural(count, "explanation")
            : `${integer(count)} of ${integer(Object.keys(content.entries).length)}`}
        </span>
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard */}
      <section ref={list} class="glossary-list" aria-label="Explanations" tabIndex={0}>
        {groups.map(({ kind, of }) => (
          <section key={kind}>
            <h3>{kind}</h3>
            {of.map((one) => (
              <article
                key={one.key}
                data-entry={one.key}
                class={one.key === at ? "glossary-entry at" : "glossary-entry"}
              >
                <h4>{one.name}</h4>
                <Words of={one} />
              </article>
            ))}
          </section>
        ))}
        {count === 0 && (
          <p class="hint">
            Nothing here says “{wanted}”.{" "}
            <button type="button" class="link" onClick={() => want("")}>
              Clear search
            </button>
          </p>
        )}
      </section>
    </>
  );
}
