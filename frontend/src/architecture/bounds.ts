/** What a drawing covers. Pure. */

import { type Caption, type Rect, WIDTH } from "./types";

export function boundsOf(rects: readonly Rect[], captions: readonly Caption[]): Rect {
  if (rects.length === 0) return { x: 0, y: 0, width: WIDTH, height: WIDTH };
  const left = Math.min(...rects.map((rect) => rect.x));
  const bottom = Math.min(...rects.map((rect) => rect.y), ...captions.map((caption) => caption.y));
  const right = Math.max(...rects.map((rect) => rect.x + rect.width));
  const top = Math.max(...rects.map((rect) => rect.y + rect.height), ...captions.map((caption) => caption.y));
  return { x: left, y: bottom, width: right - left, height: top - bottom };
}
