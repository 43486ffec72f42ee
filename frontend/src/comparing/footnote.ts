/** What two clouds side by side have in common and what not, in a sentence or two. Pure. */

import { number, wholePercent } from "../format";
import type { Pose } from "../scene/types";

export interface Footing {
  /** Both are drawn along A's directions. */
  readonly shared: boolean;
  /** Why not, as the server said. */
  readonly reason: string | null;
  readonly linked: boolean;
  /** Half extent of B's cloud over that of A's: how much smaller B is drawn. */
  readonly ratio: number;
  /** Shares of the variance at the cursor that are drawn; null = not known. */
  readonly shownA: number | null;
  readonly shownB: number | null;
}

export function footnote({ shared, reason, linked, ratio, shownA, shownB }: Footing): string {
  const camera = linked ? "One camera" : "Two cameras";
  const shares =
    shownA === null || shownB === null
      ? ""
      : ` · ${wholePercent(shownA)} and ${wholePercent(shownB)} of variance shown`;
  const drawn = linked ? `, ${scaleSaid(ratio)}` : "";
  if (shared) return `${camera}, both along A's axes${drawn}${shares}`;
  const why = reason ? ` (${reason})` : "";
  return `${camera}, each along its own axes${why}${drawn}: compare distances inside a run only${shares}`;
}

/** Closer to one than this nobody sees. */
const SAME = 0.02;

function scaleSaid(ratio: number): string {
  if (!(ratio > 0) || Math.abs(ratio - 1) < SAME) return "to one scale";
  return ratio > 1 ? `B drawn ${number(ratio)} times smaller` : `B drawn ${number(1 / ratio)} times larger`;
}

/** The server names the runs and the embedding as well, which the page says anyway. */
export function reasonOf(sentence: string): string {
  return sentence.split(": ").at(-1)?.replace(/\.$/, "").trim() ?? "";
}

/** The same view of a cloud that is `ratio` times as large. */
export function scaledPose(pose: Pose, ratio: number): Pose {
  const [x, y, z] = pose.target;
  return { ...pose, distance: pose.distance * ratio, target: [x * ratio, y * ratio, z * ratio] };
}
