/** What is on screen as a PNG. */

import type { Ground } from "./ground";
import type { Overlay } from "./overlay";
import type { Painters } from "./painters";
import type { Shot } from "./visual";

/** Draws everything once more at `scale` canvas px per CSS px, then again as it was: no picture in between reaches the screen.
 *  @throws RangeError for a scale outside 0 … 8, Error when the browser can't encode it. */
export function takePicture(
  ground: Ground,
  painters: Painters,
  overlay: Overlay,
  shot: Shot,
  scale: number,
): Promise<Blob> {
  if (!(scale > 0 && scale <= 8)) throw new RangeError(`picture: scale must lie between 0 and 8, got ${scale}`);
  const { width, height } = shot.view;
  const before = shot.pixelRatio;
  const composed = document.createElement("canvas");
  composed.width = Math.max(1, Math.round(width * scale));
  composed.height = Math.max(1, Math.round(height * scale));
  const context = composed.getContext("2d");
  drawAt(scale);
  context?.drawImage(ground.canvas, 0, 0, composed.width, composed.height);
  context?.drawImage(painters.current.canvas, 0, 0, composed.width, composed.height);
  context?.drawImage(overlay.canvas, 0, 0, composed.width, composed.height);
  drawAt(before);
  return new Promise((resolve, reject) => {
    composed.toBlob((blob) => {
      if (blob === null) reject(new Error("picture: too large for this browser, choose a smaller scale"));
      else resolve(blob);
    }, "image/png");
  });

  function drawAt(pixelRatio: number): void {
    shot.pixelRatio = pixelRatio;
    painters.resize(width, height, pixelRatio);
    overlay.resize(width, height, pixelRatio);
    painters.draw(shot);
    overlay.draw(shot);
  }
}
