/** What goes on at the cursor, in words and colours: for what is taken away. Derived only, nothing is written here. */

import { phaseColor, phaseName } from "../insight/phase_looks";
import { phaseAt } from "../insight/story";
import type { When } from "../takeaway/caption";
import { type Happening, lossesSaid, saidUntil } from "../takeaway/happening";
import { inksOf } from "../takeaway/inks";
import type { Band } from "../takeaway/phase_band";
import type { Finding } from "../wire.gen";
import { train, validation, valueAt } from "./curves";
import { sentenceOf, soFar } from "./finding_marks";
import { findings, insights, phases } from "./insights";
import { runName } from "./runs";
import { theme } from "./settings";
import { stepAxis } from "./step_axis";
import { cursorStep, ordinal, place, snapshots, step, stepRange, still } from "./timeline";

/** The step that is drawn; between two snapshots it is none of theirs. */
export function drawnStep(): number | null {
  const at = still.peek()?.step ?? cursorStep.peek();
  return at === null ? null : Math.round(at * 1000) / 1000;
}

/** As people read it. */
export const runSaid = (name: string): string => (name === "." ? "logdir itself" : name);

export function whenNow(): When {
  const set = snapshots.peek();
  const at = place.peek();
  const alone = still.peek();
  const between =
    set === null || alone !== null || Number.isInteger(at)
      ? null
      : ([set.stepAt(Math.floor(at)), set.stepAt(Math.ceil(at))] as const);
  return {
    run: runSaid(runName.peek() ?? ""),
    step: drawnStep(),
    between,
    lastStep: stepRange.peek()?.[1] ?? stepAxis.peek()?.[1] ?? null,
    wallTime: set?.wallTime(alone ? set.nearest(alone.step) : ordinal.peek()) ?? Number.NaN,
  };
}

/** Losses are those of the snapshot's step, as the dock reads them; a finding may be told from its first step on. */
export function happeningNow(most?: number): Happening {
  const at = still.peek()?.step ?? cursorStep.peek();
  const now = phaseAt(phases.peek(), at);
  const { train: trainInk, validation: validationInk } = inksOf(theme.peek() === "dark");
  const read = still.peek()?.step ?? step.peek();
  // As the page lists them; of another step than the cursor's only those that could be told by then.
  const told = still.peek() ? findings.peek() : soFar.peek();
  return {
    phase: now && {
      name: phaseName(now.name),
      color: phaseColor(now.name, theme.peek()),
      provisional: now.provisional,
    },
    losses: lossesSaid([
      { name: "train loss", value: valueAt(train.peek(), read), color: trainInk },
      { name: "validation loss", value: valueAt(validation.peek(), read), color: validationInk },
    ]),
    ...saidUntil(told.map(short), still.peek() ? at : Number.POSITIVE_INFINITY, most),
    looked: insights.peek() !== null,
  };
}

/** With names of layers as they are written on the page. */
export const short = (one: Finding): Finding => ({ ...one, sentence: sentenceOf(one) });

export const bandsNow = (): Band[] =>
  phases.peek().map((one) => ({
    first: one.first_step,
    name: one.name,
    color: phaseColor(one.name, theme.peek()),
    provisional: one.provisional,
  }));
