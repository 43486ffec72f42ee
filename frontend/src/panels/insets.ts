/** What of the cloud's canvas stays free for what is written over it. The two panes of a comparison have the same: they are looked at from
 *  one place, and stand at one height. */

import type { SceneProps } from "../scene/types";
import { comparing } from "../store/compare";
import { isolating } from "../store/filters";
import { findingShown } from "../store/finding_shown";
import { covered } from "../store/picture";
import { selected } from "../store/selection";
import { layout, width } from "../store/settings";

type Insets = SceneProps["insets"];

/** One line of a title and one of a legend. */
const LEAST = { top: 60, bottom: 44 } as const;
/** Room for the line that says what is isolated. */
const UNDER_LINE = 100;
/** An explanation that was opened doesn't push the picture away. */
const MOST = { top: 132, bottom: 120 } as const;
const INSPECTOR = 304;
const PHONE = { top: 52, right: 52, bottom: 64, left: 0 };
/** Below the title stands the switch between two runs. */
const SWITCHED = { top: 116, right: 52, bottom: 64, left: 0 };
/** B's title stands beside the tools, or under them where there is no room; its footnote takes two lines. */
const PAIR = { beside: 60, below: 116, bottom: 60 } as const;
const STACKED = { top: 48, bottom: 44 } as const;
const [STACKED_BELOW, BESIDE_FROM] = [1100, 1560];

export function insetsNow(): Insets {
  const now = covered.value;
  if (layout.value === "phone") return comparing.value ? SWITCHED : now ? same(now.top, now.right, now.bottom) : PHONE;
  if (comparing.value) return pairInsets();
  const within = (value: number | undefined, least: number, most: number) =>
    Math.max(least, Math.min(most, value ?? least));
  const top = within(now?.top, isolating.value ? UNDER_LINE : LEAST.top, MOST.top);
  return same(top, besideInspector(), within(now?.bottom, LEAST.bottom, MOST.bottom));
}

/** On a tablet it lies over the canvas. */
const besideInspector = () =>
  layout.value === "tablet" && (selected.value !== null || findingShown.value !== null) ? INSPECTOR : 0;

export function pairInsets(): Insets {
  if (layout.value === "phone") return SWITCHED;
  // One over the other they are low: what is written lies at their sides.
  if (width.value < STACKED_BELOW) return same(STACKED.top, besideInspector(), STACKED.bottom);
  const below = width.value < BESIDE_FROM;
  const bottom = Math.min(MOST.bottom, Math.max(PAIR.bottom, covered.value?.bottom ?? 0));
  return same(below ? PAIR.below : PAIR.beside, besideInspector(), bottom);
}

let last: Insets = PHONE;
/** The same object for the same numbers: the scene compares by identity. */
function same(top: number, right: number, bottom: number): Insets {
  if (last.top !== top || last.right !== right || last.bottom !== bottom) last = { top, right, bottom, left: 0 };
  return last;
}
