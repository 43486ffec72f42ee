// biome-ignore-all lint/style/noNonNullAssertion: typed arrays, indexed inside their length
/** The canvas above the blocks: words, and the outline of what is pointed at and chosen. */

import { css } from "../palette";
import { project } from "../pose";
import type { Box } from "./boxes";
import { drawMarks } from "./marks";
import { corner, type Stage } from "./stage";
import type { Word } from "./words";

const FONT = 'Roboto, system-ui, "Segoe UI", "Noto Sans", "DejaVu Sans", sans-serif';
const SIZE = 12;
const OUTLINE = { selected: 2.25, hovered: 1.5 } as const;
/** Corner numbers (bit 0 right, 1 up, 2 near) of the edges of a box. */
const EDGES = [
  [4, 5],
  [5, 7],
  [7, 6],
  [6, 4],
  [6, 2],
  [2, 3],
  [3, 7],
  [4, 0],
  [0, 2],
  [0, 1],
  [1, 3],
  [1, 5],
] as const;
/** Faces by their corners, seen from outside counterclockwise on the screen's up-pointing axis. */
const FACES = [
  [4, 5, 7, 6],
  [0, 4, 6, 2],
  [5, 1, 3, 7],
  [6, 7, 3, 2],
  [0, 1, 5, 4],
  [1, 0, 2, 3],
] as const;
const places = new Float32Array(16);
const at = new Float32Array(3);

export class Overlay {
  readonly canvas = document.createElement("canvas");
  readonly #context = this.canvas.getContext("2d");
  readonly #widths = new Map<string, number>();
  #taken: number[] = [];

  resize(width: number, height: number, pixelRatio: number): void {
    this.canvas.width = Math.max(1, Math.round(width * pixelRatio));
    this.canvas.height = Math.max(1, Math.round(height * pixelRatio));
  }

  /** A font arrived: words are as wide as it makes them. */
  fontsChanged(): void {
    this.#widths.clear();
  }

  /** On its own canvas, or on another. */
  draw(stage: Stage, pixelRatio: number, context = this.#context): void {
    if (context === null) return;
    const { view, props } = stage;
    context.setTransform(pixelRatio, 0, 0, pixelRatio, 0, 0);
    context.clearRect(0, 0, view.width, view.height);
    // The flat drawing outlines its slabs itself.
    if (!stage.flat) {
      this.#outline(context, stage, stage.boxOf(props.selected), OUTLINE.selected);
      if (props.hovered !== props.selected) this.#outline(context, stage, stage.boxOf(props.hovered), OUTLINE.hovered);
    }
    if (props.hoveredBlock !== null)
      for (const box of stage.boxes)
        if (box.tile?.block === props.hoveredBlock) this.#outline(context, stage, box, OUTLINE.hovered);
    drawMarks(context, stage);
    this.#words(context, stage);
  }

  dispose(): void {
    this.canvas.remove();
  }

  /** The edges of the sides that can be seen, so that a box looks like a box. */
  #outline(context: CanvasRenderingContext2D, stage: Stage, box: Box | undefined, width: number): void {
    if (!box) return;
    for (let k = 0; k < 8; k += 1) {
      const point = corner(stage.view, box, k);
      if (point[2]! <= 0) return;
      places[k * 2] = point[0]!;
      places[k * 2 + 1] = point[1]!;
    }
    context.lineJoin = "round";
    context.beginPath();
    for (const [from, to] of EDGES) {
      if (!seen(from, to)) continue;
      context.moveTo(places[from * 2]!, places[from * 2 + 1]!);
      context.lineTo(places[to * 2]!, places[to * 2 + 1]!);
    }
    context.strokeStyle = css(stage.palette.canvas, 0.75);
    context.lineWidth = width + 2.5;
    context.stroke();
    context.strokeStyle = css(stage.palette.accent);
    context.lineWidth = width;
    context.stroke();
  }

  #words(context: CanvasRenderingContext2D, stage: Stage): void {
    const { view, palette, props } = stage;
    this.#taken.length = 0;
    context.textBaseline = "alphabetic";
    context.lineJoin = "round";
    for (const word of stage.words) {
      project(view, word.x, word.y, word.z, at);
      if (at[2]! <= 0) continue;
      const font = `${word.strong ? 500 : 400} ${SIZE}px ${FONT}`;
      context.font = font;
      const width = this.#width(context, font, word);
      const left = at[0]! - (word.align === "middle" ? width / 2 : word.align === "end" ? width : 0);
      const base = at[1]! + word.down;
      if (left > view.width || left + width < 0 || base < 0 || base > view.height + SIZE) continue;
      // Words on the left of a block keep off the tables there.
      if (word.align === "end" && (left < 0 || stage.covered(left, base - SIZE, left + width, base))) continue;
      if (!this.#free(left - 2, base - SIZE, left + width + 2, base + 3)) continue;
      const faded = word.layer !== null && props.shown[word.layer] === 0;
      context.strokeStyle = css(palette.canvas, 0.85);
      context.lineWidth = 3;
      context.strokeText(word.text, left, base);
      context.fillStyle = css(word.strong ? palette.text : palette.quietText, faded ? 0.3 : 1);
      context.fillText(word.text, left, base);
    }
  }

  #width(context: CanvasRenderingContext2D, font: string, word: Word): number {
    const key = font + word.text;
    let width = this.#widths.get(key);
    if (width === undefined) {
      width = context.measureText(word.text).width;
      this.#widths.set(key, width);
    }
    return width;
  }

  /** Takes the place where nothing stands yet. */
  #free(left: number, top: number, right: number, bottom: number): boolean {
    const taken = this.#taken;
    for (let k = 0; k < taken.length; k += 4) {
      if (left < taken[k + 2]! && right > taken[k]! && top < taken[k + 3]! && bottom > taken[k + 1]!) return false;
    }
    taken.push(left, top, right, bottom);
    return true;
  }
}

/** An edge is seen where one of its two sides looks at the viewer. */
function seen(from: number, to: number): boolean {
  for (const face of FACES) {
    const corners = face as readonly number[];
    if (corners.includes(from) && corners.includes(to) && facing(face)) return true;
  }
  return false;
}

function facing([a, b, c]: readonly [number, number, number, number]): boolean {
  const [ux, uy] = [places[b * 2]! - places[a * 2]!, places[b * 2 + 1]! - places[a * 2 + 1]!];
  const [vx, vy] = [places[c * 2]! - places[b * 2]!, places[c * 2 + 1]! - places[b * 2 + 1]!];
  // The screen's y goes down.
  return ux * vy - uy * vx < 0;
}
