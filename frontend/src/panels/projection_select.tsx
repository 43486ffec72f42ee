/** Which three directions are drawn. */

import { integer, wholePercent } from "../format";
import { type Projection, projection, setProjection } from "../store/settings";
import { cloud, step, varianceOverRun } from "../store/timeline";
import { Select } from "./controls";

const PROJECTIONS = {
  joint: "The three directions along which the rows differ most, over the whole run.",
  last: "The three directions along which the rows differ most at the last step.",
  clusters: "The three directions along which groups of rows differ most at the last step.",
  step: "The three directions along which the rows differ most at one step.",
};

export function ProjectionSelect() {
  const chosen = projection.value;
  const kind = chosen.startsWith("step:") ? "step" : (chosen as Exclude<keyof typeof PROJECTIONS, "step">);
  const chosenStep = kind === "step" ? Number(chosen.slice(5)) : null;
  const choices: { value: Projection | "here"; name: string; disabled?: boolean }[] = [
    { value: "joint", name: "Whole run" },
    { value: "last", name: "Last step" },
    ...(chosenStep === null ? [] : [{ value: chosen, name: `Step ${integer(chosenStep)}` }]),
    { value: "here", name: "This step", disabled: !cloud.value },
    { value: "clusters", name: "Clusters" },
  ];
  const choose = (value: Projection | "here") => {
    if (value !== "here") setProjection(value);
    else if (step.peek() !== null) setProjection(`step:${step.peek() as number}`);
  };
  const title = `${PROJECTIONS[kind]} The same at every step, so that only what moves in the model moves here.`;
  return (
    <div>
      <Select label="Projection" value={chosen} choices={choices} onChange={choose} title={title} />
      {cloud.value && (
        <div class="select-note">
          <span>Variance over the run</span>
          <b>{wholePercent(varianceOverRun.value)}</b>
        </div>
      )}
    </div>
  );
}
