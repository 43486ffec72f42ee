/** One row: six numbers, its course through the run, its neighbours, the vector itself, and what it is for. */

import { useMemo } from "preact/hooks";
import { integer, number, percent, UNKNOWN } from "../format";
import { sentence } from "../store/explanations";
import { histories, type RowHistory } from "../store/selection";
import { ordinal, place } from "../store/timeline";
import { Reading } from "./controls";
import { Explain, useExplanations } from "./explain";
import { RowFindings } from "./findings";
import { Neighbours } from "./neighbours";
import { factsOf } from "./row_facts";
import { Spark } from "./spark";
import { nameOf } from "./token_name";
import { Vector } from "./vector_strip";

export function TokenDetails({ row }: { row: number }) {
  return (
    <>
      <Numbers row={row} />
      <RowFindings row={row} />
      <Charts row={row} />
      <Neighbours row={row} />
      <Vector row={row} />
      <Explanation row={row} />
    </>
  );
}

const NUMBERS = ["norm", "row_update_ratio", "gradient", "displacement", "count", "norm_rank"].map(
  (name) => `measure:${name}`,
);

function Numbers({ row }: { row: number }) {
  const facts = factsOf(row);
  const known = facts?.known;
  return (
    <section class="section" aria-label="Numbers">
      <dl class="readings">
        <Reading name="Vector norm">{number(known?.norm)}</Reading>
        <Reading name="Update ratio">{number(facts?.updateRatio)}</Reading>
        <Reading name="Gradient norm">{number(known?.gradNorm)}</Reading>
        <Reading name="Displacement">
          {number(facts?.displacement)}
          <small>since step {integer(known?.firstStep)}</small>
        </Reading>
        <Reading name="In training text">
          {integer(facts?.count)}
          <small title={facts?.whole ? "of the training text" : "of all that was counted for the sampled rows"}>
            {facts && !Number.isNaN(facts.share)
              ? `${percent(facts.share)}${facts.whole ? "" : " of sample"}`
              : "not logged"}
          </small>
        </Reading>
        <Reading name="Norm rank">
          {known && Number.isFinite(known.norm) ? integer(known.rank) : UNKNOWN}
          <small>of {integer(facts?.sampled)}</small>
        </Reading>
      </dl>
      <div class="as-of explained">
        <span>{known ? asOf(known.step) : "Reading"}</span>
        <Explain of={NUMBERS} label="these numbers" />
      </div>
    </section>
  );
}

/** Numbers are those of a snapshot, though what is drawn may lie between two. */
function asOf(step: number): string {
  const between = place.value !== ordinal.value;
  return between ? `Of step ${integer(step)}; the picture is between steps` : `As recorded at step ${integer(step)}`;
}

function Charts({ row }: { row: number }) {
  const history = histories.value.get(row);
  const facts = factsOf(row);
  const ratios = useMemo(() => history && ratiosOf(history), [history]);
  if (!history || history.steps.length < 2) {
    return history ? null : <div class="section charts waiting" aria-hidden="true" />;
  }
  const name = nameOf(row);
  return (
    <section class="section charts" aria-label="Through the run">
      {ratios?.some(Number.isFinite) && (
        <Spark
          title="Update ratio"
          reading={number(facts?.updateRatio)}
          steps={history.steps}
          values={ratios}
          color={name.ink}
          log
        />
      )}
      <Spark
        title={`Vector norm, against 80 % of ${name.noun}s`}
        reading={number(facts?.known?.norm)}
        steps={history.steps}
        values={history.norms}
        band={{ low: history.low, high: history.high }}
        color={name.ink}
      />
      {history.displacements.some((moved) => moved > 0) && (
        <Spark
          title={`Displacement since step ${integer(history.steps[0])}`}
          reading={number(facts?.displacement)}
          steps={history.steps}
          values={history.displacements}
          color={name.ink}
        />
      )}
    </section>
  );
}

function ratiosOf(history: RowHistory): Float32Array {
  return history.updateNorms.map((update, t) => update / (history.norms[t] as number));
}

function Explanation({ row }: { row: number }) {
  const name = nameOf(row);
  useExplanations();
  const position = name.noun === "position";
  const key = position ? "measure:position_row" : "measure:token_row";
  const filling = { row: position ? String(name.id) : name.className ? `“${name.text}”` : `token ${name.id}` };
  return (
    <p class="section explanation">
      <b>{sentence(key, 0, filling)}</b> {sentence(key, 1, filling)}
    </p>
  );
}
