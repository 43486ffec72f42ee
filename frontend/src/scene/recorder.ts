/** Takes what is drawn on a 2D canvas down as shapes: so that what lies over the cloud is the same in a vector picture. It knows
 *  what the overlay uses and nothing more; anything else is an error, never a gap in the picture. */

import type { Paint, RadialPaint, Shape } from "./shapes";
import { wordOf } from "./word_marks";

type Matrix = readonly [number, number, number, number, number, number];

interface State {
  font: string;
  textAlign: CanvasTextAlign;
  matrix: Matrix;
  fillStyle: Paint;
  strokeStyle: Paint;
  lineWidth: number;
  lineCap: CanvasLineCap;
  lineJoin: CanvasLineJoin;
  globalAlpha: number;
  dash: readonly number[];
}

const TURN = 2 * Math.PI;

/** pixelRatio: canvas px per CSS px of the drawing that is recorded. */
export function recorder(pixelRatio: number): { context: CanvasRenderingContext2D; shapes: Shape[] } {
  const made = new Recorder(pixelRatio);
  return { context: made as unknown as CanvasRenderingContext2D, shapes: made.shapes };
}

class Recorder {
  readonly shapes: Shape[] = [];
  fillStyle: Paint = "#000";
  strokeStyle: Paint = "#000";
  lineWidth = 1;
  lineCap: CanvasLineCap = "butt";
  lineJoin: CanvasLineJoin = "miter";
  globalAlpha = 1;
  font = "10px sans-serif";
  textAlign: CanvasTextAlign = "left";
  /** Only "alphabetic" is drawn as it is meant. */
  textBaseline: CanvasTextBaseline = "alphabetic";
  #edge: { readonly text: string; readonly color: string; readonly width: number } | null = null;
  #dash: readonly number[] = [];
  #matrix: Matrix = [1, 0, 0, 1, 0, 0];
  #path: string[] = [];
  readonly #kept: State[] = [];

  constructor(readonly pixelRatio: number) {}

  save(): void {
    const { fillStyle, strokeStyle, lineWidth, lineCap, lineJoin, globalAlpha, font, textAlign } = this;
    const state = { fillStyle, strokeStyle, lineWidth, lineCap, lineJoin, globalAlpha, font, textAlign };
    this.#kept.push({ ...state, matrix: this.#matrix, dash: this.#dash });
  }

  restore(): void {
    const state = this.#kept.pop();
    if (state === undefined) return;
    const { matrix, dash, ...rest } = state;
    Object.assign(this, rest);
    this.#matrix = matrix;
    this.#dash = dash;
  }

  setTransform(a: number, b: number, c: number, d: number, e: number, f: number): void {
    const r = this.pixelRatio;
    this.#matrix = [a / r, b / r, c / r, d / r, e / r, f / r];
  }

  translate(x: number, y: number): void {
    const [a, b, c, d] = this.#matrix;
    this.#matrix = [a, b, c, d, ...this.#at(x, y)];
  }

  scale(x: number, y: number): void {
    const [a, b, c, d, e, f] = this.#matrix;
    this.#matrix = [a * x, b * x, c * y, d * y, e, f];
  }

  clearRect(): void {
    // nothing lies under what is recorded
  }

  setLineDash(dash: readonly number[]): void {
    this.#dash = [...dash];
  }

  beginPath(): void {
    this.#path = [];
  }

  closePath(): void {
    this.#path.push("Z");
  }

  moveTo(x: number, y: number): void {
    this.#path.push(`M${this.#write(x, y)}`);
  }

  lineTo(x: number, y: number): void {
    this.#path.push(`${this.#path.length === 0 ? "M" : "L"}${this.#write(x, y)}`);
  }

  quadraticCurveTo(cx: number, cy: number, x: number, y: number): void {
    this.#path.push(`Q${this.#write(cx, cy)} ${this.#write(x, y)}`);
  }

  bezierCurveTo(ax: number, ay: number, bx: number, by: number, x: number, y: number): void {
    this.#path.push(`C${this.#write(ax, ay)} ${this.#write(bx, by)} ${this.#write(x, y)}`);
  }

  rect(x: number, y: number, width: number, height: number): void {
    this.moveTo(x, y);
    this.#path.push(
      `L${this.#write(x + width, y)} ${this.#write(x + width, y + height)} ${this.#write(x, y + height)}Z`,
    );
  }

  roundRect(x: number, y: number, width: number, height: number, corner: number): void {
    const r = Math.min(corner, width / 2, height / 2);
    const [right, bottom] = [x + width, y + height];
    this.moveTo(x + r, y);
    for (const [lx, ly, ex, ey] of [
      [right - r, y, right, y + r],
      [right, bottom - r, right - r, bottom],
      [x + r, bottom, x, bottom - r],
      [x, y + r, x + r, y],
    ] as const) {
      this.lineTo(lx, ly);
      this.#path.push(`A${short(this.#size(r))} ${short(this.#size(r))} 0 0 1 ${this.#write(ex, ey)}`);
    }
    this.closePath();
  }

  arc(x: number, y: number, radius: number, from: number, to: number, back = false): void {
    // Against its direction a whole turn is one too, as canvases have it.
    const span = back ? from - to : to - from;
    const sweep = span < 0 ? TURN - (-span % TURN) : Math.min(span, TURN);
    const direction = back ? -1 : 1;
    const on = (angle: number) => [x + radius * Math.cos(angle), y + radius * Math.sin(angle)] as const;
    this.lineTo(...on(from));
    const parts = sweep > Math.PI ? 2 : 1;
    const size = short(this.#size(radius));
    for (let k = 1; k <= parts; k += 1) {
      const end = on(from + (direction * sweep * k) / parts);
      this.#path.push(`A${size} ${size} 0 0 ${back ? 0 : 1} ${this.#write(...end)}`);
    }
  }

  fill(): void {
    this.#put(this.fillStyle, null);
  }

  stroke(): void {
    this.#put(null, this.strokeStyle);
  }

  fillRect(x: number, y: number, width: number, height: number): void {
    const before = this.#path;
    this.beginPath();
    this.rect(x, y, width, height);
    this.fill();
    this.#path = before;
  }

  createRadialGradient(x0: number, y0: number, r0: number, x1: number, y1: number, r1: number): RadialPaint {
    const stops: [number, string][] = [];
    const [fx, fy] = this.#at(x0, y0);
    const [cx, cy] = this.#at(x1, y1);
    const paint = { x0: fx, y0: fy, r0: this.#size(r0), x1: cx, y1: cy, r1: this.#size(r1), stops };
    return Object.assign(paint, { addColorStop: (at: number, color: string) => void stops.push([at, color]) });
  }

  /** Words are pictures on a canvas; here they become words again. */
  drawImage(image: CanvasImageSource, x: number, y: number): void {
    const word = wordOf(image);
    if (word === undefined) throw new Error("This picture holds something that can't be drawn with lines.");
    const { stamp } = word;
    const [left, top] = this.#at(x + stamp.bleed, y + stamp.bleed);
    if (word.pill !== null) {
      const before = this.#path;
      this.beginPath();
      this.roundRect(x + stamp.bleed, y + stamp.bleed, stamp.width, stamp.height, word.pill.corner);
      this.#put(word.pill.color, null);
      this.#path = before;
    }
    this.shapes.push({
      kind: "words",
      x: left + stamp.width / 2,
      y: top + word.baseline,
      width: word.width,
      text: word.text,
      font: word.font,
      color: word.color,
      alpha: this.globalAlpha,
      halo: word.halo,
    });
  }

  measureText(text: string): { readonly width: number } {
    measuring ??= document.createElement("canvas").getContext("2d");
    if (measuring === null) return { width: text.length * 7 };
    measuring.font = this.font;
    return measuring.measureText(text);
  }

  /** The edge of a word that is filled right after it. */
  strokeText(text: string): void {
    this.#edge = { text, color: String(this.strokeStyle), width: this.#size(this.lineWidth) };
  }

  fillText(text: string, x: number, y: number): void {
    const { width } = this.measureText(text);
    const [left, base] = this.#at(x, y);
    const shift = this.textAlign === "center" ? 0 : this.textAlign === "right" || this.textAlign === "end" ? -0.5 : 0.5;
    const edge = this.#edge?.text === text ? this.#edge : null;
    this.#edge = null;
    this.shapes.push({
      kind: "words",
      x: left + width * shift,
      y: base,
      width,
      text,
      font: this.font,
      color: String(this.fillStyle),
      alpha: this.globalAlpha,
      halo: edge && { color: edge.color, width: edge.width },
    });
  }

  #put(fill: Paint | null, stroke: Paint | null): void {
    if (this.#path.length === 0) return;
    this.shapes.push({
      kind: "path",
      data: this.#path.join(""),
      fill,
      stroke,
      width: this.#size(this.lineWidth),
      dash: this.#dash,
      round: this.lineCap === "round" || this.lineJoin === "round",
      alpha: this.globalAlpha,
    });
  }

  #at(x: number, y: number): readonly [number, number] {
    const [a, b, c, d, e, f] = this.#matrix;
    return [a * x + c * y + e, b * x + d * y + f];
  }

  #size(length: number): number {
    const [a, b, c, d] = this.#matrix;
    return length * Math.sqrt(Math.abs(a * d - b * c));
  }

  #write(x: number, y: number): string {
    const [px, py] = this.#at(x, y);
    return `${short(px)} ${short(py)}`;
  }
}

let measuring: CanvasRenderingContext2D | null = null;

/** To a hundredth of a px. */
function short(value: number): string {
  return String(Math.round(value * 100) / 100);
}
