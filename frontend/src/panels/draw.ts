/** Drawing of lines, bands and ticks on a 2D canvas; no signals, no DOM beyond the canvas. */

export interface Pen {
  color: string;
  width: number;
  dash?: readonly number[];
  alpha?: number;
}

/** Makes the canvas as sharp as the screen and clears it; null when it has no size. */
export function prepare(canvas: HTMLCanvasElement, width: number, height: number): CanvasRenderingContext2D | null {
  if (width <= 0 || height <= 0) return null;
  const ratio = Math.min(3, window.devicePixelRatio || 1);
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(height * ratio);
  const context = canvas.getContext("2d");
  if (!context) return null;
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);
  return context;
}

/** A line that breaks where a value is not finite. */
export function line(
  context: CanvasRenderingContext2D,
  xs: ArrayLike<number>,
  ys: ArrayLike<number>,
  x: (value: number) => number,
  y: (value: number) => number,
  pen: Pen,
): void {
  context.save();
  context.strokeStyle = pen.color;
  context.lineWidth = pen.width;
  context.globalAlpha = pen.alpha ?? 1;
  context.lineJoin = "round";
  context.lineCap = pen.dash ? "butt" : "round";
  context.setLineDash(pen.dash ? [...pen.dash] : []);
  context.beginPath();
  let down = false;
  for (let i = 0; i < xs.length; i++) {
    const height = y(ys[i] as number);
    if (!Number.isFinite(height)) {
      down = false;
      continue;
    }
    if (down) context.lineTo(x(xs[i] as number), height);
    else context.moveTo(x(xs[i] as number), height);
    down = true;
  }
  context.stroke();
  context.restore();
}

/** The area between two series, with dashed edges. */
export function band(
  context: CanvasRenderingContext2D,
  xs: ArrayLike<number>,
  low: ArrayLike<number>,
  high: ArrayLike<number>,
  x: (value: number) => number,
  y: (value: number) => number,
  fill: string,
  edge: string,
): void {
  const good = Array.from({ length: xs.length }, (_, i) => i).filter(
    (i) => Number.isFinite(y(low[i] as number)) && Number.isFinite(y(high[i] as number)),
  );
  if (good.length < 2) return;
  context.save();
  context.fillStyle = fill;
  context.beginPath();
  for (const i of good) context.lineTo(x(xs[i] as number), y(high[i] as number));
  for (const i of good.reverse()) context.lineTo(x(xs[i] as number), y(low[i] as number));
  context.closePath();
  context.fill();
  context.restore();
  for (const values of [low, high]) line(context, xs, values, x, y, { color: edge, width: 1, dash: [2, 3] });
}

export function text(
  context: CanvasRenderingContext2D,
  words: string,
  x: number,
  y: number,
  color: string,
  align: CanvasTextAlign,
  font: string,
): void {
  context.font = font;
  context.fillStyle = color;
  context.textAlign = align;
  context.textBaseline = "middle";
  context.fillText(words, x, y);
}

export function rule(
  context: CanvasRenderingContext2D,
  x0: number,
  y0: number,
  x1: number,
  y1: number,
  color: string,
): void {
  context.strokeStyle = color;
  context.lineWidth = 1;
  context.beginPath();
  context.moveTo(Math.round(x0) + 0.5, Math.round(y0) + 0.5);
  context.lineTo(Math.round(x1) + 0.5, Math.round(y1) + 0.5);
  context.stroke();
}

/** A theme token as the page has it now. */
export function token(element: Element, name: string): string {
  return getComputedStyle(element).getPropertyValue(`--${name}`).trim();
}
