/** What the person set and what the surroundings say. Choices are remembered in this browser. */

import { batch, computed, effect, signal } from "@preact/signals";
import type { Palette } from "../color";
import { neighbourSpeed, SPEEDS } from "../playback_math";
import type { LabelMode, Theme, Tool, ViewMode } from "../scene/types";

export type ColorBy = "class" | "cluster" | "norm" | "gradient" | "displacement" | "count";
export type SizeBy = "same" | "count" | "norm" | "gradient" | "displacement";
/** What passes evenly while playing: steps, the logarithm of steps (the beginning gets more time), or snapshots. */
export type Pace = "step" | "log" | "snapshot";
/** What the directions drawn are principal components of, as the server's route takes it. */
export type Projection = "joint" | "last" | "clusters" | `step:${number}`;
export const COLOR_BY: readonly ColorBy[] = ["class", "cluster", "norm", "gradient", "displacement", "count"];
export const SIZE_BY: readonly SizeBy[] = ["same", "count", "norm", "gradient", "displacement"];
export const PACES: readonly Pace[] = ["step", "log", "snapshot"];
export const POINT_SCALES = [0.5, 0.75, 1, 1.5, 2, 3] as const;
export const TRAIL_ROWS = [3, 6, 12, 24] as const;

const KEY = "paramviz.settings";

export const theme = signal<Theme>("dark");
export const reducedMotion = signal(false);
/** Our tab shows: the frame has a height and the page isn't hidden. */
export const showing = signal(true);
export const width = signal(1280);
export const layout = computed<"wide" | "tablet" | "phone">(() =>
  width.value < 768 ? "phone" : width.value < 1024 ? "tablet" : "wide",
);

export const mode = signal<ViewMode>("3d");
export const labelMode = signal<LabelMode>("auto");
export const colorBy = signal<ColorBy>("class");
export const sizeBy = signal<SizeBy>("count");
/** Part of the link and not remembered: a step of one run says nothing about the next. */
export const projection = signal<Projection>("joint");
export const palette = signal<Palette>("viridis");
export const trails = signal(true);
/** How many of the fastest rows leave a trail. */
export const trailRows = signal<number>(6);
/** Every point's radius is multiplied by it. */
export const pointScale = signal<number>(1);
export const pace = signal<Pace>("step");
/** Moving pictures may be drawn with less where they come too slowly. */
export const economize = signal(true);
/** Jumps instead of motion, whatever the system says. */
export const lessMotion = signal(false);
/** Dragging turns the cloud or draws a loop round points. Not remembered. */
export const tool = signal<Tool>("turn");
export const loop = signal(false);
export const speed = signal(1);
export const filtersOpen = signal(false);
export const helpOpen = signal(false);

const remembered = { mode, labelMode, colorBy, sizeBy, palette, trails, loop, speed };
const allowed: Record<keyof typeof remembered, readonly unknown[]> = {
  mode: ["3d", "2d"],
  labelMode: ["off", "auto", "all"],
  colorBy: COLOR_BY,
  sizeBy: ["count", "same"],
  palette: ["viridis", "cividis"],
  trails: [true, false],
  loop: [true, false],
  speed: SPEEDS,
};

export function restoreSettings(): void {
  let saved: Record<string, unknown> = {};
  try {
    saved = JSON.parse(window.localStorage.getItem(KEY) ?? "{}");
  } catch {
    // storage is off or holds something else: the defaults serve
  }
  for (const name of Object.keys(remembered) as (keyof typeof remembered)[]) {
    if (allowed[name].includes(saved?.[name])) (remembered[name] as { value: unknown }).value = saved[name];
  }
}

export function rememberSettings(): () => void {
  return effect(() => {
    const values = Object.fromEntries(Object.entries(remembered).map(([name, held]) => [name, held.value]));
    try {
      window.localStorage.setItem(KEY, JSON.stringify(values));
    } catch {
      // storage is off: nothing to remember
    }
  });
}

export const setTheme = (value: Theme) => {
  theme.value = value;
};
export const setReducedMotion = (value: boolean) => {
  reducedMotion.value = value;
};
export const setShowing = (value: boolean) => {
  showing.value = value;
};
export const setWidth = (value: number) => {
  width.value = value;
};
export const setMode = (value: ViewMode) => {
  mode.value = value;
};
export const setLabelMode = (value: LabelMode) => {
  labelMode.value = value;
};
export const setColorBy = (value: ColorBy) => {
  colorBy.value = value;
};
export const setProjection = (value: Projection) => {
  projection.value = value;
};
/** From a link; anything that is no projection is passed over. */
export const isProjection = (text: string | undefined): text is Projection =>
  text !== undefined && /^(joint|last|clusters|step:-?\d{1,15})$/.test(text);
export const setSizeBy = (value: SizeBy) => {
  sizeBy.value = value;
};
export const setPalette = (value: Palette) => {
  palette.value = value;
};
export const setTrails = (value: boolean) => {
  trails.value = value;
};
export const setSpeed = (value: number) => {
  speed.value = value;
};
export const changeSpeed = (direction: 1 | -1) => {
  speed.value = neighbourSpeed(speed.value, direction);
};
export const toggleLoop = () => {
  loop.value = !loop.value;
};
export const openFilters = (open: boolean) => {
  batch(() => {
    filtersOpen.value = open;
    if (open) helpOpen.value = false;
  });
};
export const openHelp = (open: boolean) => {
  helpOpen.value = open;
};
