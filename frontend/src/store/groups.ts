/** Groups of tokens that were named: kept by this browser for each run, and what the scene rings. */

import { computed, effect, signal, untracked } from "@preact/signals";
import { GROUP_COLORS, groupColor } from "../colors/group_colors";
import type { Mark } from "../scene/types";
import { type Group, LONGEST_NAME, MOST_GROUPS, parseMemory, recall, remember } from "../words/groups_memory";
import { common, same, sizeOf, type Tokens, union } from "../words/token_sets";
import { rgb } from "../words/tokens";
import { chosen, chosenTokens, rowsOnScreen } from "./chosen";
import { otherTokenMarks, tokenMarks } from "./finding_marks";
import { guidedMarks } from "./guide_marks";
import { embeddings, model } from "./runs";
import { theme } from "./settings";
import { cloud } from "./timeline";

const KEY = "paramviz.groups";

export const groups = signal<readonly Group[]>([]);

/** The run's groups that have rows on screen, with their places in `groups`. */
export interface ShownGroup {
  readonly group: Group;
  readonly index: number;
  readonly rows: readonly number[];
}
export const shownGroups = computed<readonly ShownGroup[]>(() =>
  groups.value
    .map((group, index) => ({ group, index, rows: rowsOnScreen(group.tokens) }))
    .filter(({ rows }) => rows.length > 0),
);
export const full = computed(() => groups.value.length >= MOST_GROUPS);

/** What the scene rings: the groups, tokens of findings, over them what is chosen, in the colour that means "here". */
function ringed(ofFindings: readonly Mark[]): readonly Mark[] {
  const named = shownGroups.value.map(({ group, rows }) => ({
    rows,
    color: rgb(groupColor(group.color, theme.value)),
  }));
  const list: Mark[] = [...named, ...ofFindings, ...guidedMarks.value];
  if (chosen.value.length > 0) list.push({ rows: chosen.value, color: rgb(ACCENT[theme.value]) });
  return list;
}
export const marks = computed(() => ringed(tokenMarks.value));
/** In the pane of the run beside, as rows of the first: its findings are its own. */
export const marksBeside = computed(() => ringed(otherTokenMarks.value));
/** --accent in styles/tokens.css. */
const ACCENT = { dark: "#FF9838", light: "#F57C00" } as const;

/** The place of the group that what is chosen is, or null. */
export const chosenGroup = computed<number | null>(() => {
  const at = groups.value.findIndex(({ tokens }) => same(tokens, chosenTokens.value));
  return at >= 0 ? at : null;
});

/** Names what is chosen; a group of that name takes it in instead. */
export function nameChosen(name: string): void {
  const tokens = chosenTokens.peek();
  const named = name.trim().slice(0, LONGEST_NAME);
  if (named === "" || sizeOf(tokens) === 0) return;
  const known = groups.peek().findIndex((group) => group.name === named);
  if (known >= 0) addToGroup(known, tokens);
  else if (!full.peek()) keep([...groups.peek(), { name: named, color: freeColor(), tokens }]);
}

function freeColor(): number {
  const used = new Set(groups.peek().map(({ color }) => color));
  return GROUP_COLORS.dark.findIndex((_, color) => !used.has(color));
}

export function renameGroup(index: number, name: string): void {
  const named = name.trim().slice(0, LONGEST_NAME);
  if (named !== "" && !groups.peek().some((group) => group.name === named)) change(index, { name: named });
}

/** The next colour that no other group has. */
export function recolourGroup(index: number): void {
  const before = groups.peek()[index]?.color ?? 0;
  const used = new Set(groups.peek().map(({ color }) => color));
  const count = GROUP_COLORS.dark.length;
  const next = GROUP_COLORS.dark.map((_, i) => (before + 1 + i) % count).find((color) => !used.has(color));
  change(index, { color: next ?? (before + 1) % count });
}

export function addToGroup(index: number, tokens: Tokens): void {
  change(index, { tokens: union(groups.peek()[index]?.tokens ?? {}, tokens) });
}

/** Nothing changes where nothing would be left. */
export function intersectGroup(index: number, tokens: Tokens): void {
  const left = common(groups.peek()[index]?.tokens ?? {}, tokens);
  if (sizeOf(left) > 0) change(index, { tokens: left });
}

export function removeGroup(index: number): void {
  keep(groups.peek().filter((_, at) => at !== index));
}

let linked: readonly Group[] = [];

/** From a link: the groups of whoever sent it, for the first run. Those of this browser are kept until one of these is changed. */
export function awaitGroups(list: readonly Group[]): void {
  linked = list;
}

function change(index: number, changes: Partial<Group>): void {
  keep(groups.peek().map((group, at) => (at === index ? { ...group, ...changes } : group)));
}

function keep(list: readonly Group[]): void {
  groups.value = list;
  const run = cloud.peek()?.run;
  if (run === undefined) return;
  try {
    const memory = parseMemory(window.localStorage.getItem(KEY));
    window.localStorage.setItem(KEY, JSON.stringify(remember(memory, run, embeddings.peek(), list)));
  } catch {
    // storage is off or full: the groups last as long as the page
  }
}

/** Brings the groups of the run that comes on screen; returns what stops it. */
export function followGroups(): () => void {
  let last = "";
  return effect(() => {
    const run = cloud.value?.run;
    const session = model.value?.run === run ? model.value?.session_id : undefined;
    if (run === undefined || session === undefined || last === `${run}\n${session}`) return;
    last = `${run}\n${session}`;
    untracked(() => {
      groups.value = linked.length > 0 ? linked : remembered(run);
      linked = [];
    });
  });
}

function remembered(run: string): readonly Group[] {
  try {
    return recall(parseMemory(window.localStorage.getItem(KEY)), run, embeddings.peek());
  } catch {
    return [];
  }
}
