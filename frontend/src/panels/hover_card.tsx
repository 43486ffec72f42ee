/** The name of the point under the pointer, a moment after it came to rest there. */

import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { integer, number } from "../format";
import { hovered } from "../store/selection";
import { layout } from "../store/settings";
import { cardPlace } from "./card_place";
import { RowFindingWords } from "./finding_words";
import { factsOf } from "./row_facts";
import { nameOf } from "./token_name";

const AFTER_MS = 80;

export function HoverCard() {
  const at = hovered.value;
  const [ready, setReady] = useState<number | null>(null);
  const row = at?.row ?? null;
  const card = useRef<HTMLDivElement>(null);
  // After each drawing: what comes from the server makes the card larger.
  useLayoutEffect(() => {
    const around = card.current?.parentElement;
    if (!card.current || !around || !at) return;
    const size = { width: card.current.offsetWidth, height: card.current.offsetHeight };
    const [left, top] = cardPlace(at, size, { width: around.clientWidth, height: around.clientHeight });
    card.current.style.transform = `translate(${left}px, ${top}px)`;
  });
  useEffect(() => {
    setReady(null);
    if (row === null) return;
    const timer = window.setTimeout(() => setReady(row), AFTER_MS);
    return () => window.clearTimeout(timer);
  }, [row]);
  if (!at || ready !== at.row || layout.value === "phone") return null;
  const name = nameOf(at.row);
  const facts = factsOf(at.row);
  const known = facts?.known;
  const nearest = known?.neighbours.slice(0, 3).map((neighbour) => nameOf(neighbour.row).text);
  return (
    <div ref={card} class="hover-card">
      <b>{name.title}</b>
      <span>
        id {name.id}
        {name.className && ` · ${name.className}`}
      </span>
      {known && (
        <dl class="card-numbers">
          <dt>norm</dt>
          <dd>{number(known.norm)}</dd>
          <dt>gradient</dt>
          <dd>{number(known.gradNorm)}</dd>
          <dt>displacement</dt>
          <dd>{number(facts?.displacement)}</dd>
        </dl>
      )}
      <RowFindingWords row={at.row} />
      {facts && !Number.isNaN(facts.count) && <span>{integer(facts.count)} in the training text</span>}
      {nearest && nearest.length > 0 && (
        <span>
          near <span class="mono">{nearest.join("  ")}</span>
        </span>
      )}
    </div>
  );
}
