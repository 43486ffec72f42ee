/** What is on screen, to be taken away: as a canvas of any size, or as shapes. */

import { drawingOn } from "../drawing_on";
import type { Ground } from "./ground";
import type { Overlay } from "./overlay";
import type { Painters } from "./painters";
import { recorder } from "./recorder";
import type { Drawing } from "./shapes";
import { shapesOf } from "./shapes_of";
import type { Shot } from "./visual";

/** Draws everything once more at `scale` canvas px per CSS px, then again as it was: all in one go, so that nothing in between reaches
 *  the screen.
 *  @throws RangeError for a scale outside 0 … 8, Error when the picture is too large for this browser or 3D is being lost. */
export function takePicture(
  ground: Ground,
  painters: Painters,
  overlay: Overlay,
  shot: Shot,
  scale: number,
): HTMLCanvasElement {
  if (!(scale > 0 && scale <= 8)) throw new RangeError(`picture: scale must lie between 0 and 8, got ${scale}`);
  const { width, height } = shot.view;
  const before = shot.pixelRatio;
  const composed = document.createElement("canvas");
  composed.width = Math.max(1, Math.round(width * scale));
  composed.height = Math.max(1, Math.round(height * scale));
  const context = drawingOn(composed);
  drawAt(scale);
  const { canvas } = painters.current;
  const lost = canvas.getContext("webgl2")?.isContextLost() ?? false;
  for (const layer of [ground.canvas, canvas, overlay.canvas]) {
    context.drawImage(layer, 0, 0, composed.width, composed.height);
  }
  drawAt(before);
  if (lost) throw new Error("The browser took 3D away while the picture was drawn.");
  return composed;

  function drawAt(pixelRatio: number): void {
    shot.pixelRatio = pixelRatio;
    painters.resize(width, height, pixelRatio);
    overlay.resize(width, height, pixelRatio);
    painters.draw(shot);
    overlay.draw(shot);
  }
}

/** What is to be seen at `scale` canvas px per CSS px, onto a canvas of another size too: of a scene that is on no screen. It stays drawn so.
 *  @throws Error when 3D is being lost. */
export function film(
  ground: Ground,
  painters: Painters,
  overlay: Overlay,
  shot: Shot,
  scale: number,
  onto: CanvasRenderingContext2D,
): void {
  const { width, height } = shot.view;
  if (painters.size[0] !== width || painters.size[1] !== height || painters.size[2] !== scale) {
    painters.resize(width, height, scale);
    overlay.resize(width, height, scale);
  }
  shot.pixelRatio = scale;
  painters.draw(shot);
  overlay.draw(shot);
  const { canvas } = painters.current;
  if (canvas.getContext("webgl2")?.isContextLost()) throw new Error("The browser took 3D away while it was drawn.");
  for (const layer of [ground.canvas, canvas, overlay.canvas]) onto.drawImage(layer, 0, 0, width, height);
}

/** The same picture without pixels. `shot.points` must know every drawn row. O(R log R). */
export function takeShapes(overlay: Overlay, shot: Readonly<Shot>): Drawing {
  const { props, view, palette } = shot;
  const over = recorder(shot.pixelRatio);
  overlay.draw(shot, over.context);
  return {
    width: view.width,
    height: view.height,
    dark: palette.dark,
    shapes: [...shapesOf(shot), ...over.shapes],
    positions: Float32Array.from(props.from, (value, i) => value + ((props.to[i] as number) - value) * props.mix),
    colors: props.colors,
    visible: props.visible,
  };
}
