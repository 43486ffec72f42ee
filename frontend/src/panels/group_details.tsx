/** Several rows together: how many, their numbers in the middle, the best known of them to go to. */

import { useState } from "preact/hooks";
import { integer, number, percent, plural } from "../format";
import { type Middle, middleOf, mostFrequent } from "../rows/group_numbers";
import { numbersExact } from "../store/load_numbers";
import { MEASURES } from "../store/measures";
import { select } from "../store/selection";
import { cloud, step } from "../store/timeline";
import { Reading } from "./controls";
import { Explain } from "./explain";
import { GroupFindings } from "./findings";
import { nameOf } from "./token_name";

const FEW = 8;
/** A list that long is read by nobody: the search and the table are for that. */
const MOST = 200;
const NOTHING = new Float32Array(0);

export function GroupDetails({ rows }: { rows: readonly number[] }) {
  return (
    <>
      <header class="inspector-head">
        <div class="tile group-tile" aria-hidden="true">
          {integer(rows.length)}
        </div>
        <div class="inspector-title">
          <h2>{plural(rows.length, nounOf(rows))} chosen</h2>
          <p>{classesOf(rows)}</p>
        </div>
      </header>
      <Numbers rows={rows} />
      <GroupFindings rows={rows} />
      <Rows rows={rows} />
      <p class="section hint">Click one to see it alone. Esc lets all of them go.</p>
    </>
  );
}

function nounOf(rows: readonly number[]): string {
  const nouns = new Set(rows.map((row) => nameOf(row).noun));
  return nouns.size === 1 ? ([...nouns][0] as string) : "row";
}

/** "12 consonants, 3 whitespace", the commonest first. */
function classesOf(rows: readonly number[]): string {
  const counts = new Map<string, number>();
  for (const row of rows) {
    const name = nameOf(row).className;
    if (name) counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  const sorted = [...counts].sort((one, other) => other[1] - one[1]);
  return sorted.map(([name, count]) => `${integer(count)} ${name}`).join(" · ");
}

const NUMBERS = ["measure:norm", "measure:displacement", "measure:gradient", "measure:count"] as const;

function Numbers({ rows }: { rows: readonly number[] }) {
  const norm = middleOf(MEASURES.norm.values.value ?? NOTHING, rows);
  const gradient = middleOf(MEASURES.gradient.values.value ?? NOTHING, rows);
  const moved = middleOf(MEASURES.displacement.values.value ?? NOTHING, rows);
  const counts = cloud.value?.counts;
  const counted = rows.map((row) => counts?.[row] ?? Number.NaN).filter(Number.isFinite);
  const sum = counted.reduce((all, count) => all + count, 0);
  const whole = counts?.reduce((all, count) => all + (count || 0), 0) ?? 0;
  const broken = MEASURES.norm.values.value ? rows.length - norm.known : 0;
  return (
    <section class="section" aria-label="Numbers">
      <dl class="readings two">
        <MiddleReading name="Mean norm" middle={norm} />
        <MiddleReading name="Mean displacement" middle={moved} />
        <MiddleReading name="Mean gradient norm" middle={gradient} />
        <Reading name="In training text">
          {integer(counted.length > 0 ? sum : null)}
          <small>{counted.length === 0 ? "not logged" : percent(whole > 0 ? sum / whole : null)}</small>
        </Reading>
      </dl>
      <div class="as-of explained">
        <span>
          {numbersExact.value
            ? `As recorded at step ${integer(step.value)}`
            : `Between steps, near ${integer(step.value)}`}
          {broken > 0 && `; ${integer(broken)} not finite, left out`}
        </span>
        <Explain of={NUMBERS} label="these numbers" />
      </div>
    </section>
  );
}

function MiddleReading({ name, middle }: { name: string; middle: Middle }) {
  return (
    <Reading name={name}>
      {number(middle.mean)}
      <small>median {number(middle.median)}</small>
    </Reading>
  );
}

function Rows({ rows }: { rows: readonly number[] }) {
  const [all, showAll] = useState(false);
  const sorted = mostFrequent(rows, cloud.value?.counts ?? null);
  const shown = sorted.slice(0, all ? MOST : FEW);
  const norms = MEASURES.norm.values.value;
  const moved = MEASURES.displacement.values.value;
  return (
    <section class="section">
      <div class="section-head">
        <h3>{cloud.value?.counts ? "Most frequent first" : "By id"}</h3>
        {rows.length > FEW && (
          <button type="button" class="link" onClick={() => showAll(!all)}>
            {all ? `Show ${FEW}` : `Show all ${integer(rows.length)}`}
          </button>
        )}
      </div>
      <table class="group-rows">
        <thead>
          <tr>
            <th scope="col">{nounOf(rows)}</th>
            <th scope="col">norm</th>
            <th scope="col">displacement</th>
          </tr>
        </thead>
        <tbody>
          {shown.map((row) => {
            const name = nameOf(row);
            return (
              <tr key={row}>
                <th scope="row">
                  <button type="button" class="group-row" title={name.title} onClick={() => select(row)}>
                    <i class="dot" style={{ background: name.fill }} />
                    <span class="mono" style={{ color: name.ink }}>
                      {name.text}
                    </span>
                  </button>
                </th>
                <td>{number(norms?.[row])}</td>
                <td>{number(moved?.[row])}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
      {all && rows.length > MOST && (
        <p class="as-of">
          {integer(MOST)} of {integer(rows.length)} are listed.
        </p>
      )}
    </section>
  );
}
