/** What is to be thought of each run on screen, up to the cursor. */

import { computed, type ReadonlySignal } from "@preact/signals";
import { steady, type Verdict, verdictOf } from "../insight/verdict";
import type { Finding, Insights } from "../wire.gen";
import { bandCount } from "./band_count";
import { other, otherAtEnd, otherModel, otherStep } from "./compare";
import { otherCurves } from "./compare_curves";
import { curvesKnown, train, valueAt } from "./curves";
import { openFinding } from "./finding_shown";
import { replies } from "./insights";
import { bandSources } from "./load_band_counts";
import { atEnd } from "./playback";
import { model, run } from "./runs";
import { step } from "./timeline";

/** At the last snapshot all is told that came after it too: the loss goes on to the run's last step. */
const endOf = (found: Insights | null | undefined): number => found?.phases.at(-1)?.last_step ?? 0;

/** What each is told of. */
export const verdictStep = computed(() =>
  step.value === null ? null : atEnd.value ? Math.max(step.value, endOf(replies.a.value?.now)) : step.value,
);
export const otherVerdictStep = computed(() => {
  const at = otherStep.value;
  return at !== null && otherAtEnd.value ? Math.max(at, endOf(replies.b.value?.now)) : at;
});

/** In how many matrices the update ratio is where it is expected; null = not known. */
export const bandA = computed(() => {
  const [sources, record] = [bandSources("a", run.value), model.value];
  return sources && record && record.run === run.value?.run && step.value !== null
    ? bandCount(record, sources, step.value)
    : null;
});
export const bandB = computed(() => {
  const [sources, record] = [bandSources("b", other.value), otherModel.value];
  return sources && record && record.run === other.value?.run && otherStep.value !== null
    ? bandCount(record, sources, otherStep.value)
    : null;
});

const lossA = computed(() => (curvesKnown.value && !train.value ? undefined : valueAt(train.value, verdictStep.value)));
const lossB = computed(() => {
  const curves = otherCurves.value;
  return curves && !curves.train ? undefined : valueAt(curves?.train ?? null, otherVerdictStep.value);
});

function judged(which: "a" | "b"): ReadonlySignal<Verdict> {
  const [info, at, loss, band] =
    which === "a" ? [run, verdictStep, lossA, bandA] : [other, otherVerdictStep, lossB, bandB];
  return computed(() => {
    const known = replies[which].value;
    const of = (found: Insights | null | undefined) =>
      verdictOf({
        known: found != null,
        phases: found?.phases ?? [],
        findings: found?.findings ?? [],
        at: at.value,
        loss: loss.value,
        band: band.value,
      });
    const [now, before] = [of(known?.now), known?.before ? of(known.before) : null];
    if (known?.problem && !known.now) return { ...now, word: "No verdict", reason: known.problem };
    if (info.value?.sessions === 0) return { ...now, word: "No verdict", reason: "no model record in this run" };
    return info.value?.live === true ? steady(now, before) : now;
  });
}

export const verdict = judged("a");
export const otherVerdict = judged("b");

/** Goes to the worst finding. */
export function openWorst(which: "a" | "b"): boolean {
  const worst = (which === "a" ? verdict : otherVerdict).peek().worst;
  if (worst) goToFinding(which, worst);
  return worst !== null;
}

export const goToFinding = (which: "a" | "b", finding: Finding): void => openFinding(finding, which);
