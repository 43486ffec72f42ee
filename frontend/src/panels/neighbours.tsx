/** Nearest rows by cosine in the full space, at the first step and at this one. */

import { integer, number } from "../format";
import { details, type Neighbour, select } from "../store/selection";
import { nameOf } from "./token_name";

const SHOWN = 4;

export function Neighbours({ row }: { row: number }) {
  const known = details.value.get(row);
  return (
    <section class="section">
      <h3>Nearest neighbours, cosine</h3>
      <div class="neighbours">
        <NeighbourList title={`At step ${integer(known?.firstStep)}`} list={known?.firstNeighbours} />
        <NeighbourList title={`At step ${integer(known?.step)}`} list={known?.neighbours} now />
      </div>
    </section>
  );
}

function NeighbourList({ title, list, now }: { title: string; list: readonly Neighbour[] | undefined; now?: boolean }) {
  return (
    <div>
      <div class={now ? "neighbours-head now" : "neighbours-head"}>{title}</div>
      {(list ?? []).slice(0, SHOWN).map((neighbour) => {
        const name = nameOf(neighbour.row);
        return (
          <button
            type="button"
            key={neighbour.row}
            class="neighbour"
            title={`${name.title}, cosine ${number(neighbour.similarity)}`}
            onClick={() => select(neighbour.row)}
          >
            <span class="mono" style={{ color: name.ink }}>
              {name.text}
            </span>
            <span class="bar">
              <i
                style={{
                  width: `${Math.max(0, Math.min(1, neighbour.similarity)) * 100}%`,
                  background: name.fill,
                  opacity: now ? 1 : 0.6,
                }}
              />
            </span>
            <span class="figure">{neighbour.similarity.toFixed(2)}</span>
          </button>
        );
      })}
      {!list && <div class="neighbour waiting">–</div>}
    </div>
  );
}

/** The same in two rows of chips, for the phone's sheet. */
export function NeighbourChips({ row }: { row: number }) {
  const known = details.value.get(row);
  return (
    <div class="chips-rows">
      <Chips title={`Step ${integer(known?.firstStep)}`} list={known?.firstNeighbours ?? []} />
      <Chips title={`Step ${integer(known?.step)}`} list={known?.neighbours ?? []} now />
    </div>
  );
}

function Chips({ title, list, now }: { title: string; list: readonly Neighbour[]; now?: boolean }) {
  return (
    <div class="chips">
      <span class={now ? "now" : ""}>{title}</span>
      {list.slice(0, SHOWN).map((neighbour) => {
        const name = nameOf(neighbour.row);
        return (
          <button type="button" key={neighbour.row} class="chip" onClick={() => select(neighbour.row)}>
            <span class="mono" style={{ color: name.ink }}>
              {name.text}
            </span>
            {neighbour.similarity.toFixed(2)}
          </button>
        );
      })}
    </div>
  );
}
