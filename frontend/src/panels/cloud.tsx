/** The bridge to the scene: what the store holds goes in as props, what the pointer does comes out as actions. */

import { effect } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { wholePercent } from "../format";
import { coursesOf } from "../rows/cloud_parts";
import { createScene } from "../scene";
import type { SceneHandle, SceneProps } from "../scene/types";
import { colors, labelPriority, sizes, trailPaths } from "../store/appearance";
import { keepPose, poses, posesAsked } from "../store/camera";
import { chooseRows } from "../store/chosen";
import { neighboursShown } from "../store/comparison";
import { visible } from "../store/filters";
import { groupShown } from "../store/group_shown";
import { marks } from "../store/groups";
import { tellEconomy, tellFallback } from "../store/picture";
import { playing } from "../store/playback";
import { hits } from "../store/search";
import { details, hover, hovered, point, selected } from "../store/selection";
import { economize, labelMode, mode, pointScale, positionOrder, reducedMotion, theme, tool } from "../store/settings";
import {
  bracket,
  type Cloud as CloudData,
  cloud,
  drawnPositions,
  endMorph,
  frame,
  loadedVersion,
  mixOf,
  morph,
  place,
  step,
  still,
} from "../store/timeline";
import { tourNames } from "../store/tour";
import { screenRests } from "../store/video";
import { embeddingsSeen } from "../store/view";
import { drawAlong } from "../time/tour_math";
import { insetsNow } from "./insets";

const MORPH_MS = 1000;
const EMPTY = new Float32Array(0);
const EMPTY_SET: Pick<SceneProps, "rows" | "from" | "to" | "mix"> = { rows: 0, from: EMPTY, to: EMPTY, mix: 0 };
const NO_NAMES: SceneProps["axisNames"] = ["", "", ""];

let handle: SceneHandle | null = null;

/** The scene on screen, for its buttons and for pictures. */
export const scene = () => handle;

export function Cloud() {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const container = box.current as HTMLDivElement;
    let sent: SceneProps = sceneProps();
    const made = createScene(container, sent, {
      onHover: hover,
      onSelect: point,
      onLasso: chooseRows,
      onFallback: tellFallback,
      onEconomy: tellEconomy,
      onPose: keepPose,
    });
    const pose = poses.peek()[sent.mode];
    if (pose) made.show(pose);
    handle = made;
    // The browser tests ask the scene itself where a token is drawn.
    Object.assign(container, { scene: made });
    const stop = effect(() => {
      // Whoever looks elsewhere finds the cloud again at the step where the cursor is then.
      if (!embeddingsSeen.value || screenRests.value) return;
      const props = sceneProps();
      const changed = difference(sent, props);
      sent = props;
      if (changed) made.update(changed);
    });
    let asked = posesAsked.peek();
    const stopPose = effect(() => {
      if (posesAsked.value === asked || !embeddingsSeen.value) return;
      asked = posesAsked.value;
      const to = poses.peek()[mode.value];
      if (to) made.show(to);
      else made.fit();
    });
    const stopMorph = runMorph(
      () => sent,
      (props) => {
        sent = { ...sent, ...props };
        made.update(props);
      },
    );
    return () => {
      stop();
      stopPose();
      stopMorph();
      made.destroy();
      handle = null;
    };
  }, []);
  return (
    <div
      ref={box}
      class="cloud"
      role="application"
      aria-label="Embedding cloud. Arrow keys go from point to point, Space chooses, F flies there, plus and minus zoom, 0 shows all."
    />
  );
}

/** What is to be seen of the cloud now. */
export function sceneProps(): SceneProps {
  const now = cloud.value;
  return {
    theme: theme.value,
    mode: mode.value,
    reducedMotion: reducedMotion.value,
    ...motion(),
    radius: now && now.basis.radius > 0 ? now.basis.radius : 1,
    colors: colors.value,
    sizes: sizes.value,
    visible: visible.value,
    labels: now?.words.display ?? NO_LABELS,
    labelMode: labelMode.value,
    labelPriority: labelPriority.value,
    hits: hits.value,
    hovered: hovered.value?.row ?? null,
    selected: selected.value !== null && selected.value < (now?.set.rows ?? 0) ? selected.value : null,
    links: links(),
    trails: trailPaths.value,
    marks: marks.value,
    courses: now && positionOrder.value && !still.value ? memo(now, COURSES) : NO_COURSES,
    tool: tool.value,
    mayEconomize: economize.value,
    pointScale: pointScale.value,
    axisNames: axisNames(now),
    measured: still.value === null,
    insets: insetsNow(),
  };
}

const NO_LABELS: readonly string[] = [];
const NO_COURSES: SceneProps["courses"] = [];
const COURSES = ({ parts, ids }: CloudData): SceneProps["courses"] => coursesOf(parts, ids);

/** From and to are the loaded snapshots beside the cursor; while a new basis comes in, the picture of before stays. */
function motion(): Pick<SceneProps, "rows" | "from" | "to" | "mix"> {
  loadedVersion.value;
  const now = cloud.value;
  const around = bracket.value;
  if (!now || !around) return EMPTY_SET;
  const old = morph.value;
  const alone = still.value;
  if (old) return { rows: now.set.rows, from: old.from, to: drawnPositions() ?? old.from, mix: 0 };
  if (alone) return { rows: now.set.rows, from: alone.positions, to: alone.positions, mix: 0 };
  if (now.set.width > 3) return wandered(now, around.before, around.after, mixOf(around, place.value));
  return {
    rows: now.set.rows,
    from: now.set.positions(around.before) as Float32Array,
    to: now.set.positions(around.after) as Float32Array,
    mix: mixOf(around, place.value),
  };
}

/** Two arrays take turns: the scene sees another one at each change, and none is made for it. */
const turns: Float32Array[] = [EMPTY, EMPTY];
let turn = 0;
let wanderedKey: readonly unknown[] = [];
let drawnLast: Float32Array = EMPTY;

/** The rows along the directions of the tour, at a place between two snapshots. */
function wandered(
  { set }: CloudData,
  before: number,
  after: number,
  mix: number,
): Pick<SceneProps, "rows" | "from" | "to" | "mix"> {
  const key = [set, before, after, mix, frame.value];
  if (key.some((part, i) => part !== wanderedKey[i])) {
    wanderedKey = key;
    turn = 1 - turn;
    if (turns[turn]?.length !== set.rows * 3) turns[turn] = new Float32Array(set.rows * 3);
    drawnLast = turns[turn] as Float32Array;
    const [from, to] = [set.positions(before) as Float32Array, set.positions(after) as Float32Array];
    drawAlong(drawnLast, from, to, mix, set.width, frame.value.weights);
  }
  return { rows: set.rows, from: drawnLast, to: drawnLast, mix: 0 };
}

/** Eases from the old basis to the new one over a second, or at once where motion is unwanted. */
function runMorph(current: () => SceneProps, update: (props: Partial<SceneProps>) => void): () => void {
  let request = 0;
  const stop = effect(() => {
    const old = morph.value;
    cancelAnimationFrame(request);
    if (!old) return;
    if (reducedMotion.peek() || playing.peek() || !embeddingsSeen.peek()) {
      queueMicrotask(endMorph);
      return;
    }
    const tick = (now: number) => {
      const share = Math.min(1, Math.max(0, (now - old.startedAt) / MORPH_MS));
      if (share >= 1 || current().from !== old.from) {
        endMorph();
        return;
      }
      update({ mix: share * share * (3 - 2 * share) });
      request = requestAnimationFrame(tick);
    };
    request = requestAnimationFrame(tick);
  });
  return () => {
    stop();
    cancelAnimationFrame(request);
  };
}

const NO_LINKS: SceneProps["links"] = [];

function links(): SceneProps["links"] {
  // Of a group no neighbours are listed; and those of the cursor's step aren't those of a UMAP of another.
  const elsewhere = still.value !== null && still.value.step !== step.value;
  const row = elsewhere || groupShown.value.length > 0 ? null : selected.value;
  const known = row === null ? undefined : details.value.get(row);
  return known ? shownOf(known.neighbours, neighboursShown.value) : NO_LINKS;
}

/** Lines go to those that the inspector lists. */
function shownOf(list: SceneProps["links"], count: number): SceneProps["links"] {
  const all = list.length <= count;
  return all ? list : memo(list, (whole) => whole.slice(0, count));
}

/** A basis that was turned toward an earlier one spans the principal components without being them. Of two embeddings on
 * bases of their own, each has its share. A UMAP has no axes to name. */
function axisNames(now: CloudData | null): SceneProps["axisNames"] {
  if (!now || still.value) return NO_NAMES;
  if (now.set.width > 3) return tourNames.value ?? NO_NAMES;
  return memo(now.set, () => {
    const name = now.basis.aligned ? "Axis" : "PC";
    const [one, other] = now.parts;
    const names = [0, 1, 2].map((i) => {
      const shares =
        one?.ratios?.length && other?.ratios?.length
          ? `${wholePercent(one.ratios[i])} | ${wholePercent(other.ratios[i])}`
          : wholePercent(now.basis.variance_ratios[i]);
      return `${name} ${i + 1} · ${shares}`;
    });
    return names as [string, string, string];
  });
}

/** One result per source object: the scene compares by identity. */
const derived = new WeakMap<object, unknown>();
function memo<S extends object, T>(source: S, make: (source: S) => T): T {
  if (!derived.has(source)) derived.set(source, make(source));
  return derived.get(source) as T;
}

export function difference(before: SceneProps, after: SceneProps): Partial<SceneProps> | null {
  const changed: Partial<Record<keyof SceneProps, unknown>> = {};
  let any = false;
  for (const name of Object.keys(after) as (keyof SceneProps)[]) {
    if (before[name] === after[name]) continue;
    changed[name] = after[name];
    any = true;
  }
  return any ? (changed as Partial<SceneProps>) : null;
}
