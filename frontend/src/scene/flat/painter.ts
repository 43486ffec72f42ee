// biome-ignore-all lint/style/noNonNullAssertion: typed arrays, indexed inside their length
/** The plane of PC 1 and PC 2 on a Canvas 2D: the 2D view, and what is left to see where there is no WebGL. */

import { blend, css, DENSITY_ROWS, FLAT_ROWS } from "../palette";
import { project } from "../pose";
import { RING_GAP, RING_WIDTH } from "../rings";
import { type Segments, STROKE } from "../segments";
import type { Rgb } from "../types";
import type { Painter, Shot } from "../visual";
import { Balls } from "./balls";

const HALO = 1.25;
const TURN = 2 * Math.PI;
/** Opacity of a point where very many are laid over each other. */
const DENSE_ALPHA = 0.42;

export function createFlatPainter(): Painter {
  const canvas = document.createElement("canvas");
  const context = canvas.getContext("2d");
  const balls = new Balls();
  let ratio = 1;
  let receded: ReadonlySet<number> | null = null;
  return {
    canvas,
    resize(width, height, pixelRatio) {
      ratio = pixelRatio;
      canvas.width = Math.max(1, Math.round(width * pixelRatio));
      canvas.height = Math.max(1, Math.round(height * pixelRatio));
    },
    update(props, changed) {
      if (changed.has("hits")) receded = props.hits.length > 0 ? new Set(props.hits) : null;
    },
    draw(shot) {
      if (context === null) return;
      context.setTransform(ratio, 0, 0, ratio, 0, 0);
      context.clearRect(0, 0, shot.view.width, shot.view.height);
      paintStrokes(context, shot, shot.grid);
      paintStrokes(context, shot, shot.axes);
      paintStrokes(context, shot, shot.courses);
      paintStrokes(context, shot, shot.trails);
      paintStrokes(context, shot, shot.links);
      if (shot.props.rows > FLAT_ROWS) {
        paintDiscs(context, shot, receded);
        paintRings(context, shot);
      } else paintBalls(context, shot, balls, receded);
      context.globalAlpha = 1;
    },
    dispose() {
      canvas.remove();
    },
  };
}

const a = new Float32Array(3);
const b = new Float32Array(3);

function paintStrokes(context: CanvasRenderingContext2D, shot: Readonly<Shot>, strokes: Segments): void {
  const d = strokes.data;
  context.lineCap = "butt";
  for (let i = 0; i < strokes.count * STROKE; i += STROKE) {
    project(shot.view, d[i]!, d[i + 1]!, d[i + 2]!, a);
    project(shot.view, d[i + 3]!, d[i + 4]!, d[i + 5]!, b);
    const color: Rgb = [d[i + 10]! * 255, d[i + 11]! * 255, d[i + 12]! * 255];
    context.globalAlpha = (d[i + 8]! + d[i + 9]!) / 2;
    const isDot = d[i] === d[i + 3] && d[i + 1] === d[i + 4] && d[i + 2] === d[i + 5];
    context.beginPath();
    if (isDot) {
      context.fillStyle = css(color);
      context.arc(a[0]!, a[1]!, d[i + 6]! / 2, 0, TURN);
      context.fill();
    } else {
      context.strokeStyle = css(color);
      context.lineWidth = (d[i + 6]! + d[i + 7]!) / 2;
      context.moveTo(a[0]!, a[1]!);
      context.lineTo(b[0]!, b[1]!);
      context.stroke();
    }
  }
  context.globalAlpha = 1;
}

type Receded = ReadonlySet<number> | null;

function paintBalls(context: CanvasRenderingContext2D, shot: Readonly<Shot>, balls: Balls, hits: Receded): void {
  const { points, order, props, palette, rings } = shot;
  balls.prepare(palette.dark);
  context.fillStyle = css(blend(palette.canvas, palette.centre, 0.5));
  for (let k = 0; k < order.count; k += 1) {
    const row = order.rows[k]!;
    const [x, y] = [points.x[row]!, points.y[row]!];
    const radius = points.radius[row]! * (row === props.hovered ? shot.hoverScale : 1);
    context.globalAlpha = 1;
    context.beginPath();
    context.arc(x, y, radius + HALO, 0, TURN);
    context.fill();
    context.globalAlpha = hits === null || hits.has(row) ? 1 : 0.22;
    context.drawImage(balls.get(colorOf(props.colors, row)), x - radius, y - radius, 2 * radius, 2 * radius);
    if (rings.of[row]! > 0) paintRing(context, shot, row, radius);
  }
}

/** Rows of one colour after another are filled as one path: setting a colour costs more than a disc. */
function paintDiscs(context: CanvasRenderingContext2D, shot: Readonly<Shot>, hits: Receded): void {
  const { points, order, props, sample } = shot;
  const dense = props.rows > DENSITY_ROWS;
  const { rows } = dense ? sample : order;
  const end = dense ? sample.end : order.count;
  // A share of the rows lets as little of the ground through as all of them.
  const opacity = dense ? Math.min(0.75, 1 - (1 - DENSE_ALPHA) ** (1 / sample.share)) : 1;
  let last = -1;
  for (let k = dense ? sample.start : 0; k < end; k += 1) {
    const row = rows[k]!;
    const radius = points.radius[row]! * (row === props.hovered ? shot.hoverScale : 1);
    const [x, y] = [points.x[row]!, points.y[row]!];
    if (radius === 0 || x < -radius || y < -radius || x > shot.view.width + radius || y > shot.view.height + radius)
      continue;
    const i = row * 3;
    const shown = hits === null || hits.has(row);
    const key = (props.colors[i]! << 16) | (props.colors[i + 1]! << 8) | props.colors[i + 2]! | (shown ? 1 << 24 : 0);
    if (key !== last) {
      context.fillStyle = css(colorOf(props.colors, row));
      context.globalAlpha = (shown ? 1 : 0.22) * opacity;
      last = key;
    }
    // Squares are as good as discs where nobody sees the difference.
    if (radius < 1.6) {
      context.fillRect(x - radius, y - radius, 2 * radius, 2 * radius);
    } else {
      context.beginPath();
      context.arc(x, y, radius, 0, TURN);
      context.fill();
    }
  }
}

/** Rings of many lie over all of them, like their discs without a depth of their own. */
function paintRings(context: CanvasRenderingContext2D, shot: Readonly<Shot>): void {
  const { points, props, rings } = shot;
  for (const row of rings.rows) {
    const radius = points.radius[row]!;
    if (radius > 0) paintRing(context, shot, row, radius * (row === props.hovered ? shot.hoverScale : 1));
  }
}

function paintRing(context: CanvasRenderingContext2D, shot: Readonly<Shot>, row: number, radius: number): void {
  const { points, rings } = shot;
  context.globalAlpha = 1;
  context.strokeStyle = css(rings.colors[rings.of[row]! - 1]!);
  context.lineWidth = RING_WIDTH;
  context.beginPath();
  context.arc(points.x[row]!, points.y[row]!, radius + RING_GAP, 0, TURN);
  context.stroke();
}

function colorOf(colors: Uint8Array, row: number): Rgb {
  return [colors[row * 3]!, colors[row * 3 + 1]!, colors[row * 3 + 2]!];
}
