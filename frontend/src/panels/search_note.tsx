/** What a search found; where it found nothing, what to change about it. */

import { integer } from "../format";
import type { Change } from "../search/relax";
import { isolating } from "../store/filters";
import { embeddingName, embeddings, rowNoun } from "../store/runs";
import {
  broken,
  hiddenHits,
  hits,
  noMatch,
  query,
  relax,
  relaxed,
  searching,
  setQuery,
  showMatches,
  stoppedAfter,
} from "../store/search";
import { chooseHits } from "../store/selection";

export function SearchNote() {
  return (
    <div id="search-note" class="search-note" aria-live="polite">
      {query.value !== "" && (broken.value !== null ? <Broken why={broken.value} /> : <Outcome />)}
    </div>
  );
}

function Broken({ why }: { why: string }) {
  return (
    <>
      <p class="broken">{why}.</p>
      <Suggestions />
    </>
  );
}

function Outcome() {
  if (searching.value) return <p>Searching…</p>;
  const stopped = stoppedAfter.value;
  const found = hits.value.length;
  const noun = rowNoun.value;
  return (
    <>
      {stopped !== null && (
        <p class="broken">
          This pattern takes too long. It was stopped after {integer(stopped)} {noun}s.
        </p>
      )}
      {noMatch.value && stopped === null && (
        <p>
          No {noun} matches “{query.value}”.
        </p>
      )}
      {noMatch.value && <Suggestions />}
      {found > 0 && <p>{integer(found)} found · Enter selects the first</p>}
      {found > 1 && (
        <p>
          <button type="button" class="link" title="Shift+Enter" onClick={chooseHits}>
            Choose all {integer(found)}
          </button>
        </p>
      )}
      {found > 0 && hiddenHits.value > 0 && (
        <p>
          <button type="button" class="link" onClick={showMatches}>
            Show {integer(hiddenHits.value)} more that {hiddenHits.value === 1 ? "is" : "are"} hidden
          </button>
        </p>
      )}
    </>
  );
}

function Suggestions() {
  return (
    <ul class="suggestions">
      {relaxed.value.map(({ change, found }) => (
        <li key={change.kind + ("path" in change ? change.path : "")}>
          <button type="button" class="link" onClick={() => relax(change)}>
            {nameOf(change)} ({integer(found)} found)
          </button>
        </li>
      ))}
      <li>
        <button type="button" class="link" onClick={() => setQuery("")}>
          Clear search
        </button>
      </li>
    </ul>
  );
}

function nameOf(change: Change): string {
  switch (change.kind) {
    case "case":
      return "Ignore case";
    case "hidden":
      return isolating.value ? `Search all ${rowNoun.value}s` : "Search in hidden classes";
    case "as text":
      return "Search for it as plain text";
    case "as pattern":
      return "Take it as a regular expression";
    case "trim":
      return "Without the spaces";
    case "shorter":
      return `Search for “${change.text}”`;
    case "embedding": {
      const one = embeddings.value.find(({ path }) => path === change.path);
      return `Search the ${one ? embeddingName(one).toLowerCase() : change.path}`;
    }
  }
}
