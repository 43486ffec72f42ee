/** What goes on at the cursor, in words and colours: for what is taken away. Derived only, nothing is written here. */

import { phaseColor, phaseName } from "../insight/phase_looks";
import { phaseAt } from "../insight/story";
import type { When } from "../takeaway/caption";
import { type Happening, lossesSaid, saidUntil } from "../takeaway/happening";
import { inksOf } from "../takeaway/inks";
import type { Band } from "../takeaway/phase_band";
import type { Finding } from "../wire.gen";
import { other, otherName } from "./compare";
import { otherCurves } from "./compare_curves";
import { train, validation, valueAt } from "./curves";
import { sentenceOf, toldUpTo } from "./finding_marks";
import { findings, insights, otherFindings, otherInsights, otherPhases, phases } from "./insights";
import { runName } from "./runs";
import { theme } from "./settings";
import { side } from "./side";
import { stepAxis } from "./step_axis";
import { cursorStep, ordinal, place, snapshots, step, stepRange, still } from "./timeline";
import { view } from "./view";

/** The step that is drawn; between two snapshots it is none of theirs. */
export function drawnStep(): number | null {
  const at = still.peek()?.step ?? cursorStep.peek();
  return at === null ? null : Math.round(at * 1000) / 1000;
}

/** The layers view may show the run beside; a picture of anything else is of A. */
const which = (): "a" | "b" => (view.peek() === "layers" ? side.peek() : "a");
export const shownRun = (): string => (which() === "b" ? otherName : runName).peek() ?? "";
/** Its losses. */
export const shownCurves = () =>
  which() === "b"
    ? { train: otherCurves.peek()?.train ?? null, validation: otherCurves.peek()?.validation ?? null }
    : { train: train.peek(), validation: validation.peek() };
export const shownFindings = (): readonly Finding[] => (which() === "b" ? otherFindings : findings).peek();
const shownPhases = () => (which() === "b" ? otherPhases : phases).peek();

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
  if (which() === "b") {
    const last = other.peek()?.last_step ?? null;
    return { run: runSaid(shownRun()), step: drawnStep(), between: null, lastStep: last, wallTime: Number.NaN };
  }
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
  const now = phaseAt(shownPhases(), at);
  const { train: trainInk, validation: validationInk } = inksOf(theme.peek() === "dark");
  const read = still.peek()?.step ?? step.peek();
  // As the page lists them; of another step than the cursor's only those that could be told by then.
  const told = still.peek() ? shownFindings() : toldUpTo(which());
  const curves = shownCurves();
  return {
    phase: now && {
      name: phaseName(now.name),
      color: phaseColor(now.name, theme.peek()),
      provisional: now.provisional,
    },
    losses: lossesSaid([
      { name: "train loss", value: valueAt(curves.train, read), color: trainInk },
      { name: "validation loss", value: valueAt(curves.validation, read), color: validationInk },
    ]),
    ...saidUntil(told.map(short), still.peek() ? at : Number.POSITIVE_INFINITY, most),
    looked: (which() === "b" ? otherInsights : insights).peek() !== null,
  };
}

/** With names of layers as they are written on the page. */
export const short = (one: Finding): Finding => ({ ...one, sentence: sentenceOf(one) });

export const bandsNow = (): Band[] =>
  shownPhases().map((one) => ({
    first: one.first_step,
    name: one.name,
    color: phaseColor(one.name, theme.peek()),
    provisional: one.provisional,
  }));
