/** What a video shows round its scene: the moment in words, the findings as they appear, the loss with its cursor. */

import { mapper } from "../../axis";
import { SEVERITY_NAMES } from "../../findings/severity";
import { titleOf } from "../../findings/titles";
import { integer } from "../../format";
import type { Finding } from "../../wire.gen";
import type { LegendPart } from "../caption";
import { type Happening, moreSaid, phaseSaid } from "../happening";
import { type Inks, inksOf } from "../inks";
import { type Band, drawPhases } from "../phase_band";
import { paintItem } from "../png";
import { sheetColors } from "../sheet";
import { BODY, flow, type Item, runsOf, STRONG, severityMark, TITLE } from "../sheet_pieces";
import { fitted, type Measure, wrapped } from "../wrap";
import { type LossCurve, lossCanvas } from "./loss_plot";
import {
  CARDS,
  cardsOf,
  insetsOf,
  LINE,
  MARGIN,
  PAGE,
  type PageInsets,
  PLOT,
  roomOf,
  SCENE_HEIGHT,
  STRIP,
} from "./page_layout";

const STEP = TITLE.replace("16px", "20px");
const SMALL = BODY.replace("12px", "11px");
const FADE_SECS = 0.35;
/** What is still to come stands behind. */
const TO_COME = 0.45;

/** What stays the same in all of it. */
export interface PageOf {
  readonly dark: boolean;
  readonly title: string;
  readonly curves: readonly LossCurve[];
  readonly axis: readonly [number, number];
  readonly bands: readonly Band[];
  readonly legend: readonly LegendPart[];
  /** All that may appear. */
  readonly findings: readonly Finding[];
}

/** What a picture shows. */
export interface PageNow {
  readonly secs: number;
  readonly step: number | null;
  readonly lastStep: number | null;
  readonly now: Happening;
  readonly facts: readonly string[];
}

export class VideoPage {
  readonly insets: PageInsets;
  readonly #of: PageOf;
  readonly #inks: Inks;
  readonly #legend: Item[] = [];
  readonly #axes: HTMLCanvasElement;
  readonly #curves: HTMLCanvasElement;
  readonly #across: (step: number) => number;
  readonly #measure: Measure;
  readonly #room: number;
  /** When each finding appeared, seconds. */
  readonly #since = new Map<Finding, number>();

  /** scale: canvas px per CSS px. */
  constructor(of: PageOf, scale: number, measure: Measure) {
    this.#of = of;
    this.#inks = inksOf(of.dark);
    this.#measure = measure;
    const cards = of.findings.length > 0;
    this.#room = roomOf(cards);
    const runs = of.legend.flatMap((part) => runsOf(part, sheetColors(of.dark), this.#room, measure));
    const lines = runs.length > 0 ? flow(runs, 0, this.#room, LINE, this.#legend) / LINE : 0;
    this.insets = insetsOf(cards, lines);
    const up = SCENE_HEIGHT - 8 - lines * LINE;
    for (const item of this.#legend) item.y += up;
    this.#across = mapper(of.axis[0], of.axis[1], PLOT.left, PLOT.right);
    this.#axes = lossCanvas(of.curves, this.#across, of.axis, this.#inks, scale, "axes");
    this.#curves = lossCanvas(of.curves, this.#across, of.axis, this.#inks, scale, "curves");
  }

  /** Onto a canvas whose px are scaled, over the scene. */
  paint(context: CanvasRenderingContext2D, picture: PageNow): void {
    context.save();
    this.#head(context, picture);
    for (const item of this.#legend) paintItem(context, item);
    this.#cards(context, picture);
    this.#time(context, picture);
    context.restore();
  }

  #head(context: CanvasRenderingContext2D, { facts, lastStep, now, step }: PageNow): void {
    const { text, quiet } = this.#inks;
    const word = (words: string, x: number, y: number, font: string, color: string): number => {
      context.font = font;
      context.fillStyle = color;
      context.textAlign = "left";
      context.fillText(words, x, y);
      return x + this.#measure(words, font);
    };
    word(fitted(this.#of.title, BODY, this.#room, this.#measure), MARGIN, 28, BODY, quiet);
    let x = word(step === null ? "Step unknown" : `Step ${integer(step)}`, MARGIN, 54, STEP, text);
    if (lastStep !== null) x = word(`of ${integer(lastStep)}`, x + 6, 54, BODY, quiet);
    if (now.phase) {
      context.fillStyle = now.phase.color;
      context.beginPath();
      context.roundRect(x + 20, 44, 12, 12, 3);
      context.fill();
      word(phaseSaid(now.phase), x + 38, 54, STRONG, text);
    }
    word(fitted(facts.join(" · "), BODY, this.#room, this.#measure), MARGIN, 76, BODY, quiet);
  }

  /** The newest first, each of them coming gently. */
  #cards(context: CanvasRenderingContext2D, { secs, step }: PageNow): void {
    const { dark, findings } = this.#of;
    const found = findings
      .filter((one) => step !== null && one.first_step <= step)
      .sort((one, other) => other.first_step - one.first_step);
    const width = CARDS.width - 2 * CARDS.padding;
    const { bottom, cards, earlier } = cardsOf(found, ({ sentence }) =>
      wrapped(sentence, BODY, width, this.#measure, CARDS.lines),
    );
    context.textAlign = "left";
    for (const { height, lines, of, x, y } of cards) {
      if (!this.#since.has(of)) this.#since.set(of, secs);
      // What was there from the beginning is there at once.
      const began = this.#since.get(of) as number;
      context.globalAlpha = began <= 0 ? 1 : Math.min(1, Math.max(0.05, (secs - began) / FADE_SECS));
      context.fillStyle = this.#inks.panel;
      context.strokeStyle = this.#inks.line;
      context.lineWidth = 1;
      context.beginPath();
      context.roundRect(x, y, CARDS.width, height, 8);
      context.fill();
      context.stroke();
      const left = x + CARDS.padding;
      const middle = y + CARDS.padding + LINE / 2 - 2;
      for (const item of severityMark(of.severity, dark, this.#inks.panel, left, middle - 6.5, 13))
        paintItem(context, item);
      context.font = STRONG;
      context.fillStyle = this.#inks.text;
      const heading = `${SEVERITY_NAMES[of.severity]} · ${titleOf(of)}`;
      context.fillText(fitted(heading, STRONG, width - 20, this.#measure), left + 20, middle + 4);
      context.font = BODY;
      context.fillStyle = this.#inks.quiet;
      for (const [i, line] of lines.entries())
        context.fillText(line, left, y + CARDS.padding + LINE + 12 + i * CARDS.lineHeight);
    }
    context.globalAlpha = 1;
    if (earlier === 0) return;
    context.font = BODY;
    context.fillStyle = this.#inks.quiet;
    context.fillText(moreSaid(earlier), PAGE.width - MARGIN - CARDS.width + CARDS.padding, bottom + 12);
  }

  #time(context: CanvasRenderingContext2D, { now, step }: PageNow): void {
    const inks = this.#inks;
    const { axis, bands } = this.#of;
    const height = PAGE.height - SCENE_HEIGHT;
    context.fillStyle = inks.panel;
    context.fillRect(0, SCENE_HEIGHT, PAGE.width, height);
    context.fillStyle = inks.divider;
    context.fillRect(0, SCENE_HEIGHT, PAGE.width, 1);
    drawPhases(context, bands, this.#across, this.#across(axis[1]), STRIP.top, STRIP.height, step, inks, SMALL);
    const layer = (canvas: HTMLCanvasElement) => context.drawImage(canvas, 0, SCENE_HEIGHT, PAGE.width, height);
    layer(this.#axes);
    context.globalAlpha = TO_COME;
    layer(this.#curves);
    context.globalAlpha = 1;
    this.#readings(context, now);
    if (step === null) return;
    const x = this.#across(Math.min(axis[1], Math.max(axis[0], step)));
    context.save();
    context.beginPath();
    context.rect(0, SCENE_HEIGHT, x, height);
    context.clip();
    layer(this.#curves);
    context.restore();
    context.fillStyle = inks.accent;
    context.fillRect(x - 1, STRIP.top - 4, 2, PLOT.bottom - STRIP.top + 4);
  }

  #readings(context: CanvasRenderingContext2D, { losses }: Happening): void {
    let y = STRIP.top + 16;
    context.textAlign = "left";
    for (const { color, name, value } of losses) {
      context.fillStyle = color;
      context.fillRect(MARGIN, y - 5, 12, 2);
      context.font = SMALL;
      context.fillStyle = this.#inks.quiet;
      context.fillText(name, MARGIN + 18, y);
      context.font = STRONG;
      context.fillStyle = this.#inks.text;
      context.fillText(value, MARGIN + 18, y + 16);
      y += 38;
    }
  }
}
