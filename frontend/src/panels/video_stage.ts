/** A second scene of a view that is on no screen: what a video is filmed from. It shows what the store says whenever it is asked. */

import { createScene } from "../scene";
import { createModelScene } from "../scene/model";
import type { Pose, SceneProps } from "../scene/types";
import { poses } from "../store/camera";
import { painted } from "../store/layer_paint";
import { facesApproximate } from "../store/load_thumbs";
import { mode } from "../store/settings";
import { approximate, cloud, morph, still } from "../store/timeline";
import { PAGE, type PageInsets, SCENE_HEIGHT } from "../takeaway/video/page_layout";
import { sceneProps } from "./cloud";
import { propsNow } from "./model_canvas";
import { modelScene } from "./model_scene";

export interface VideoStage {
  /** Onto the upper part of a canvas whose px are scaled, `scale` for each CSS px; `turn`: degrees beside where the camera stands. */
  film(onto: CanvasRenderingContext2D, scale: number, turn: number): void;
  /** What is to be seen at the cursor is here. */
  settled(): boolean;
  dispose(): void;
}

export const stageOf = (view: "embeddings" | "layers", insets: PageInsets): VideoStage =>
  view === "embeddings" ? cloudStage(insets) : modelStage(insets);

/** Beside the page, as large as a video's scene. */
function beside(): HTMLDivElement {
  const box = document.createElement("div");
  box.inert = true;
  Object.assign(box.style, {
    position: "fixed",
    top: "0",
    left: "-4000px",
    width: `${PAGE.width}px`,
    height: `${SCENE_HEIGHT}px`,
    overflow: "hidden",
    contain: "strict",
  });
  document.body.append(box);
  return box;
}

const nothing = () => {};

function cloudStage(insets: PageInsets): VideoStage {
  const box = beside();
  // The camera stands still while the cloud grows: its box is that of the whole run from the beginning.
  const own = {
    insets,
    reducedMotion: true,
    mayEconomize: false,
    hovered: null,
    tool: "turn",
    bounds: boundsOfRun(),
  } as const;
  let sent: SceneProps = { ...sceneProps(), ...own };
  const made = createScene(box, sent, { onHover: nothing, onSelect: nothing, onFallback: nothing });
  const moved = poses.peek()[sent.mode];
  if (moved) made.show(moved);
  const pose: Pose = made.pose;
  return {
    film(onto, scale, turn) {
      const next: SceneProps = { ...sceneProps(), ...own };
      made.update(changed(sent, next));
      sent = next;
      if (turn !== 0 && mode.peek() === "3d") made.show({ ...pose, azimuth: pose.azimuth + turn });
      made.film(onto, scale);
    },
    settled: () => morph.peek() === null && (still.peek() !== null || !approximate.peek()),
    dispose() {
      made.destroy();
      box.remove();
    },
  };
}

function changed<T extends object>(before: T, after: T): Partial<T> {
  const found: Partial<T> = {};
  for (const name of Object.keys(after) as (keyof T)[]) if (before[name] !== after[name]) found[name] = after[name];
  return found;
}

/** Lowest and highest x, y, z of the snapshots that are here; null where directions move. */
function boundsOfRun(): NonNullable<SceneProps["bounds"]> | null {
  const set = cloud.peek()?.set;
  if (!set || set.width > 3 || still.peek()) return null;
  const low = [Infinity, Infinity, Infinity];
  const high = [-Infinity, -Infinity, -Infinity];
  for (let ordinal = 0; ordinal < set.total; ordinal += 1) {
    const positions = set.positions(ordinal);
    if (!positions) continue;
    for (let i = 0; i < positions.length; i += 1) {
      const [value, axis] = [positions[i] as number, i % 3];
      if (!Number.isFinite(value)) continue;
      low[axis] = Math.min(low[axis] as number, value);
      high[axis] = Math.max(high[axis] as number, value);
    }
  }
  return Number.isFinite(low[0]) ? ([...low, ...high] as unknown as NonNullable<SceneProps["bounds"]>) : null;
}

function modelStage(insets: PageInsets): VideoStage {
  const box = beside();
  const own = { insets, reducedMotion: true, mayEconomize: false, hovered: null, hoveredBlock: null } as const;
  let sent = { ...propsNow(), ...own };
  const made = createModelScene(box, sent, {
    onHover: nothing,
    onChoose: nothing,
    onFallback: nothing,
    onPicture: nothing,
  });
  const moved = modelScene()?.pose;
  if (moved) made.show(moved);
  return {
    film(onto, scale) {
      const next = { ...propsNow(), ...own };
      made.update(changed(sent, next));
      sent = next;
      made.film(onto, scale);
    },
    settled: () => painted.peek() !== "weights" || !facesApproximate.peek(),
    dispose() {
      made.destroy();
      box.remove();
    },
  };
}
