/** The losses at the cursor, left of the curve: they are its legend too. */

import { integer, number } from "../format";
import { shortRunName } from "../store/compare";
import { type RunCurves, runCurves } from "../store/compare_curves";
import { indexAt, train, validation, valueAt } from "../store/curves";
import { runs } from "../store/runs";
import { step } from "../store/timeline";
import { strokeStyle } from "./run_strokes";

export function Readings() {
  const known = train.value ?? validation.value;
  if (!known) return <div class="dock-readings">{runs.value.length === 0 && <b>Loss</b>}</div>;
  const at = step.value;
  return (
    <div class="dock-readings">
      <b>Loss at {integer(at)}</b>
      {train.value && (
        <div class="dock-reading" title={titleOf(train.value, at)}>
          <i class="stroke train" />
          <span>train</span>
          <b>{number(valueAt(train.value, at))}</b>
        </div>
      )}
      {validation.value && (
        <div class="dock-reading" title={titleOf(validation.value, at)}>
          <i class="stroke validation" />
          <span>val</span>
          <b>{number(valueAt(validation.value, at))}</b>
        </div>
      )}
    </div>
  );
}

/** Tag, exact value, step and clock of the reading. */
function titleOf(curve: NonNullable<typeof train.value>, at: number | null): string {
  const index = at === null ? -1 : indexAt(curve.steps, at);
  if (index < 0) return curve.tag;
  const clock = new Date((curve.wallTimes[index] as number) * 1000).toLocaleString();
  return `${curve.tag}: ${curve.values[index]} at step ${integer(curve.steps[index])}, ${clock}`;
}

/** A and B, then the others. */
export function RunReadings() {
  const at = step.value;
  const list = runCurves.value;
  const any = list.some((one) => one.letter !== "" && one.validation);
  return (
    <div class="dock-readings several">
      <b>Loss at {integer(at)}</b>
      <ul aria-label="Loss of each run" tabIndex={list.length > 4 ? 0 : undefined}>
        {list.map((one) => (
          <li key={one.run} class="dock-reading" title={titleOfRun(one, at)}>
            <i class="run-stroke" style={strokeStyle(one.stroke)} />
            <span>{one.letter || shortRunName(one.run)}</span>
            <b>{number(valueAt(one.train ?? one.validation, at))}</b>
          </li>
        ))}
      </ul>
      {any && <small>dashed: validation</small>}
    </div>
  );
}

function titleOfRun(one: RunCurves, at: number | null): string {
  const said = [one.train, one.validation].flatMap((curve) =>
    curve ? [`${curve.tag} ${number(valueAt(curve, at))}`] : [],
  );
  return `${shortRunName(one.run)}: ${said.length > 0 ? said.join(", ") : "no loss curve"}`;
}
