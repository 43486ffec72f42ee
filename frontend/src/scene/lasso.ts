// biome-ignore-all lint/style/noNonNullAssertion: typed arrays, indexed inside their length
/** The loop drawn round points: its path, its look, and which points it holds. */

import { css, type Palette } from "./palette";
import type { Projected } from "./projected";

/** A pointer that moved less than this adds no corner, CSS px. */
const STEP = 3;
const WIDTH = 1.75;

export class Lasso {
  /** x, y of each corner, CSS px; the first `#corners` are valid. */
  #path = new Float32Array(2 * 256);
  #corners = 0;
  #drawing = false;

  begin(x: number, y: number): void {
    this.#drawing = true;
    this.#corners = 0;
    this.#push(x, y);
  }

  /** True when the loop grew. */
  extend(x: number, y: number): boolean {
    if (!this.#drawing) return false;
    const last = this.#corners * 2 - 2;
    if (Math.hypot(x - this.#path[last]!, y - this.#path[last + 1]!) < STEP) return false;
    this.#push(x, y);
    return true;
  }

  /** Closes the loop: the drawn rows in it; null when it was dropped before. */
  end(points: Projected): number[] | null {
    if (!this.#drawing) return null;
    this.#drawing = false;
    return enclosed(this.#path.subarray(0, this.#corners * 2), points);
  }

  /** Lets go of it; false when there was none. */
  drop(): boolean {
    const was = this.#drawing;
    this.#drawing = false;
    return was;
  }

  /** On a context scaled to CSS px: a soft closed loop, the way back dashed. */
  draw(context: CanvasRenderingContext2D, palette: Palette): void {
    if (!this.#drawing || this.#corners < 2) return;
    const path = this.#path;
    const end = this.#corners * 2 - 2;
    context.beginPath();
    context.moveTo(path[0]!, path[1]!);
    // Through the middles of the sides: corners of the hand's path are rounded off.
    for (let i = 2; i < end; i += 2) {
      context.quadraticCurveTo(
        path[i]!,
        path[i + 1]!,
        (path[i]! + path[i + 2]!) / 2,
        (path[i + 1]! + path[i + 3]!) / 2,
      );
    }
    context.lineTo(path[end]!, path[end + 1]!);
    context.fillStyle = css(palette.accent, palette.dark ? 0.12 : 0.1);
    context.fill();
    context.lineWidth = WIDTH;
    context.lineCap = context.lineJoin = "round";
    context.strokeStyle = css(palette.accent);
    context.stroke();
    context.beginPath();
    context.moveTo(path[end]!, path[end + 1]!);
    context.lineTo(path[0]!, path[1]!);
    context.setLineDash([3, 5]);
    context.strokeStyle = css(palette.accent, 0.7);
    context.stroke();
    context.setLineDash([]);
  }

  #push(x: number, y: number): void {
    if ((this.#corners + 1) * 2 > this.#path.length) {
      const larger = new Float32Array(this.#path.length * 2);
      larger.set(this.#path);
      this.#path = larger;
    }
    this.#path[this.#corners * 2] = x;
    this.#path[this.#corners * 2 + 1] = y;
    this.#corners += 1;
  }
}

/** Rows whose drawn middle lies inside the closed `path` [n * 2], a loop that crosses itself held together (nonzero winding, as it is
 *  filled). Ascending. O(R) for those outside the path's frame, O(R * n) for those in it. */
export function enclosed(path: Float32Array, points: Projected): number[] {
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (let i = 0; i < path.length; i += 2) {
    left = Math.min(left, path[i]!);
    right = Math.max(right, path[i]!);
    top = Math.min(top, path[i + 1]!);
    bottom = Math.max(bottom, path[i + 1]!);
  }
  const rows: number[] = [];
  for (let row = 0; row < points.rows; row += 1) {
    const [x, y] = [points.x[row]!, points.y[row]!];
    if (points.radius[row] === 0 || x < left || x > right || y < top || y > bottom) continue;
    if (winding(path, x, y) !== 0) rows.push(row);
  }
  return rows;
}

/** How often the closed path goes round (x, y), by the sides that cross the ray to the right: Sunday's winding number, 2001. */
function winding(path: Float32Array, x: number, y: number): number {
  let turns = 0;
  for (let i = 0, j = path.length - 2; i < path.length; j = i, i += 2) {
    const [ax, ay, bx, by] = [path[j]!, path[j + 1]!, path[i]!, path[i + 1]!];
    if (ay <= y === by <= y) continue;
    const side = (bx - ax) * (y - ay) - (x - ax) * (by - ay);
    if (ay <= y && side > 0) turns += 1;
    else if (ay > y && side < 0) turns -= 1;
  }
  return turns;
}
