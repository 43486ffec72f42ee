/** A picture with a head and a foot: where everything that is written on it stands. The same layout serves pixels and vectors. Pure. */

import { SEVERITY_NAMES } from "../findings/severity";
import type { Caption } from "./caption";
import { type Happening, moreSaid, phaseSaid } from "./happening";
import {
  BODY,
  flow,
  type Item,
  LINE,
  MARGIN,
  outline,
  type Run,
  runsOf,
  type SheetColors,
  STRONG,
  separator,
  severityMark,
  TITLE,
  written,
} from "./sheet_pieces";
import { fitted, type Measure, wrapped } from "./wrap";

/** What everything on a sheet is written with. */
export const SHEET_FONTS = [TITLE, STRONG, BODY] as const;
const GAP = 20;
const INDENT = 18;
/** A finding's sentence beyond that is cut. */
const MOST_LINES = 3;
/** A line that is longer is hard to read. */
const WIDEST = 760;
const PHASE =
  "M2.5 0h7a2.5 2.5 0 0 1 2.5 2.5v7a2.5 2.5 0 0 1-2.5 2.5h-7a2.5 2.5 0 0 1-2.5-2.5v-7a2.5 2.5 0 0 1 2.5-2.5z";
const STROKE = "M0 5h14v2h-14z";

/** As the page's panels: styles/tokens.css. */
export function sheetColors(dark: boolean): SheetColors {
  return dark
    ? { panel: "#2a2a2b", line: "#333335", text: "#f1f1f1", quiet: "#bdbdbf" }
    : { panel: "#ffffff", line: "#e9e9e5", text: "#1f1f1f", quiet: "#4b4b4d" };
}

export interface Sheet {
  readonly width: number;
  readonly height: number;
  /** Where the picture lies. */
  readonly top: number;
  readonly bottom: number;
  readonly colors: SheetColors;
  readonly items: readonly Item[];
}

/** Writes `caption` over and under a picture of width × height. */
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
  const now = nowRuns(caption.now, colors, room, measure);
  const begun = now.length > 0 ? flow(now, 38, room, GAP, items) : 36;
  const facts = caption.facts.map(
    (fact): Run => ({ pieces: [written(fitted(fact, BODY, room, measure), colors.quiet, measure)] }),
  );
  const told = flow(facts, begun, room, 0, items, separator(colors.quiet, measure));
  const top = findings(caption.now, told, room, dark, colors, measure, items) + 8;
  const bottom = top + height;
  const runs = caption.legend.flatMap((part) => runsOf(part, colors, room, measure));
  const end = runs.length > 0 ? flow(runs, bottom + 8, room, GAP, items) + 8 : bottom + 1;
  return { width, height: Math.ceil(end), top, bottom, colors, items };
}

/** Phase and losses. */
function nowRuns({ phase, losses }: Happening, colors: SheetColors, room: number, measure: Measure): Run[] {
  const runs: Run[] = losses.map(({ name, value, color }) => ({
    pieces: [
      outline(STROKE, color, 14, 12, 6),
      written(fitted(name, BODY, room / 2, measure), colors.quiet, measure, 6),
      written(value, colors.text, measure, 0, STRONG),
    ],
  }));
  if (!phase) return runs;
  const words = written(fitted(phaseSaid(phase), STRONG, room - 20, measure), colors.text, measure, 0, STRONG);
  return [{ pieces: [outline(PHASE, phase.color, 12, 12, 6), words] }, ...runs];
}

/** One below the other, each with its shape and as many lines as it takes; says where they end. */
function findings(
  now: Happening,
  from: number,
  room: number,
  dark: boolean,
  colors: SheetColors,
  measure: Measure,
  items: Item[],
): number {
  const width = Math.min(WIDEST, room) - INDENT;
  let y = from;
  const line = (text: string, color: string, indent = INDENT) => {
    const at = { kind: "word", x: MARGIN + indent, y: y + LINE / 2 + 4 } as const;
    items.push({ ...at, width: measure(text, BODY), text, font: BODY, color });
    y += LINE;
  };
  for (const { severity, text } of now.findings) {
    items.push(...severityMark(severity, dark, colors.panel, MARGIN, y + LINE / 2 - 6.5, 13));
    const sentence = `${SEVERITY_NAMES[severity]}: ${text}`;
    for (const part of wrapped(sentence, BODY, width, measure, MOST_LINES)) line(part, colors.text);
  }
  if (now.more > 0) line(moreSaid(now.more), colors.quiet);
  else if (now.looked && now.findings.length === 0) line("Nothing was found until this step", colors.quiet, 0);
  return y;
}
