/** What the person set and what the surroundings say. What is remembered of it stands in `remembered.ts`. */

import { batch, computed, signal } from "@preact/signals";
import type { Palette } from "../colors/color";
import type { LabelMode, Theme, Tool, ViewMode } from "../scene/types";
import { neighbourSpeed, type Pace } from "../time/playback_math";
import { saved } from "./saved";

export type ColorBy = "class" | "cluster" | "norm" | "gradient" | "displacement" | "count";
export type SizeBy = "same" | "count" | "norm" | "gradient" | "displacement";
export type { Pace } from "../time/playback_math";
/** What the directions drawn are principal components of, as the server's route takes it. */
export type Linear = "joint" | "last" | "clusters" | "tour" | `step:${number}`;
/** Those, or the UMAP of one step. */
export type Projection = Linear | `umap:${number}`;
export const COLOR_BY: readonly ColorBy[] = ["class", "cluster", "norm", "gradient", "displacement", "count"];
export const SIZE_BY: readonly SizeBy[] = ["same", "count", "norm", "gradient", "displacement"];
export const PACES: readonly Pace[] = ["step", "log", "snapshot"];
export const POINT_SCALES = [0.5, 0.75, 1, 1.5, 2, 3] as const;
export const TRAIL_ROWS = [3, 6, 12, 24] as const;

export const theme = signal<Theme>("dark");
const systemWantsLessMotion = signal(false);
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
/** Motion is cut to jumps: the system asks for it, or the person does. */
export const reducedMotion = computed(() => systemWantsLessMotion.value || lessMotion.value);
/** Dragging turns the cloud or draws a loop round points. Not remembered. */
export const tool = signal<Tool>("turn");
/** Positions are joined by a line in their order. */
export const positionOrder = signal(true);
export const loop = signal(false);
export const speed = signal(1);
export const filtersOpen = signal(false);
export const helpOpen = signal(false);
export const settingsOpen = signal(false);
/** The rows on screen as a table. */
export const tableOpen = signal(false);

export const setTheme = (value: Theme) => {
  theme.value = value;
};
/** What the system says; the person's own wish is `lessMotion`. */
export const setReducedMotion = (value: boolean) => {
  systemWantsLessMotion.value = value;
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
  // A file keeps one.
  projection.value = saved.peek() ? "joint" : value;
};
/** From a link; anything that is no projection is passed over. */
export const isProjection = (text: string | undefined): text is Projection =>
  text !== undefined && /^(joint|last|clusters|tour|(step|umap):-?\d{1,15})$/.test(text);
export const setSizeBy = (value: SizeBy) => {
  sizeBy.value = value;
};
export const setPalette = (value: Palette) => {
  palette.value = value;
};
export const setTrails = (value: boolean) => {
  trails.value = value;
};
export const setTrailRows = (value: number) => {
  trailRows.value = value;
};
export const setPointScale = (value: number) => {
  pointScale.value = value;
};
export const setPace = (value: Pace) => {
  pace.value = value;
};
export const setEconomize = (value: boolean) => {
  economize.value = value;
};
export const setLessMotion = (value: boolean) => {
  lessMotion.value = value;
};
export const setTool = (value: Tool) => {
  tool.value = value;
};
export const setPositionOrder = (value: boolean) => {
  positionOrder.value = value;
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
export const openSettings = (open: boolean) => {
  settingsOpen.value = open;
};
export const openTable = (open: boolean) => {
  tableOpen.value = open;
};
