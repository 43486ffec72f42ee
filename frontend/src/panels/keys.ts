/** The keys of the page: this one table is what they do and what the sheet of keys says. */

import { chosen } from "../store/chosen";
import { compareWith, compareWithNewest, comparing, linked, setLinked } from "../store/compare";
import { filtered } from "../store/filters";
import { closeFinding, findingShown, findingsOpen, openFindings, openNext } from "../store/finding_shown";
import { toggleFullScreen } from "../store/full_screen";
import { guidesOpen, openGuides } from "../store/guides";
import { chosenLayer, letGoOfLayer, showAllLayers } from "../store/layers";
import { goLive, pause, playing, seek, stepBy, togglePlay } from "../store/playback";
import { askToSave } from "../store/saving";
import { letGo, selected } from "../store/selection";
import {
  changeSpeed,
  filtersOpen,
  helpOpen,
  labelMode,
  layout,
  mode,
  openFilters,
  openHelp,
  openSettings,
  openTable,
  projection,
  setLabelMode,
  setMode,
  setProjection,
  setTool,
  setTrails,
  settingsOpen,
  toggleLoop,
  tool,
  trails,
} from "../store/settings";
import { heatRange, setHeatRange } from "../store/statistics";
import { toggleWandering } from "../store/tour";
import { layersShown, setView, type View, view } from "../store/view";
import { scene } from "./cloud";
import { fitAll } from "./compare_pane";
import { isolateOrNot, showEverything } from "./isolation";
import { modelScene } from "./model_scene";
import { focusSearch } from "./search_field";

export type KeyGroup = "Time" | "Camera" | "Choosing" | "View";
export const KEY_GROUPS: readonly KeyGroup[] = ["Time", "Camera", "Choosing", "View"];

export interface PageKey {
  readonly group: KeyGroup;
  /** As the sheet writes them. */
  readonly shown: readonly string[];
  readonly does: string;
  /** What each `KeyboardEvent.key` does; absent = the focused cloud takes them, `keys` says which. */
  readonly run?: Readonly<Record<string, (event: KeyboardEvent) => void>>;
  readonly keys?: readonly string[];
  /** Where they mean something; absent = in every view. */
  readonly views?: readonly View[];
}

const CLOUD: readonly View[] = ["embeddings"];
const LAYERS: readonly View[] = ["layers"];
const HEAT: readonly View[] = ["heat"];

const jump = (event: KeyboardEvent) => (event.shiftKey ? 10 : 1);
const LABELS = ["off", "auto", "all"] as const;

export const PAGE_KEYS: readonly PageKey[] = [
  { group: "Time", shown: ["Space"], does: "Play, pause", run: { " ": togglePlay } },
  {
    group: "Time",
    shown: ["←", "→"],
    does: "Step back, forward; with Shift by ten",
    run: { ArrowLeft: (event) => stepBy(-jump(event)), ArrowRight: (event) => stepBy(jump(event)) },
  },
  {
    group: "Time",
    shown: ["←", "→"],
    does: "From phase to phase, on their focused strip; Enter goes there, with Shift it is looped",
    keys: ["ArrowLeft", "ArrowRight"],
  },
  { group: "Time", shown: ["Home", "End"], does: "First, last snapshot", run: { Home: () => seek(0), End: goLive } },
  {
    group: "Time",
    shown: ["[", "]"],
    does: "Slower, faster",
    run: { "[": () => changeSpeed(-1), "]": () => changeSpeed(1) },
  },
  { group: "Time", shown: ["L"], does: "Loop", run: { l: toggleLoop } },
  { group: "Camera", shown: ["0"], does: "Show all points", views: CLOUD, run: { "0": fitAll } },
  {
    group: "Camera",
    shown: ["K"],
    does: "Both runs from one place, or each from its own",
    run: { k: () => comparing.peek() && setLinked(!linked.peek()) },
  },
  {
    group: "Camera",
    shown: ["F"],
    does: "Fly to what is selected",
    views: CLOUD,
    run: { f: flyToSelected, ".": flyToSelected },
  },
  {
    group: "Camera",
    shown: ["+", "−"],
    does: "Nearer, farther, on the focused cloud",
    views: CLOUD,
    keys: ["+", "=", "-", "_"],
  },
  {
    group: "Camera",
    shown: ["M"],
    does: "2D or 3D",
    views: ["embeddings", "layers"],
    run: { m: () => setMode(mode.peek() === "2d" ? "3d" : "2d") },
  },
  {
    group: "Camera",
    shown: ["0"],
    does: "Show the whole model",
    views: LAYERS,
    run: { "0": () => modelScene()?.fit() },
  },
  {
    group: "Camera",
    shown: ["F"],
    does: "Fly to the chosen layer",
    views: LAYERS,
    run: { f: flyToLayer, ".": flyToLayer },
  },
  {
    group: "Camera",
    shown: ["+", "−"],
    does: "Nearer, farther, on the focused model",
    views: LAYERS,
    keys: ["+", "=", "-", "_"],
  },
  { group: "Camera", shown: ["0"], does: "Show the whole run", views: HEAT, run: { "0": () => setHeatRange(null) } },
  {
    group: "Camera",
    shown: ["+", "−"],
    does: "Shorter, longer part of the run, on the focused map",
    views: HEAT,
    keys: ["+", "=", "-", "_"],
  },
  { group: "Choosing", shown: ["/"], does: "Find a token or a layer", run: { "/": find } },
  {
    group: "Choosing",
    shown: ["←", "→", "↑", "↓"],
    does: "From point to point, on the focused cloud",
    views: CLOUD,
    keys: ["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown"],
  },
  {
    group: "Choosing",
    shown: ["←", "→", "↑", "↓"],
    does: "From layer to layer, on the focused model",
    views: LAYERS,
    keys: ["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown"],
  },
  {
    group: "Choosing",
    shown: ["↑", "↓"],
    does: "From layer to layer, on the focused map; with Shift by ten",
    views: HEAT,
    keys: ["ArrowUp", "ArrowDown"],
  },
  {
    group: "Choosing",
    shown: ["Space"],
    does: "Choose the selected point besides others, on the focused cloud",
    views: CLOUD,
    keys: [" ", "Shift+Enter"],
  },
  {
    group: "Choosing",
    shown: ["O"],
    does: "Draw a loop round points, or turn the cloud",
    views: CLOUD,
    run: { o: () => setTool(tool.peek() === "lasso" ? "turn" : "lasso") },
  },
  {
    group: "Choosing",
    shown: ["I"],
    does: "Show only what is chosen, or all again",
    views: CLOUD,
    run: { i: isolateOrNot },
  },
  {
    group: "Choosing",
    shown: ["E"],
    does: "Next finding; with Shift the one before",
    run: { e: (event) => openNext(event.shiftKey ? -1 : 1) },
  },
  {
    group: "Choosing",
    shown: ["Esc"],
    does: "Close, put the loop away, pause, let go of what is chosen, show all again: one at a time",
    run: { Escape: stepOut },
  },
  {
    group: "View",
    shown: ["1", "2", "3"],
    does: "Embeddings, layers, heat map",
    run: { "1": () => setView("embeddings"), "2": () => setView("layers"), "3": () => setView("heat") },
  },
  {
    group: "View",
    shown: ["C"],
    does: "Compare with another run, or stop comparing",
    run: { c: () => (comparing.peek() ? compareWith(null) : compareWithNewest()) },
  },
  {
    group: "View",
    shown: ["←", "→", "↑", "↓"],
    does: "From button to button, in a focused row or list of them",
    keys: ["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown"],
  },
  { group: "View", shown: ["W"], does: "Full screen", run: { w: () => void toggleFullScreen() } },
  { group: "View", shown: ["N"], does: "Names of points: off, auto, all", views: CLOUD, run: { n: nextLabels } },
  { group: "View", shown: ["R"], does: "Trails", views: CLOUD, run: { r: () => setTrails(!trails.peek()) } },
  {
    group: "View",
    shown: ["G"],
    does: "Grand tour: wander, stand still",
    views: CLOUD,
    run: { g: () => (projection.peek() === "tour" ? toggleWandering() : setProjection("tour")) },
  },
  { group: "View", shown: ["P"], does: "Save: picture, video, report, link, data", run: { p: askToSave } },
  { group: "View", shown: ["T"], does: "Table of what is shown", views: CLOUD, run: { t: () => openTable(true) } },
  { group: "View", shown: ["H"], does: "Tours of this run", run: { h: () => openGuides(!guidesOpen.peek()) } },
  { group: "View", shown: [","], does: "Settings", run: { ",": () => openSettings(!settingsOpen.peek()) } },
  { group: "View", shown: ["?"], does: "This sheet", run: { "?": () => openHelp(!helpOpen.peek()) } },
];

function flyToSelected(): void {
  const row = selected.peek();
  scene()?.focus(row === null ? chosen.peek() : [row]);
}

function flyToLayer(): void {
  const layer = chosenLayer.peek();
  if (layer !== null) modelScene()?.focus(layer);
}

function nextLabels(): void {
  setLabelMode(LABELS[(LABELS.indexOf(labelMode.peek()) + 1) % LABELS.length] as (typeof LABELS)[number]);
}

function find(): void {
  if (layout.peek() !== "wide") openFilters(true);
  focusSearch();
}

/** One thing at a time, the nearest first. */
function stepOut(): void {
  if (settingsOpen.peek()) openSettings(false);
  else if (filtersOpen.peek() && layout.peek() !== "wide") openFilters(false);
  else if (findingShown.peek()) closeFinding();
  else if (findingsOpen.peek()) openFindings(false);
  else if (!layersShown.peek() && tool.peek() === "lasso") setTool("turn");
  else if (playing.peek()) pause();
  else if (layersShown.peek()) letGoOfLayers();
  else if (!letGo() && filtered.peek()) showEverything();
}

/** Of the layers: the part of the time that is zoomed to, the chosen one with the search, then what hides some of them. */
function letGoOfLayers(): void {
  if (view.peek() === "heat" && heatRange.peek() !== null) setHeatRange(null);
  else if (!letGoOfLayer()) showAllLayers();
}

/** The keys that mean something in a view. */
export const keysIn = (of: View): readonly PageKey[] => PAGE_KEYS.filter(({ views }) => views?.includes(of) ?? true);

const actionsIn = (of: View) => new Map(keysIn(of).flatMap(({ run }) => Object.entries(run ?? {})));
const actions = { embeddings: actionsIn("embeddings"), layers: actionsIn("layers"), heat: actionsIn("heat") };

/** Keys of the whole page. A control that uses a key itself keeps it. */
export function onPageKey(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
  const target = event.target as HTMLElement;
  if (target.closest("dialog:modal")) return;
  if (takes(target, event.key)) return;
  const action = actions[view.peek()].get(event.key.length === 1 ? event.key.toLowerCase() : event.key);
  if (!action) return;
  event.preventDefault();
  action(event);
}

const ARROWS = /^(Arrow|Home|End|Page)/;

/** Whether a control makes something of the key itself. */
function takes(target: HTMLElement, key: string): boolean {
  if (target.matches("textarea, [contenteditable], input:not([type=checkbox], [type=radio], [type=range])"))
    return true;
  if (key === "Escape") return false;
  if (target.matches("select")) return true;
  if (target.matches("[type=radio], [type=range]") && (ARROWS.test(key) || key === " ")) return true;
  return key === " " && target.closest("button, summary, [type=checkbox]") !== null;
}
