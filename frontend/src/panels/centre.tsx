/** The middle: title, tools, the cloud, its legend, and what has to be said about them. */

import { integer, wholePercent } from "../format";
import { finiteRows } from "../store/appearance";
import { embedding, embeddingName, model, rowNoun, run, runName } from "../store/runs";
import { layout, mode, setMode } from "../store/settings";
import { cloud, loadedCount, reading, step, total, varianceOverRun, varianceShown } from "../store/timeline";
import { Cloud, scene } from "./cloud";
import { IconButton } from "./controls";
import { HoverCard } from "./hover_card";
import { Legend } from "./legend";
import { Notices } from "./notices";
import { TextAlternative } from "./text_alternative";

export function Centre() {
  return (
    <main class="centre">
      <Cloud />
      <div class="centre-top">
        <Title />
        <Tools />
      </div>
      <Notices />
      <Legend />
      <HoverCard />
      <TextAlternative />
    </main>
  );
}

function Title() {
  const one = embedding.value;
  return (
    <div class="title">
      <h1>{one ? embeddingName(one) : "Embeddings"}</h1>
      <Subtitle />
      <Progress />
    </div>
  );
}

function Subtitle() {
  const one = embedding.value;
  const now = cloud.value;
  if (!one || !now || loadedCount.value === 0) return <p>{waitingFor()}</p>;
  const rows = now.set.rows;
  const whole = one.shape[0] ?? rows;
  const shown = `${integer(finiteRows.value)} of ${integer(rows)} ${rowNoun.value}s`;
  const variance = varianceShown.value ?? varianceOverRun.value;
  return (
    <p>
      {rows < whole ? `${integer(rows)} of ${integer(whole)} rows sampled` : shown}
      {rows < whole && finiteRows.value < rows && `, ${integer(finiteRows.value)} finite`}
      {one.directions !== null && (
        <>
          {` · ${integer(one.directions)} of ${integer(one.shape[1])} dimensions kept`}
          <span class="wide-only"> ({wholePercent(now.basis.kept_ratio)} of the variance)</span>
        </>
      )}
      {` · ${wholePercent(variance)} of variance`}
      <span class="wide-only"> shown</span>
    </p>
  );
}

function waitingFor(): string {
  if (!runName.value) return "";
  if (model.value && !embedding.value) return "No embedding was recorded in this run";
  return run.value?.snapshots === 0 ? "No snapshot yet" : "Reading the first snapshots";
}

/** A thin bar while the snapshots come in; nothing once all of them are here or memory holds what it may. */
function Progress() {
  const all = total.value;
  const here = loadedCount.value;
  if (all === 0 || here >= all || !reading.value) return null;
  return (
    <div class="progress">
      <span>
        Reading snapshots, {integer(here)} of {integer(all)}
      </span>
      <progress value={here} max={all} aria-label="Snapshots read" />
    </div>
  );
}

function Tools() {
  const flat = mode.value === "2d";
  return (
    <div class="tools" role="toolbar" aria-label="View">
      {layout.value === "phone" ? (
        <IconButton
          icon={flat ? "orbit" : "flat"}
          label={flat ? "3D view" : "2D view"}
          onClick={() => setMode(flat ? "3d" : "2d")}
        />
      ) : (
        <>
          <IconButton icon="orbit" label="3D view" pressed={!flat} onClick={() => setMode("3d")} />
          <IconButton icon="flat" label="2D view" pressed={flat} onClick={() => setMode("2d")} />
        </>
      )}
      <IconButton icon="fit" label="Fit all points" onClick={() => scene()?.fit()} />
      <IconButton icon="full" label="Full screen" onClick={toggleFullScreen} class="wide-only" />
      <IconButton icon="picture" label="Save picture" onClick={() => void savePicture()} class="wide-only" />
    </div>
  );
}

function toggleFullScreen(): void {
  const leaving = document.fullscreenElement !== null;
  const done = leaving ? document.exitFullscreen() : document.documentElement.requestFullscreen?.();
  done?.catch((error: unknown) => console.warn(error));
}

async function savePicture(): Promise<void> {
  const blob = await scene()?.picture(2);
  if (!blob) return;
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  const name = [runName.peek(), embedding.peek()?.path, `step-${step.peek() ?? 0}`].join("-");
  link.download = `${name.replace(/[^\w.-]+/g, "_")}.png`;
  link.click();
  window.setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
