/** What a picture's head and foot are put together from: things side by side on a line, laid out like words in a paragraph. Pure. */

import { SEVERITY_SHAPES, SEVERITY_SIGNS, type Severity, severityColor } from "../findings/severity";
import type { LegendPart } from "./caption";
import { fitted, type Measure } from "./wrap";

const SANS = 'Roboto, system-ui, "Segoe UI", "Liberation Sans", sans-serif';
export const TITLE = `500 16px ${SANS}`;
export const STRONG = `500 13px ${SANS}`;
export const BODY = `12px ${SANS}`;
export const MARGIN = 16;
export const LINE = 20;
const RAMP = { width: 152, height: 8 };

export interface SheetColors {
  readonly panel: string;
  readonly line: string;
  readonly text: string;
  readonly quiet: string;
}

/** Things on a sheet, CSS px. A word stands left-bound on its baseline; `width` is what it was measured to take. */
export type Item =
  | { kind: "word"; x: number; y: number; width: number; text: string; font: string; color: string }
  | { kind: "dot"; x: number; y: number; radius: number; color: string }
  | { kind: "ring"; x: number; y: number; radius: number; color: string }
  | { kind: "ramp"; x: number; y: number; width: number; height: number; colors: readonly string[] }
  | OutlineItem;

export interface OutlineItem {
  kind: "outline";
  x: number;
  y: number;
  width: number;
  height: number;
  data: string;
  /** CSS px per unit of `data`. */
  scale: number;
  color: string;
  /** Width of the line along it, in units of `data`; null = it is filled. */
  pen: number | null;
}

/** Things that stay on one line, side by side. */
export interface Run {
  readonly pieces: readonly Piece[];
}

export interface Piece {
  readonly width: number;
  put(x: number, middle: number): Item;
}

/** A trail's sign, 32 × 12: thin at its beginning, wide at its end. */
const TAPER = "M1 11C10 9 14 4 31 1.5c-8 4-16 8-30 9.5z";
const SQUARE = "M0 0h12v12h-12z";
const STRIPES = "M0 6L6 0h3L0 9zM0 12L12 0v3L3 12zM6 12L12 6v3L9 12z";

/** Lays runs out from `y` down, with `between` where two stand on one line; says where it ends. */
export function flow(
  runs: readonly Run[],
  y: number,
  room: number,
  gap: number,
  items: Item[],
  between?: Piece,
  left = MARGIN,
): number {
  let [x, line] = [left, y];
  for (const { pieces } of runs) {
    const width = pieces.reduce((sum, piece) => sum + piece.width, 0);
    const after = between?.width ?? 0;
    if (x > left && x + after + width > left + room) {
      x = left;
      line += LINE;
    } else if (x > left && between) {
      items.push(between.put(x, line + LINE / 2));
      x += after;
    }
    for (const piece of pieces) {
      items.push(piece.put(x, line + LINE / 2));
      x += piece.width;
    }
    x += gap;
  }
  return line + LINE;
}

export function written(text: string, color: string, measure: Measure, after = 0, font = BODY): Piece {
  const width = measure(text, font);
  return {
    width: width + after,
    put: (x, middle) => ({ kind: "word", x, y: middle + 4, width, text, font, color }),
  };
}

/** A dot with a blank on either side; the blanks are room, not letters, which some programs would drop. */
export function separator(color: string, measure: Measure): Piece {
  const [width, blank] = [measure("·", BODY), measure(" ", BODY)];
  return {
    width: width + 2 * blank,
    put: (x, middle) => ({ kind: "word", x: x + blank, y: middle + 4, width, text: "·", font: BODY, color }),
  };
}

function dot(radius: number, color: string, after: number, kind: "dot" | "ring" = "dot"): Piece {
  return {
    width: 2 * radius + after,
    put: (x, middle) => ({ kind, x: x + radius, y: middle, radius, color }),
  };
}

/** data: an outline in a box of width × height, from its corner on. */
export function outline(data: string, color: string, width: number, height: number, after: number): Piece {
  return {
    width: width + after,
    put: (x, middle) => ({
      kind: "outline",
      x,
      y: middle - height / 2,
      width,
      height,
      data,
      scale: 1,
      color,
      pen: null,
    }),
  };
}

/** A severity's shape with its sign, `size` px wide: shapes are drawn on a grid of 16. */
export function severityMark(of: Severity, dark: boolean, panel: string, x: number, y: number, size: number): Item[] {
  const at = { kind: "outline", x, y, width: size, height: size, scale: size / 16 } as const;
  return [
    { ...at, data: SEVERITY_SHAPES[of], color: severityColor(of, dark ? "dark" : "light"), pen: null },
    { ...at, data: SEVERITY_SIGNS[of], color: panel, pen: 1.8 },
  ];
}

/** A legend's part, in runs that may stand on different lines. */
export function runsOf(part: LegendPart, colors: SheetColors, room: number, measure: Measure): Run[] {
  const name = (text: string, after = 0) =>
    written(fitted(text, BODY, room - 60, measure), colors.text, measure, after);
  switch (part.kind) {
    case "classes":
    case "groups":
      return part.entries.map((entry) => ({
        pieces: [
          dot(5, entry.color, 6, part.kind === "groups" ? "ring" : "dot"),
          name(entry.name, 6),
          written(entry.count.toLocaleString("en-US"), colors.quiet, measure),
        ],
      }));
    case "scale":
      return scaleRuns(part, colors, room, measure);
    case "sizes":
      return [
        { pieces: [3, 4.5, 7].map((radius, i) => dot(radius, colors.quiet, i < 2 ? 3 : 6)).concat(name(part.name)) },
      ];
    case "trails":
      return [{ pieces: [outline(TAPER, colors.quiet, 32, 12, 6), name(part.name)] }];
    case "swatch": {
      const square = outline(SQUARE, part.color, 12, 12, part.stripe ? -12 : 6);
      const stripes = part.stripe ? [outline(STRIPES, part.stripe, 12, 12, 6)] : [];
      return [{ pieces: [square, ...stripes, name(part.name)] }];
    }
    case "note":
      return [{ pieces: [written(fitted(part.name, BODY, room, measure), colors.quiet, measure)] }];
  }
}

function scaleRuns(
  part: Extract<LegendPart, { kind: "scale" }>,
  colors: SheetColors,
  room: number,
  measure: Measure,
): Run[] {
  const width = Math.min(RAMP.width, room / 2);
  const ramp: Piece = {
    width: width + 8,
    put: (x, middle) => ({ kind: "ramp", x, y: middle - 4, width, height: RAMP.height, colors: part.colors }),
  };
  const ends = [
    written(part.low, colors.quiet, measure, 8),
    ramp,
    written(part.high, colors.quiet, measure, part.log ? 8 : 0),
  ];
  if (part.log) ends.push(written("log", colors.quiet, measure));
  const name = written(fitted(part.name, BODY, room - 60, measure), colors.text, measure);
  return [{ pieces: [name] }, { pieces: ends }];
}
