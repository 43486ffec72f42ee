/** The embedding view: title, tools, the cloud, its legend. */

import { useRef } from "preact/hooks";
import { integer, wholePercent } from "../format";
import { comparing, paneShown } from "../store/compare";
import { filtered, isolating, shownRows } from "../store/filters";
import { isFullScreen, toggleFullScreen } from "../store/full_screen";
import { isolationAtHand } from "../store/isolate";
import { embedding, model, pictureName, rowNoun, run, runName } from "../store/runs";
import { layout, mode, setMode, setTool, tool } from "../store/settings";
import {
  type Cloud as CloudData,
  cloud,
  loadedCount,
  reading,
  still,
  total,
  varianceOverRun,
  varianceShown,
} from "../store/timeline";
import { Cloud } from "./cloud";
import { fitAll } from "./compare_pane";
import { ComparePane, PairButtons, PaneSwitch, RunTitle } from "./compare_view";
import { IconButton } from "./controls";
import { HoverCard } from "./hover_card";
import { isolateOrNot } from "./isolation";
import { Legend } from "./legend";
import { NoEmbedding } from "./no_embedding";
import { PhaseNote } from "./phase_note";
import { usePictureInsets } from "./picture_insets";
import { PictureNotes } from "./picture_notes";
import { Roving } from "./roving";
import { SaveMenu } from "./save_menu";
import { TextAlternative } from "./text_alternative";

export function EmbeddingsView() {
  const box = useRef<HTMLDivElement>(null);
  usePictureInsets(box);
  return (
    <div ref={box} class={comparing.value ? "panes comparing" : "panes"} data-pane={paneShown.value}>
      <Cloud />
      <div class="centre-top">
        <Title />
        <Tools />
      </div>
      <ComparePane />
      <PaneSwitch />
      <NoEmbedding />
      <Legend />
      <HoverCard />
      <TextAlternative />
    </div>
  );
}

function Title() {
  if (comparing.value) {
    return (
      <div class="title">
        <RunTitle which="a" />
        <PictureNotes />
        <Progress />
      </div>
    );
  }
  return (
    <div class="title">
      <h1>{pictureName.value ?? "Embeddings"}</h1>
      <Subtitle />
      <PictureNotes />
      <Progress />
    </div>
  );
}

function Subtitle() {
  const one = embedding.value;
  const now = cloud.value;
  if (!one || !now || loadedCount.value === 0) return <p>{waitingFor()}</p>;
  const variance = varianceShown.value ?? varianceOverRun.value;
  const any = shownRows.value.finite > 0;
  return (
    <p>
      {rowsSaid(now)}
      {one.directions !== null && (
        <>
          {` · ${integer(one.directions)} of ${integer(one.shape[1])} dimensions kept`}
          <span class="wide-only"> ({wholePercent(now.basis.kept_ratio)} of the variance)</span>
        </>
      )}
      {!still.value && any && (
        <>
          {` · ${wholePercent(variance)} of variance`}
          <span class="wide-only"> shown</span>
        </>
      )}
      <PhaseNote />
    </p>
  );
}

/** "65 of 65 tokens", "12 of 65 tokens"; of a sample how large it is, and what of it is shown when that isn't all. */
function rowsSaid(now: CloudData): string {
  const { rows, finite, all } = shownRows.value;
  const noun = `${rowNoun.value}s`;
  const whole = now.parts.reduce((sum, part) => sum + (part.embedding.shape[0] ?? part.rows), 0);
  const broken = finite < all ? `, ${integer(all - finite)} not finite` : "";
  if (all === whole) return `${integer(rows)} of ${integer(all)} ${noun}${broken}`;
  if (filtered.value) return `${integer(rows)} of ${integer(all)} sampled ${noun}${broken}`;
  return `${integer(all)} of ${integer(whole)} rows sampled${broken}`;
}

function waitingFor(): string {
  if (!runName.value) return "";
  if (model.value && !embedding.value) return "None in this run";
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
    <Roving along="row" class="tools" label="View">
      <PairButtons />
      {layout.value === "phone" ? (
        <IconButton
          icon={flat ? "orbit" : "flat"}
          label={flat ? "3D view (M)" : "2D view (M)"}
          onClick={() => setMode(flat ? "3d" : "2d")}
        />
      ) : (
        <>
          <IconButton icon="orbit" label="3D view (M)" pressed={!flat} onClick={() => setMode("3d")} />
          <IconButton icon="flat" label="2D view (M)" pressed={flat} onClick={() => setMode("2d")} />
        </>
      )}
      <IconButton
        icon="lasso"
        label="Draw a loop round points (O)"
        pressed={tool.value === "lasso"}
        onClick={() => setTool(tool.value === "lasso" ? "turn" : "lasso")}
      />
      {(isolating.value || isolationAtHand() !== null) && (
        <IconButton
          icon="only"
          label={isolating.value ? "Show all again (I)" : "Show only what is chosen (I)"}
          pressed={isolating.value}
          onClick={isolateOrNot}
        />
      )}
      <IconButton icon="fit" label="Fit all points (0)" onClick={fitAll} />
      <IconButton
        icon="full"
        label={isFullScreen.value ? "Leave full screen (W)" : "Full screen (W)"}
        pressed={isFullScreen.value}
        onClick={() => void toggleFullScreen()}
        class="wide-only"
      />
      <SaveMenu of="embeddings" />
    </Roving>
  );
}
