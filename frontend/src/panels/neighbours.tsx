/** Nearest rows by cosine in the full space, at this step and at an earlier one, and what changed among them. */

import { integer, number } from "../format";
import { type Change, type Changes, changesOf, type Near } from "../rows/neighbour_changes";
import {
  allNeighbours,
  comparedStep,
  compareWithFirst,
  compareWithKept,
  detailsThen,
  keepStep,
  keptStep,
  neighboursShown,
  showAllNeighbours,
} from "../store/comparison";
import { details, select } from "../store/selection";
import { step } from "../store/timeline";
import { Select } from "./controls";
import { Explain } from "./explain";
import { nameOf } from "./token_name";

/** Never by colour alone: a sign beside each, its word below. */
const SIGNS: Record<Change, string> = { stayed: "=", came: "+", left: "−" };
const WORDS: Record<Change, string> = { stayed: "stayed", came: "came in", left: "left" };

interface Compared {
  readonly then: number;
  readonly now: number;
  readonly changes: Changes;
  /** The row's own norm then; 0 = not known yet. */
  readonly normThen: number;
}

function comparedOf(row: number): Compared | null {
  const known = details.value.get(row);
  if (!known) return null;
  const asked = comparedStep.value ?? known.firstStep;
  const early = detailsThen(row, asked);
  const before = comparedStep.value === null ? known.firstNeighbours : early?.neighbours;
  if (!before) return null;
  const changes = changesOf(before, known.neighbours);
  const then = early?.neighboursStep ?? asked;
  return { then, now: known.neighboursStep ?? known.step, changes, normThen: early?.norm ?? 0 };
}

export function Neighbours({ row }: { row: number }) {
  const known = details.value.get(row);
  const compared = comparedOf(row);
  const all = known?.neighbours.length ?? 0;
  return (
    <section class="section">
      <div class="section-head">
        <h3>
          Nearest neighbours, cosine
          <Explain of={["measure:neighbours", "control:compare_neighbours"]} label="nearest neighbours" />
        </h3>
        {all > 4 && (
          <button type="button" class="link" onClick={() => showAllNeighbours(!allNeighbours.value)}>
            {allNeighbours.value ? "Show 4" : `Show all ${all}`}
          </button>
        )}
      </div>
      <div class="neighbours">
        <List
          title={`At step ${integer(compared?.then)}`}
          list={compared?.changes.before}
          norm={compared?.normThen ?? 0}
        />
        <List
          title={`At step ${integer(compared?.now ?? known?.step)}`}
          list={compared?.changes.after}
          norm={known?.norm ?? 0}
          now
        />
      </div>
      <Summary compared={compared} />
      <ComparedWith row={row} />
    </section>
  );
}

interface ListProps {
  readonly title: string;
  readonly list: Changes["after"] | undefined;
  readonly norm: number;
  readonly now?: boolean;
}

function List({ title, list, norm, now }: ListProps) {
  return (
    <div>
      <div class={now ? "neighbours-head now" : "neighbours-head"}>{title}</div>
      {(list ?? []).slice(0, neighboursShown.value).map((near) => (
        <Neighbour key={near.row} near={near} change={near.change} now={now ?? false} />
      ))}
      {!list && <div class="neighbour waiting">–</div>}
      {list?.length === 0 && <div class="neighbour waiting">{Number.isFinite(norm) ? "none" : "none, not finite"}</div>}
    </div>
  );
}

function Neighbour({ near, change, now }: { near: Near; change: Change; now: boolean }) {
  const name = nameOf(near.row);
  const told = `${name.title}, cosine ${number(near.similarity)}, ${WORDS[change]}`;
  return (
    <button type="button" class={`neighbour ${change}`} title={told} onClick={() => select(near.row)}>
      <span class="hidden-text">{told}</span>
      <span class="change" aria-hidden="true">
        {SIGNS[change]}
      </span>
      <span class="mono" aria-hidden="true" style={{ color: name.ink }}>
        {name.text}
      </span>
      <span class="bar">
        <i
          style={{
            width: `${Math.max(0, Math.min(1, near.similarity)) * 100}%`,
            background: name.fill,
            opacity: now ? 1 : 0.6,
          }}
        />
      </span>
      <span class="figure" aria-hidden="true">
        {near.similarity.toFixed(2)}
      </span>
    </button>
  );
}

/** "4 of 10 stayed since step 0". */
function Summary({ compared }: { compared: Compared | null }) {
  if (!compared) return null;
  const { changes, then, now } = compared;
  if (changes.before.length === 0 && changes.after.length === 0) return null;
  if (then === now) return <p class="changes">This is the step it is compared with.</p>;
  return (
    <p class="changes">
      <b>
        {changes.stayed} of {changes.before.length} stayed
      </b>{" "}
      {then < now ? "since" : "from here to"} step {integer(then)}
      <br />
      <span>
        {SIGNS.stayed} {WORDS.stayed} {changes.stayed} · {SIGNS.came} {WORDS.came} {changes.came} · {SIGNS.left}{" "}
        {WORDS.left} {changes.left}
      </span>
    </p>
  );
}

function ComparedWith({ row }: { row: number }) {
  const known = details.value.get(row);
  const kept = keptStep.value;
  const here = step.value;
  return (
    <div class="compared-with">
      <Select
        label="Compare neighbours with"
        hideLabel
        value={comparedStep.value === null ? "first" : "kept"}
        choices={[
          { value: "first", name: `First step, ${integer(known?.firstStep)}` },
          kept === null
            ? { value: "kept", name: "A step you keep", disabled: true }
            : { value: "kept", name: `Kept step, ${integer(kept)}` },
        ]}
        onChange={(chosen) => (chosen === "first" ? compareWithFirst() : compareWithKept())}
      />
      <button
        type="button"
        class="link"
        title="Compare the neighbours at other steps with those at this one"
        disabled={known === undefined || known.step === kept || here === null}
        onClick={() => known && keepStep(known.step)}
      >
        Keep this step
      </button>
    </div>
  );
}

/** The same in two rows of chips, for the phone's sheet. */
export function NeighbourChips({ row }: { row: number }) {
  const known = details.value.get(row);
  const compared = comparedOf(row);
  return (
    <div class="chips-rows">
      <Chips title={`Step ${integer(compared?.then)}`} list={compared?.changes.before ?? []} />
      <Chips title={`Step ${integer(compared?.now ?? known?.step)}`} list={compared?.changes.after ?? []} now />
    </div>
  );
}

function Chips({ title, list, now }: { title: string; list: Changes["after"]; now?: boolean }) {
  return (
    <div class="chips">
      <span class={now ? "now" : ""}>{title}</span>
      {list.slice(0, 4).map((near) => {
        const name = nameOf(near.row);
        const told = `${name.title}, cosine ${number(near.similarity)}, ${WORDS[near.change]}`;
        return (
          <button type="button" key={near.row} class="chip" onClick={() => select(near.row)}>
            <span class="hidden-text">{told}</span>
            <span class="change" aria-hidden="true">
              {SIGNS[near.change]}
            </span>
            <span class="mono" aria-hidden="true" style={{ color: name.ink }}>
              {name.text}
            </span>
            <span aria-hidden="true">{near.similarity.toFixed(2)}</span>
          </button>
        );
      })}
    </div>
  );
}
