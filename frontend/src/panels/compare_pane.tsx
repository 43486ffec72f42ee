/** The second pane: the other run's cloud, looked at from the same place at the same step. */

import { computed, effect } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { scaledPose } from "../comparing/footnote";
import { wholePercent } from "../format";
import { coursesOf } from "../rows/cloud_parts";
import { createScene } from "../scene";
import type { Pose, SceneHandle, SceneProps } from "../scene/types";
import { askForPose, keepPose, poses } from "../store/camera";
import { chooseRows } from "../store/chosen";
import {
  linked,
  otherBracket,
  otherCloud,
  otherPlace,
  otherVersion,
  paneShown,
  rowOfFirst,
  rowOfOther,
  rowsOfFirst,
  sizeRatio,
} from "../store/compare";
import {
  otherColors,
  otherHits,
  otherLinks,
  otherMarks,
  otherPriority,
  otherSizes,
  otherTrails,
  otherVisible,
} from "../store/compare_looks";
import { hover, hovered, point, selected } from "../store/selection";
import {
  economize,
  labelMode,
  layout,
  mode,
  pointScale,
  positionOrder,
  reducedMotion,
  theme,
  tool,
} from "../store/settings";
import { frame, mixOf } from "../store/timeline";
import { embeddingsSeen } from "../store/view";
import { drawAlong } from "../time/tour_math";
import { difference, scene } from "./cloud";
import { pairInsets } from "./insets";

const EMPTY = new Float32Array(0);
const NO_LABELS: readonly string[] = [];
const NO_COURSES: SceneProps["courses"] = [];
let handle: SceneHandle | null = null;
export const otherScene = () => handle;

/** Both panes show everything again, linked or not. */
export function fitAll(): void {
  scene()?.fit();
  // A linked one has followed already.
  if (!linked.peek()) handle?.fit();
}

/** A phone shows one pane at a time: what isn't seen isn't drawn. */
const seen = computed(() => embeddingsSeen.value && (layout.value !== "phone" || paneShown.value === "b"));

export function OtherCloud() {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const container = box.current as HTMLDivElement;
    let sent = sceneProps();
    const made = createScene(container, sent, {
      onHover: (row, x, y) => hover(rowOfFirst(row), x + container.offsetLeft, y + container.offsetTop),
      onSelect: (row, extend) => point(rowOfFirst(row), extend),
      onLasso: (rows, choice) => chooseRows(rowsOfFirst(rows), choice),
      // The first pane says it for both.
      onFallback: () => {},
      onPose: follow,
    });
    handle = made;
    Object.assign(container, { scene: made });
    const stop = effect(() => {
      if (!seen.value) return;
      const props = sceneProps();
      const changed = difference(sent, props);
      sent = props;
      if (changed) made.update(changed);
    });
    /** The pose that this pane itself has told is where it stands already. */
    let own: Pose | null | undefined;
    let told = false;
    function follow(pose: Pose | null): void {
      if (!linked.peek() || told) return;
      own = pose && scaledPose(pose, 1 / sizeRatio.peek());
      keepPose(own);
      askForPose();
    }
    const stopPose = effect(() => {
      const [pose, ratio] = [poses.value[mode.value], sizeRatio.value];
      if (!linked.value || !seen.value || otherCloud.value === null) return;
      const mine = own !== undefined && own === pose;
      own = undefined;
      if (mine) return;
      told = true;
      if (pose) made.show(scaledPose(pose, ratio));
      else made.fit();
      told = false;
    });
    return () => {
      stop();
      stopPose();
      made.destroy();
      handle = null;
    };
  }, []);
  return (
    <div
      ref={box}
      class="cloud other"
      role="application"
      aria-label="Embedding cloud of run B. The same keys as in the cloud of run A."
    />
  );
}

function sceneProps(): SceneProps {
  const now = otherCloud.value;
  // Looks belong to the cloud they were derived for: none of them before it is here.
  const rows = now && otherVisible.value.length === now.set.rows ? now.set.rows : 0;
  const pointed = rowOfOther(hovered.value?.row ?? null);
  const chosen = rowOfOther(selected.value);
  return {
    theme: theme.value,
    mode: mode.value,
    reducedMotion: reducedMotion.value,
    ...motion(rows),
    radius: now && now.basis.radius > 0 ? now.basis.radius : 1,
    colors: rows ? otherColors.value : NO_BYTES,
    sizes: rows ? otherSizes.value : EMPTY,
    visible: rows ? otherVisible.value : NO_BYTES,
    labels: rows && now ? now.words.display : NO_LABELS,
    labelMode: labelMode.value,
    labelPriority: rows ? otherPriority.value : EMPTY,
    hits: rows ? otherHits.value : NO_ROWS,
    hovered: rows ? pointed : null,
    selected: rows ? chosen : null,
    links: rows ? otherLinks.value : [],
    trails: rows ? otherTrails.value : [],
    marks: rows ? otherMarks.value : [],
    courses: rows && now && positionOrder.value ? courses(now) : NO_COURSES,
    tool: tool.value,
    mayEconomize: economize.value,
    pointScale: pointScale.value,
    axisNames: axisNames.value,
    insets: pairInsets(),
  };
}

const NO_BYTES = new Uint8Array(0);
const NO_ROWS: readonly number[] = [];

type Shown = NonNullable<typeof otherCloud.value>;
const known = new WeakMap<Shown, SceneProps["courses"]>();
function courses(now: Shown): SceneProps["courses"] {
  const held = known.get(now) ?? coursesOf(now.parts, now.ids);
  known.set(now, held);
  return held;
}

/** Each pane has its own shares along the axes, also where they are the same axes. */
const axisNames = computed<SceneProps["axisNames"]>(() => {
  const now = otherCloud.value;
  if (!now || now.set.width > 3) return ["", "", ""];
  const name = now.basis.aligned ? "Axis" : "PC";
  const names = [0, 1, 2].map((i) => `${name} ${i + 1} · ${wholePercent(now.basis.variance_ratios[i])}`);
  return names as [string, string, string];
});

const turns: Float32Array[] = [EMPTY, EMPTY];
let turn = 0;
let key: readonly unknown[] = [];

function motion(rows: number): Pick<SceneProps, "rows" | "from" | "to" | "mix"> {
  otherVersion.value;
  const set = otherCloud.value?.set;
  const around = otherBracket.value;
  if (!set || !around || rows === 0) return { rows: 0, from: EMPTY, to: EMPTY, mix: 0 };
  const [from, to] = [set.positions(around.before) as Float32Array, set.positions(around.after) as Float32Array];
  const mix = mixOf(around, otherPlace.value);
  if (set.width === 3) return { rows, from, to, mix };
  // Along the directions of the tour, which the first pane wanders through.
  const next = [set, around.before, around.after, mix, frame.value];
  if (next.some((part, i) => part !== key[i])) {
    key = next;
    turn = 1 - turn;
    if (turns[turn]?.length !== rows * 3) turns[turn] = new Float32Array(rows * 3);
    drawAlong(turns[turn] as Float32Array, from, to, mix, set.width, frame.value.weights);
  }
  const drawn = turns[turn] as Float32Array;
  return { rows, from: drawn, to: drawn, mix: 0 };
}
