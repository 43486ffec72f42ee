/** One row: six numbers, its course through the run, its neighbours, the vector itself, and what it is for. */

import { useMemo } from "preact/hooks";
import { integer, number, percent, UNKNOWN } from "../format";
import { histories, type RowHistory } from "../store/selection";
import { ordinal, place } from "../store/timeline";
import { Reading } from "./controls";
import { Neighbours } from "./neighbours";
import { factsOf } from "./row_facts";
import { Spark } from "./spark";
import { nameOf } from "./token_name";
import { Vector } from "./vector_strip";

export function TokenDetails({ row }: { row: number }) {
  return (
    <>
      <Numbers row={row} />
      <Charts row={row} />
      <Neighbours row={row} />
      <Vector row={row} />
      <Explanation row={row} />
    </>
  );
}

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
      <p class="as-of">{known ? asOf(known.step) : "Reading"}</p>
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
  if (name.noun === "position") {
    return (
      <p class="section explanation">
        <b>The vector the model adds for place {name.id} of the text.</b> Healthy: its neighbours are the places beside
        it, and it moves smoothly.
      </p>
    );
  }
  return (
    <p class="section explanation">
      <b>The vector the model looks up when it reads {name.className ? `“${name.text}”` : `token ${name.id}`}.</b>{" "}
      Healthy: it stops moving in jumps, and its neighbours are tokens used in the same places.
    </p>
  );
}
