/** Which three directions are drawn, and what there is to do with them. */

import { integer, wholePercent } from "../format";
import { beside } from "../store/runs";
import { saved } from "../store/saved";
import { type Projection, projection, reducedMotion, setProjection } from "../store/settings";
import { cloud, reading, step, still, varianceOverRun } from "../store/timeline";
import { nextView, setTourSpeed, toggleWandering, touring, tourSpeed, wandering } from "../store/tour";
import { cancelUmap, tryUmapAgain, umapStep, umapTask } from "../store/umap";
import { SPEEDS, speedName } from "../time/playback_math";
import { Select } from "./controls";
import { CopyButton } from "./copy_button";

type Kind = "joint" | "last" | "clusters" | "step" | "tour" | "umap";
type Choice = Projection | "here" | "umap";

export function ProjectionSelect() {
  const chosen = projection.value;
  const [kind, of] = chosen.split(":") as [Kind, string | undefined];
  const choices: { value: Choice; name: string; disabled?: boolean }[] = [
    { value: "joint", name: "Whole run" },
    { value: "last", name: "Last step" },
    ...(kind === "step" ? [{ value: chosen, name: `Step ${integer(Number(of))}` }] : []),
    { value: "here", name: "This step", disabled: !cloud.value },
    { value: "clusters", name: "Clusters" },
    { value: "tour", name: "Grand tour" },
    ...(kind === "umap" ? [{ value: chosen, name: `UMAP of step ${integer(Number(of))}` }] : []),
    {
      value: "umap",
      name: beside.value ? "UMAP (of one embedding)" : "UMAP of this step",
      disabled: !cloud.value || beside.value !== null,
    },
  ];
  // A file keeps one.
  if (saved.value) choices.splice(1);
  const choose = (value: Choice) => {
    const here = step.peek();
    if (value !== "here" && value !== "umap") setProjection(value);
    else if (here !== null) setProjection(value === "here" ? `step:${here}` : `umap:${here}`);
  };
  return (
    <div>
      <Select label="Projection" value={chosen} choices={choices} onChange={choose} explain={`projection:${kind}`} />
      {cloud.value && !still.value && (
        <div class="select-note">
          <span>Variance over the run</span>
          <b>{wholePercent(varianceOverRun.value)}</b>
        </div>
      )}
      {saved.value && <p class="row-note">The file keeps this one; TensorBoard has others.</p>}
      {kind === "tour" && <TourControls />}
      {umapStep.value !== null && <UmapProgress />}
    </div>
  );
}

function TourControls() {
  if (!touring.value) {
    const flat = cloud.value !== null && !reading.value && still.value === null;
    return flat ? <p class="row-note">These rows have no more than three dimensions.</p> : null;
  }
  const jumps = reducedMotion.value;
  return (
    <fieldset class="tour-controls">
      <legend class="hidden-text">Grand tour</legend>
      {!jumps && (
        <button type="button" class="button" title="G" onClick={toggleWandering}>
          {wandering.value ? "Pause" : "Wander"}
        </button>
      )}
      {(jumps || !wandering.value) && (
        <button type="button" class="button" onClick={nextView}>
          Next view
        </button>
      )}
      {!jumps && wandering.value && (
        <Select
          label="Speed of the tour"
          hideLabel
          value={String(tourSpeed.value)}
          choices={SPEEDS.filter((value) => value <= 4).map((value) => ({
            value: String(value),
            name: speedName(value),
          }))}
          onChange={(value) => setTourSpeed(Number(value))}
        />
      )}
    </fieldset>
  );
}

/** Pip's line, out of the server's own sentence. */
const pipLine = (message: string) => /pip install .*$/.exec(message)?.[0].replace(/[.\s]+$/, "") ?? null;

function UmapProgress() {
  const task = umapTask.value;
  if (!task) return null;
  if (task.state === "running") {
    return (
      <div class="task" role="status">
        <span>Making the UMAP of step {integer(task.step)}</span>
        <progress value={task.progress} max={1} aria-label="UMAP" />
        <button type="button" class="link" onClick={cancelUmap}>
          Cancel
        </button>
      </div>
    );
  }
  const line = task.state === "missing" ? pipLine(task.message) : null;
  return (
    <div class="task" role="alert">
      {line === null ? (
        <span>{task.message || "The UMAP could not be made."}</span>
      ) : (
        <>
          <span>UMAP needs a library that TensorBoard’s Python does not have:</span>
          <code>{line}</code>
        </>
      )}
      <span class="task-buttons">
        {line !== null && <CopyButton text={line} />}
        <button type="button" class="link" onClick={tryUmapAgain}>
          Try again
        </button>
        <button type="button" class="link" onClick={cancelUmap}>
          Cancel
        </button>
      </span>
    </div>
  );
}
