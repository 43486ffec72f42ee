/** What stands under the pointer, exactly. */

import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { integer } from "../format";
import { cellOf } from "../heat/cells";
import type { HoveredCell } from "../store/heat_pointing";
import { outsideShown, scaleWanted, shownHeat } from "../store/heat_view";
import { layers } from "../store/layers";
import { exactStatValue, statName } from "../store/stat_names";
import { cardPlace } from "./card_place";
import { LayerFindingWords } from "./finding_words";

export function HeatCard({ at }: { at: HoveredCell }) {
  const card = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const around = card.current?.parentElement;
    if (!card.current || !around) return;
    const size = { width: card.current.offsetWidth, height: card.current.offsetHeight };
    const [left, top] = cardPlace(at, size, { width: around.clientWidth, height: around.clientHeight });
    card.current.style.transform = `translate(${left}px, ${top}px)`;
  });
  const of = shownHeat.value;
  const layer = layers.value[at.layer];
  if (!of || !layer || at.column >= of.columns) return null;
  const cell = cellOf(of, at.layer, at.column);
  const measured = !Number.isNaN(cell.value);
  const outside = outsideShown.value?.cells[at.layer * of.columns + at.column] ?? 0;
  return (
    <div ref={card} class="hover-card heat-card">
      <b>{layer.path}</b>
      <dl>
        <Line
          name={`${statName(of.stat).name}, ${cell.count > 1 ? steps(cell.first, cell.last) : `step ${integer(cell.step)}`}`}
        >
          {measured ? exactStatValue(of.stat, cell.value) : "not measured"}
        </Line>
        {measured && cell.count > 1 && cell.low !== cell.high && (
          <Line name={`${integer(cell.count)} snapshots, lowest to highest`}>
            {exactStatValue(of.stat, cell.low)} – {exactStatValue(of.stat, cell.high)}
          </Line>
        )}
        {cell.since !== null && <Line name="Held since">step {integer(cell.since)}</Line>}
        {measured && cell.among > 1 && (
          <Line name={`Among ${integer(cell.among)} layers`}>{rankSaid(cell.rank, cell.among)}</Line>
        )}
      </dl>
      {beyondSaid(cell.value)}
      <LayerFindingWords place={at.layer} from={cell.first} to={cell.last} />
      {cell.broken && <span class="heat-warn">Some of its entries are not finite</span>}
      {outside !== 0 && <span class="heat-warn">{outside === 2 ? "Above" : "Below"} the healthy band</span>}
    </div>
  );
}

/** Its colour says less than its value. */
function beyondSaid(value: number) {
  const scale = scaleWanted.value;
  if (!scale || !(value > scale.high || value < scale.low) || (scale.log && value <= 0)) return null;
  return <span>Beyond the {value > scale.high ? "upper" : "lower"} end of the scale</span>;
}

function Line({ name, children }: { name: string; children: ComponentChildren }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

const steps = (first: number, last: number) => `steps ${integer(first)}–${integer(last)}`;

/** "largest", "4th largest", "smallest". */
export function rankSaid(rank: number, among: number): string {
  if (rank === 1) return "largest";
  if (rank === among) return "smallest";
  const tens = rank % 100;
  const ending = tens >= 11 && tens <= 13 ? "th" : (["th", "st", "nd", "rd"][rank % 10] ?? "th");
  return `${integer(rank)}${ending} largest`;
}
