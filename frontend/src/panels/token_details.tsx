/** One row: six numbers, its course through the run, its neighbours, and what the vector is for. */

import { useMemo } from "preact/hooks";
import { integer, number, percent, UNKNOWN } from "../format";
import { embedding, rowNoun } from "../store/runs";
import { details, histories, type RowHistory } from "../store/selection";
import { Reading } from "./controls";
import { Neighbours } from "./neighbours";
import { Spark } from "./spark";
import { nameOf } from "./token_name";

export function TokenDetails({ row }: { row: number }) {
  return (
    <>
      <Numbers row={row} />
      <Charts row={row} />
      <Neighbours row={row} />
      <Explanation row={row} />
    </>
  );
}

function Numbers({ row }: { row: number }) {
  const known = details.value.get(row);
  const one = embedding.value;
  const count = one?.counts?.[row];
  const all = useMemo(() => one?.counts?.reduce((sum, each) => sum + each, 0) ?? 0, [one]);
  const sampled = one?.rows?.length ?? one?.shape[0];
  return (
    <dl class="section readings">
      <Reading name="Vector norm">{number(known?.norm)}</Reading>
      <Reading name="Update ratio">{number(known && known.updateNorm / known.norm)}</Reading>
      <Reading name="Gradient norm">{number(known?.gradNorm)}</Reading>
      <Reading name="In training text">{integer(count)}</Reading>
      <Reading name={one?.rows ? "Share of sample" : "Share"}>
        {percent(all > 0 && count !== undefined ? count / all : null)}
      </Reading>
      <Reading name="Norm rank">{known ? `${integer(known.rank)} of ${integer(sampled)}` : UNKNOWN}</Reading>
    </dl>
  );
}

function Charts({ row }: { row: number }) {
  const history = histories.value.get(row);
  const known = details.value.get(row);
  const ratios = useMemo(() => history && ratiosOf(history), [history]);
  if (!history || history.steps.length < 2) {
    return history ? null : <div class="section charts waiting" aria-hidden="true" />;
  }
  const color = nameOf(row).ink;
  return (
    <section class="section charts">
      {ratios?.some(Number.isFinite) && (
        <Spark
          title="Update ratio"
          reading={number(known && known.updateNorm / known.norm)}
          steps={history.steps}
          values={ratios}
          color={color}
          log
        />
      )}
      <Spark
        title={`Vector norm, against 80 % of ${rowNoun.value}s`}
        reading={number(known?.norm)}
        steps={history.steps}
        values={history.norms}
        band={{ low: history.low, high: history.high }}
        color={color}
      />
    </section>
  );
}

function ratiosOf(history: RowHistory): Float32Array {
  return history.updateNorms.map((update, t) => update / (history.norms[t] as number));
}

function Explanation({ row }: { row: number }) {
  const name = nameOf(row);
  if (rowNoun.value === "position") {
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
