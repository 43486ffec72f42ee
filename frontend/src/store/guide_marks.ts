/** The groups of rows that a guided tour rings, in colours of their own. */

import { computed, signal } from "@preact/signals";
import { groupColor } from "../colors/group_colors";
import type { Mark, Theme } from "../scene/types";
import type { Ringed } from "../tours/tour";
import { rgb } from "../words/tokens";
import { theme } from "./settings";
import { cloud } from "./timeline";

/** Of the embedding at this path. */
export const guideMarks = signal<{ readonly path: string; readonly groups: readonly Ringed[] } | null>(null);

export function ring(path: string | null, groups: readonly Ringed[] = []): void {
  guideMarks.value = path === null || groups.length === 0 ? null : { path, groups };
}

/** Of the named groups' colours those that are farthest apart, so that a ring is told from a point. */
const COLORS = [0, 2] as const;
export const guideColor = (group: number, theme: Theme): string => groupColor(COLORS[group % 2] as number, theme);

/** What of it is on screen. */
export const guidedMarks = computed<readonly Mark[]>(() => {
  const now = guideMarks.value;
  if (!now || now.path !== cloud.value?.embedding.path) return [];
  return now.groups.map(({ rows }, i) => ({ rows, color: rgb(guideColor(i, theme.value)) }));
});
