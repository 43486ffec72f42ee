/** The keys of the page: this one table is what they do and what the sheet of keys says. */

import { chosen } from "../store/chosen";
import { filtered } from "../store/filters";
import { toggleFullScreen } from "../store/full_screen";
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
import { toggleWandering } from "../store/tour";
import { scene } from "./cloud";
import { isolateOrNot, showEverything } from "./isolation";
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
}

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
  { group: "Time", shown: ["Home", "End"], does: "First, last snapshot", run: { Home: () => seek(0), End: goLive } },
  {
    group: "Time",
    shown: ["[", "]"],
    does: "Slower, faster",
    run: { "[": () => changeSpeed(-1), "]": () => changeSpeed(1) },
  },
  { group: "Time", shown: ["L"], does: "Loop", run: { l: toggleLoop } },
  { group: "Camera", shown: ["0"], does: "Show all points", run: { "0": () => scene()?.fit() } },
  { group: "Camera", shown: ["F"], does: "Fly to what is selected", run: { f: flyToSelected, ".": flyToSelected } },
  { group: "Camera", shown: ["+", "−"], does: "Nearer, farther, on the focused cloud", keys: ["+", "=", "-", "_"] },
  {
    group: "Camera",
    shown: ["M"],
    does: "2D or 3D",
    run: { m: () => setMode(mode.peek() === "2d" ? "3d" : "2d") },
  },
  { group: "Choosing", shown: ["/"], does: "Find a token", run: { "/": findToken } },
  {
    group: "Choosing",
    shown: ["←", "→", "↑", "↓"],
    does: "From point to point, on the focused cloud",
    keys: ["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown"],
  },
  {
    group: "Choosing",
    shown: ["Space"],
    does: "Choose the selected point besides others, on the focused cloud",
    keys: [" ", "Shift+Enter"],
  },
  {
    group: "Choosing",
    shown: ["O"],
    does: "Draw a loop round points, or turn the cloud",
    run: { o: () => setTool(tool.peek() === "lasso" ? "turn" : "lasso") },
  },
  { group: "Choosing", shown: ["I"], does: "Show only what is chosen, or all again", run: { i: isolateOrNot } },
  {
    group: "Choosing",
    shown: ["Esc"],
    does: "Close, put the loop away, pause, let go of what is chosen, show all again: one at a time",
    run: { Escape: stepOut },
  },
  { group: "View", shown: ["W"], does: "Full screen", run: { w: () => void toggleFullScreen() } },
  { group: "View", shown: ["N"], does: "Names of points: off, auto, all", run: { n: nextLabels } },
  { group: "View", shown: ["R"], does: "Trails", run: { r: () => setTrails(!trails.peek()) } },
  {
    group: "View",
    shown: ["G"],
    does: "Grand tour: wander, stand still",
    run: { g: () => (projection.peek() === "tour" ? toggleWandering() : setProjection("tour")) },
  },
  { group: "View", shown: ["P"], does: "Save the picture, the cloud or the table", run: { p: askToSave } },
  { group: "View", shown: ["T"], does: "Table of what is shown", run: { t: () => openTable(true) } },
  { group: "View", shown: [","], does: "Settings", run: { ",": () => openSettings(!settingsOpen.peek()) } },
  { group: "View", shown: ["?"], does: "This sheet", run: { "?": () => openHelp(!helpOpen.peek()) } },
];

function flyToSelected(): void {
  const row = selected.peek();
  scene()?.focus(row === null ? chosen.peek() : [row]);
}

function nextLabels(): void {
  setLabelMode(LABELS[(LABELS.indexOf(labelMode.peek()) + 1) % LABELS.length] as (typeof LABELS)[number]);
}

function findToken(): void {
  if (layout.peek() !== "wide") openFilters(true);
  focusSearch();
}

/** One thing at a time, the nearest first. */
function stepOut(): void {
  if (settingsOpen.peek()) openSettings(false);
  else if (filtersOpen.peek() && layout.peek() !== "wide") openFilters(false);
  else if (tool.peek() === "lasso") setTool("turn");
  else if (playing.peek()) pause();
  else if (!letGo() && filtered.peek()) showEverything();
}

const actions = new Map(PAGE_KEYS.flatMap(({ run }) => Object.entries(run ?? {})));

/** Keys of the whole page. A control that uses a key itself keeps it. */
export function onPageKey(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
  const target = event.target as HTMLElement;
  if (target.closest("dialog:modal")) return;
  if (takes(target, event.key)) return;
  const action = actions.get(event.key.length === 1 ? event.key.toLowerCase() : event.key);
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
