/** The heat map as a picture: where its parts lie, and what is drawn round and over its cells. The same calls draw on a canvas and are
 *  recorded as shapes. */

import { mapper } from "../axis";
import type { Severity } from "../findings/severity";
import type { HeatCells, HeatInk } from "../heat/paint";
import type { HeatRows } from "../heat/rows";
import type { HeatScale } from "../heat/scale";
import { drawFrames, drawMark, type Framed, MARK } from "./heat_marks";
import { type Inks, inksOf } from "./inks";
import { type Band, drawPhases } from "./phase_band";
import { BODY } from "./sheet_pieces";
import { stepTicks } from "./step_ticks";
import { fitted } from "./wrap";

export interface HeatPicture {
  readonly dark: boolean;
  readonly rows: HeatRows;
  readonly cells: HeatCells;
  readonly axis: readonly [number, number];
  readonly edges: ArrayLike<number>;
  /** Where a column has no snapshot, the one that stands for it; -1 = none. */
  readonly filled: Int32Array;
  readonly scale: HeatScale | null;
  readonly ink: HeatInk;
  /** [L, C], null = nothing is marked. */
  readonly outside: Uint8Array | null;
  readonly phases: readonly Band[];
  /** Where one ends there is a line. */
  readonly phaseLines: boolean;
  readonly framed: readonly Framed[];
  /** Of each layer the worst that was found of it at the cursor. [L] */
  readonly marks: readonly (Severity | null)[];
  readonly cursor: number | null;
  readonly chosen: number | null;
}

export interface HeatPlace {
  readonly width: number;
  readonly height: number;
  /** Of the cells. */
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

const GUTTER = 172;
const MARGIN = 16;
const STRIP = 20;
const AXIS = 24;
const STRONG = BODY.replace(/^/, "500 ");
const SMALL = BODY.replace("12px", "11px");
/** Up to here every line is as high as on a large screen. */
const FEW_ROWS = 40;
const LOW = 14;

/** CSS px to lay so many lines into, in groups: each of them is high enough for its name. */
export const roomFor = (lines: number, groups: number): number =>
  lines <= FEW_ROWS ? Number.POSITIVE_INFINITY : lines * (LOW + 0.8) + groups * 6;

export function heatPlace(width: number, rows: HeatRows, phases: boolean): HeatPlace {
  const top = phases ? STRIP + 8 : 8;
  const bottom = top + rows.height;
  return { width, height: Math.ceil(bottom + AXIS), left: GUTTER, right: width - MARGIN, top, bottom };
}

/** All but the cells. */
export function drawAround(context: CanvasRenderingContext2D, picture: HeatPicture, place: HeatPlace): void {
  const inks = inksOf(picture.dark);
  const [first, last] = picture.axis;
  const across = mapper(first, last, place.left, place.right);
  const seen = picture.phases.filter((band, i, all) => band.first < last && (all[i + 1]?.first ?? last) > first);
  const bands = seen.map((band) => ({ ...band, first: Math.max(first, band.first) }));
  drawPhases(context, bands, across, place.right, 4, STRIP, picture.cursor, inks, SMALL);
  if (picture.phaseLines) borders(context, bands, across, place);
  names(context, picture, place, inks);
  axis(context, picture, place, across, inks);
  const within = (step: number) => Math.min(place.right, Math.max(place.left, across(step)));
  drawFrames(context, picture.framed, within, place.top, picture.dark, inks);
  frame(context, picture, place, inks);
  cursor(context, picture, place, across, inks);
}

/** White and broken, over cells of any colour. */
function borders(
  context: CanvasRenderingContext2D,
  bands: readonly Band[],
  across: (step: number) => number,
  { top, bottom }: HeatPlace,
): void {
  context.setLineDash([3, 3]);
  for (const band of bands.slice(1)) {
    for (const [color, width] of [
      ["rgb(0 0 0 / 0.45)", 2.5],
      ["#ffffff", 1],
    ] as const) {
      context.beginPath();
      context.moveTo(across(band.first), top);
      context.lineTo(across(band.first), bottom);
      context.strokeStyle = color;
      context.lineWidth = width;
      context.stroke();
    }
  }
  context.setLineDash([]);
}

function names(context: CanvasRenderingContext2D, picture: HeatPicture, place: HeatPlace, inks: Inks): void {
  const { rows } = picture;
  const measure = (text: string, font: string) => {
    context.font = font;
    return context.measureText(text).width;
  };
  const widest = Math.max(0, ...rows.groups.map(({ title }) => measure(title, STRONG)));
  const base = (y: number) => place.top + y + rows.rowHeight / 2 + 4;
  for (const { title, y } of rows.groups) {
    context.font = STRONG;
    context.textAlign = "left";
    context.fillStyle = inks.text;
    context.fillText(title, MARGIN, base(y));
  }
  const font = rows.rowHeight >= 18 ? BODY : SMALL;
  const room = place.left - 8 - MARGIN - (widest > 0 ? widest + 8 : 0);
  for (const row of rows.rows) {
    const mark = picture.marks[row.layer] ?? null;
    const name = fitted(row.name, font, room - (mark ? MARK + 5 : 0), measure);
    context.font = font;
    context.textAlign = "right";
    context.fillStyle = row.layer === picture.chosen ? inks.text : inks.quiet;
    context.fillText(name, place.left - 8, base(row.y));
    if (mark) {
      const x = place.left - 8 - measure(name, font) - 5 - MARK;
      drawMark(context, mark, x, place.top + row.y + rows.rowHeight / 2, picture.dark, inks);
    }
  }
}

function axis(
  context: CanvasRenderingContext2D,
  picture: HeatPicture,
  place: HeatPlace,
  across: (step: number) => number,
  inks: Inks,
): void {
  context.font = SMALL;
  context.fillStyle = inks.faint;
  context.textAlign = "left";
  context.fillText("Step", MARGIN, place.bottom + 18);
  const [first, last] = [Math.ceil(picture.axis[0]), Math.floor(picture.axis[1])];
  context.textAlign = "center";
  for (const { text, x } of stepTicks(first, last, place.left, place.right, across))
    context.fillText(text, x, place.bottom + 18);
}

/** Round the chosen line. */
function frame(context: CanvasRenderingContext2D, picture: HeatPicture, place: HeatPlace, inks: Inks): void {
  const row = picture.rows.rows.find(({ layer }) => layer === picture.chosen);
  if (!row) return;
  for (const [color, width] of [
    [inks.panel, 4.5],
    [inks.accent, 2.25],
  ] as const) {
    context.beginPath();
    context.rect(place.left, place.top + row.y, place.right - place.left, picture.rows.rowHeight - 1);
    context.strokeStyle = color;
    context.lineWidth = width;
    context.stroke();
  }
}

function cursor(
  context: CanvasRenderingContext2D,
  picture: HeatPicture,
  place: HeatPlace,
  across: (step: number) => number,
  inks: Inks,
): void {
  const at = picture.cursor;
  if (at === null || at < picture.axis[0] || at > picture.axis[1]) return;
  for (const [color, width] of [
    ["#ffffff", 4],
    [inks.accent, 1.75],
  ] as const) {
    context.beginPath();
    context.moveTo(across(at), place.top - 2);
    context.lineTo(across(at), place.bottom + 4);
    context.strokeStyle = color;
    context.lineWidth = width;
    context.stroke();
  }
}
