/** The scene's contract: props in, events out. Nothing here knows of fetching, of the store or of Preact. */

import type { Drawing } from "./shapes";

export type Theme = "light" | "dark";
export type ViewMode = "3d" | "2d";
export type LabelMode = "off" | "auto" | "all";
export type Rgb = readonly [number, number, number];

/** Where one row has been lately, oldest first. points: [n * 3]. */
export interface Trail {
  readonly row: number;
  readonly points: Float32Array;
}

/** A nearest neighbour to be joined to the selected point; similarity is a cosine, -1 to 1. */
export interface Link {
  readonly row: number;
  readonly similarity: number;
}

/** What dragging with the main button does. */
export type Tool = "turn" | "lasso";

/** Rows that belong together, ringed in one colour. */
export interface Mark {
  readonly rows: readonly number[];
  readonly color: Rgb;
}

/** How a lasso changes what was chosen before. */
export type Choice = "replace" | "add" | "remove";

/** What the last picture left out: moving ones by the governor, and rows also where so many fall on each other that nobody can tell. */
export interface Economy {
  /** Share of the canvas px, 1 = all. */
  readonly pixels: number;
  readonly labels: boolean;
  readonly trails: boolean;
  /** Share of the visible rows, 1 = all. */
  readonly rows: number;
  /** Rows are left out because nobody could tell more of them apart, moving or not: nearer by there are more. */
  readonly crowded?: boolean;
}

/** Free screen edges in CSS px. */
export interface Insets {
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
  readonly left: number;
}

/** Where the camera stands. Angles in degrees: the cloud turned about its vertical, then tipped toward the viewer. */
export interface Pose {
  readonly azimuth: number;
  readonly elevation: number;
  /** From the target, data units. */
  readonly distance: number;
  /** What the middle of the free canvas shows, data units. */
  readonly target: readonly [number, number, number];
}

export interface SceneProps {
  theme: Theme;
  mode: ViewMode;
  /** Motion is cut to jumps (camera, hover, halo). */
  reducedMotion: boolean;
  /** Number of rows R; arrays below are indexed by row. Changing it means another embedding or run. */
  rows: number;
  /** Positions at the snapshot before the cursor and at the one after, [R * 3]; drawn at `from + (to - from) * mix`.
   *  NaN = not drawn. The same array object means the same data: nothing is uploaded again. */
  from: Float32Array;
  to: Float32Array;
  /** 0 … 1. */
  mix: number;
  /** Half extent in data units that the axes box must cover; kept over the run so that the camera never jumps. */
  radius: number;
  /** Lowest and highest x, y, z of the whole run, when known: the box then never grows. Absent = grown from the data seen. */
  bounds?: readonly [number, number, number, number, number, number] | null;
  /** sRGB 0–255, [R * 3]. */
  colors: Uint8Array;
  /** Radius in CSS px before perspective, [R]. */
  sizes: Float32Array;
  /** 1 = drawn, [R]. */
  visible: Uint8Array;
  labels: readonly string[];
  labelMode: LabelMode;
  /** Larger = labelled first, [R]. */
  labelPriority: Float32Array;
  /** Rows found by the search: labelled before others, the rest recedes. Empty = no search. */
  hits: readonly number[];
  hovered: number | null;
  selected: number | null;
  links: readonly Link[];
  trails: readonly Trail[];
  /** Chosen and named groups of rows, later ones over earlier. */
  marks: readonly Mark[];
  /** Rows joined by a thin line in this order, a list for each line: the course of positions. */
  courses: readonly (readonly number[])[];
  tool: Tool;
  /** The governor may lower the quality of moving pictures. */
  mayEconomize: boolean;
  /** Every radius is multiplied by it, 1 = as `sizes` says. */
  pointScale: number;
  /** "PC 1 · 22 %" … */
  axisNames: readonly [string, string, string];
  /** false = directions and distances mean nothing in these positions: no floor, no grid, no axes. Absent = they do. */
  measured?: boolean;
  /** Free screen edges in CSS px that title, tools and legend cover: labels keep out. */
  insets: Insets;
}

export interface SceneEvents {
  /** Pointer came over a row (with its place in CSS px inside the container) or left (null). */
  onHover(row: number | null, x: number, y: number): void;
  /** extend: Shift was held, or Ctrl or Cmd: the row joins what is chosen, or leaves it. */
  onSelect(row: number | null, extend: boolean): void;
  /** Rows inside the loop drawn with the lasso: those drawn and visible. */
  onLasso?(rows: readonly number[], choice: Choice): void;
  /** A picture leaves out other things than the one before. */
  onEconomy?(economy: Economy): void;
  /** 3D can't go on ("no-webgl" at the start, "context-lost" later); the scene already shows its 2D drawing. null = 3D is back. */
  onFallback(reason: "no-webgl" | "context-lost" | null): void;
  /** The person moved the camera: for a second pane that follows, or for the address. null = it shows everything again. */
  onPose?(pose: Pose | null): void;
}

export interface SceneHandle {
  update(changed: Partial<SceneProps>): void;
  /** Camera back to the default view that shows every visible point. */
  fit(): void;
  /** Flies so that these rows fill the view, from where it is looked at now; nothing happens when none of them is drawn. */
  focus(rows: readonly number[]): void;
  /** Camera to a pose that `onPose` told, at once. */
  show(pose: Pose): void;
  /** What is on screen, whole and at rest, at `scale` canvas px per CSS px; the screen itself doesn't change.
   *  @throws RangeError, Error; see `takePicture`. */
  picture(scale: number): HTMLCanvasElement;
  /** Draws what is to be seen onto a canvas, at `scale` px for each CSS px, and from then on nothing by itself: for a scene on no screen.
   *  @throws Error; see `film`. */
  film(onto: CanvasRenderingContext2D, scale: number): void;
  /** Where the camera stands, or is going. */
  readonly pose: Pose;
  /** The same as shapes, with the data behind it. */
  drawing(): Drawing;
  /** Pixel place of a row inside the container, or null when not visible: for tests and for cards. */
  place(row: number): { x: number; y: number } | null;
  /** Frames drawn since the start: for tests of "no frame when nothing moved". */
  readonly frames: number;
  /** Share of the canvas px that moving pictures are drawn with just now, 1 = all: for measurements. Read off, nothing is computed. */
  readonly quality: number;
  /** What the last picture left out, and the share of the visible rows it drew: fewer where the governor asks for it, and where so many points
   *  fall on each other that more of them change nothing. Another object when it changed. */
  readonly economy: Economy;
  destroy(): void;
}

export type CreateScene = (container: HTMLElement, props: SceneProps, events: SceneEvents) => SceneHandle;
