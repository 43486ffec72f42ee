/** A picture with a head and a foot: where everything that is written on it stands. The same layout serves pixels and vectors. Pure. */

import type { Caption, LegendPart } from "./caption";

const SANS = 'Roboto, system-ui, "Segoe UI", "Liberation Sans", sans-serif';
export const TITLE = `500 16px ${SANS}`;
export const BODY = `12px ${SANS}`;
const MARGIN = 16;
const LINE = 20;
const GAP = 20;
const RAMP = { width: 152, height: 8 };

export interface SheetColors {
  readonly panel: string;
  readonly line: string;
  readonly text: string;
  readonly quiet: string;
}

/** As the page's panels: styles/tokens.css. */
export function sheetColors(dark: boolean): SheetColors {
  return dark
    ? { panel: "#2a2a2b", line: "#333335", text: "#f1f1f1", quiet: "#bdbdbf" }
    : { panel: "#ffffff", line: "#e9e9e5", text: "#1f1f1f", quiet: "#4b4b4d" };
}

/** Things on a sheet, CSS px. A word stands left-bound on its baseline; `width` is what it was measured to take. */
export type Item =
  | { kind: "word"; x: number; y: number; width: number; text: string; font: string; color: string }
  | { kind: "dot" | "ring"; x: number; y: number; radius: number; color: string }
  | { kind: "ramp"; x: number; y: number; width: number; height: number; colors: readonly string[] }
  | { kind: "taper"; x: number; y: number; color: string };

export interface Sheet {
  readonly width: number;
  readonly height: number;
  /** Where the cloud lies. */
  readonly top: number;
  readonly bottom: number;
  readonly colors: SheetColors;
  readonly items: readonly Item[];
}

export type Measure = (text: string, font: string) => number;

/** A trail's sign, 32 × 12: thin at its beginning, wide at its end. */
export const TAPER = "M1 11C10 9 14 4 31 1.5c-8 4-16 8-30 9.5z";

/** Writes `caption` over and under a cloud of width × height. */
export function layOut(caption: Caption, width: number, height: number, dark: boolean, measure: Measure): Sheet {
  const colors = sheetColors(dark);
  const items: Item[] = [];
  const room = Math.max(40, width - 2 * MARGIN);
  const title = fitted(caption.title, TITLE, room, measure);
  items.push({
    kind: "word",
    x: MARGIN,
    y: 28,
    width: measure(title, TITLE),
    text: title,
    font: TITLE,
    color: colors.text,
  });
  const facts = caption.facts.map(
    (fact): Run => ({ pieces: [written(fitted(fact, BODY, room, measure), colors.quiet, measure)] }),
  );
  const head = flow(facts, 36, room, 0, items, separator(colors.quiet, measure));
  const top = head + 8;
  const bottom = top + height;
  const runs = caption.legend.flatMap((part) => runsOf(part, colors, room, measure));
  const end = runs.length > 0 ? flow(runs, bottom + 8, room, GAP, items) + 8 : bottom + 1;
  return { width, height: Math.ceil(end), top, bottom, colors, items };
}

/** Things that stay on one line, side by side. */
interface Run {
  readonly pieces: readonly Piece[];
}

interface Piece {
  readonly width: number;
  put(x: number, middle: number): Item;
}

/** Lays runs out like words in a paragraph from `y` down, with `between` where two stand on one line; says where it ends. */
function flow(runs: readonly Run[], y: number, room: number, gap: number, items: Item[], between?: Piece): number {
  let [x, line] = [MARGIN, y];
  for (const { pieces } of runs) {
    const width = pieces.reduce((sum, piece) => sum + piece.width, 0);
    const after = between?.width ?? 0;
    if (x > MARGIN && x + after + width > MARGIN + room) {
      x = MARGIN;
      line += LINE;
    } else if (x > MARGIN && between) {
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

function written(text: string, color: string, measure: Measure, after = 0): Piece {
  const width = measure(text, BODY);
  return {
    width: width + after,
    put: (x, middle) => ({ kind: "word", x, y: middle + 4, width, text, font: BODY, color }),
  };
}

/** A dot with a blank on either side; the blanks are room, not letters, which some programs would drop. */
function separator(color: string, measure: Measure): Piece {
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

function runsOf(part: LegendPart, colors: SheetColors, room: number, measure: Measure): Run[] {
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
    case "scale": {
      const width = Math.min(RAMP.width, room / 2);
      const ramp: Piece = {
        width: width + 8,
        put: (x, middle) => ({
          kind: "ramp",
          x,
          y: middle - RAMP.height / 2,
          width,
          height: RAMP.height,
          colors: part.colors,
        }),
      };
      const ends = [
        written(part.low, colors.quiet, measure, 8),
        ramp,
        written(part.high, colors.quiet, measure, part.log ? 8 : 0),
      ];
      if (part.log) ends.push(written("log", colors.quiet, measure));
      return [{ pieces: [name(part.name)] }, { pieces: ends }];
    }
    case "sizes":
      return [
        { pieces: [3, 4.5, 7].map((radius, i) => dot(radius, colors.quiet, i < 2 ? 3 : 6)).concat(name(part.name)) },
      ];
    case "trails":
      return [
        {
          pieces: [
            { width: 38, put: (x, middle) => ({ kind: "taper", x, y: middle - 6, color: colors.quiet }) },
            name(part.name),
          ],
        },
      ];
    case "note":
      return [{ pieces: [written(fitted(part.name, BODY, room, measure), colors.quiet, measure)] }];
  }
}

/** Cut from the right until it fits. */
function fitted(text: string, font: string, room: number, measure: Measure): string {
  if (measure(text, font) <= room) return text;
  const letters = [...text];
  let [low, high] = [0, letters.length];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (measure(`${letters.slice(0, middle).join("")}…`, font) <= room) low = middle;
    else high = middle;
  }
  return `${letters.slice(0, low).join("")}…`;
}
