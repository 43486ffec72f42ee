/** The loss curves of a video's page: drawn once, then shown up to the cursor. */

import { extent, logTicks, mapper, smooth } from "../../axis";
import { number } from "../../format";
import type { Inks } from "../inks";
import { stepTicks } from "../step_ticks";
import { AXIS_BASE, PAGE, PLOT, SCENE_HEIGHT } from "./page_layout";

export interface LossCurve {
  readonly steps: ArrayLike<number>;
  readonly values: ArrayLike<number>;
  readonly color: string;
  readonly dash: readonly number[];
}

const SMOOTH_FROM = 120;
const FONT = "11px Roboto, system-ui, sans-serif";

/** The lower part of the page without what moves: axes and curves. `scale` canvas px per CSS px. */
export function lossCanvas(
  curves: readonly LossCurve[],
  across: (step: number) => number,
  axis: readonly [number, number],
  inks: Inks,
  scale: number,
  parts: "axes" | "curves",
): HTMLCanvasElement {
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(PAGE.width * scale);
  canvas.height = Math.round((PAGE.height - SCENE_HEIGHT) * scale);
  const context = canvas.getContext("2d");
  const ends = extent(
    curves.map(({ values }) => values),
    true,
  );
  if (!context) return canvas;
  context.scale(scale, scale);
  context.translate(0, -SCENE_HEIGHT);
  context.font = FONT;
  const height = ends && heightOf(ends);
  if (parts === "axes") {
    context.fillStyle = inks.faint;
    context.textAlign = "center";
    for (const { text, x } of stepTicks(axis[0], axis[1], PLOT.left, PLOT.right, across))
      context.fillText(text, x, AXIS_BASE);
    rule(context, PLOT.bottom, inks.line);
    if (!ends || !height) return canvas;
    context.textAlign = "right";
    const few = logTicks(ends[0], ends[1], 2);
    for (const value of few.length > 1 ? few : logTicks(ends[0], ends[1], 4)) {
      rule(context, height(value), inks.divider);
      context.fillStyle = inks.faint;
      context.fillText(number(value).replace(/\.?0+$/, ""), PLOT.left - 8, height(value) + 4);
    }
    return canvas;
  }
  if (height) for (const curve of curves) draw(context, curve, across, height);
  return canvas;
}

function heightOf([low, high]: readonly [number, number]): (value: number) => number {
  // A flat curve stays flat.
  const pad = Math.max(1, 1.1 / Math.max(1, high / low)) ** 0.5;
  const y = mapper(low / pad, high * pad, PLOT.bottom - 4, PLOT.top + 3, true);
  return (value) => (value > 0 ? y(value) : Number.NaN);
}

function draw(
  context: CanvasRenderingContext2D,
  { color, dash, steps, values }: LossCurve,
  across: (step: number) => number,
  height: (value: number) => number,
): void {
  const shown = values.length > SMOOTH_FROM ? smooth(values, Math.round(values.length / 100)) : values;
  context.beginPath();
  let down = false;
  for (let i = 0; i < steps.length; i += 1) {
    const y = height(shown[i] as number);
    if (!Number.isFinite(y)) {
      down = false;
      continue;
    }
    if (down) context.lineTo(across(steps[i] as number), y);
    else context.moveTo(across(steps[i] as number), y);
    down = true;
  }
  context.setLineDash([...dash]);
  context.lineJoin = "round";
  context.lineWidth = 1.75;
  context.strokeStyle = color;
  context.stroke();
}

function rule(context: CanvasRenderingContext2D, y: number, color: string): void {
  context.fillStyle = color;
  context.fillRect(PLOT.left, Math.round(y), PLOT.right - PLOT.left, 1);
}
