/** How the training goes: six figures in the inspector. */

import { duration, integer, number, percent, UNKNOWN } from "../format";
import { phases } from "../store/insights";
import { openSummary } from "../store/training";
import { trainingFigures } from "../store/training_summary";
import type { TrainingFigures as Figures } from "../training/figures";
import { change } from "../training/lines";
import { courseInPhase, isLost } from "../training/trend";
import { Anomalies } from "./anomalies";
import { Reading } from "./controls";
import { Explain } from "./explain";

/** Those that are shown. */
function shownOf({ tokensNow, secsLeft, cost, clipping, bestValidation }: Figures): string[] {
  const names = [
    "steps_per_sec",
    ...(tokensNow === null ? [] : ["tokens_per_sec"]),
    secsLeft !== null ? "time_left" : cost ? "recording_took" : "gap",
    "smoothed_loss",
    "best_loss",
    clipping || !bestValidation ? "clipped" : "best_validation",
    "trend",
  ];
  return names.map((name) => `training:${name}`);
}

export function TrainingFigures() {
  const figures = trainingFigures.value;
  if (!figures) return null;
  const { speed, smoothedLoss, bestLoss, trend } = figures;
  const phase = phases.value.at(-1) ?? null;
  return (
    <section class="section" aria-label="Training">
      <div class="section-head">
        <h3>
          Training
          <Explain of={shownOf(figures)} label="these figures" />
        </h3>
        <button type="button" class="link" onClick={() => openSummary(true)}>
          Summary
        </button>
      </div>
      <dl class="readings">
        <Reading name="Steps/s">
          {number(speed.now)}
          <small>{speed.mean === null ? "" : `mean ${number(speed.mean)}`}</small>
        </Reading>
        <Reading name="Tokens/s">
          {figures.tokensNow === null ? UNKNOWN : number(figures.tokensNow)}
          <small>{figures.tokensNow === null ? "not logged" : `mean ${number(figures.tokensMean)}`}</small>
        </Reading>
        <LeftOrCost figures={figures} />
        <Reading name="Loss, smoothed">
          {number(smoothedLoss?.value)}
          <small>{smoothedLoss ? `step ${integer(smoothedLoss.step)}` : ""}</small>
        </Reading>
        <Reading name="Best loss">
          {number(bestLoss?.value)}
          <small>{bestLoss ? `step ${integer(bestLoss.step)}` : ""}</small>
        </Reading>
        <ClippedOrValidation figures={figures} />
      </dl>
      <p class="trend-line">
        {trend ? (
          <>
            Loss <b>{courseInPhase(trend, phase, integer)}</b>
            {!isLost(trend, phase) && `: ${change(trend.per100)} per 100 steps lately`}
          </>
        ) : (
          "Too few losses to tell a trend"
        )}
      </p>
      <Anomalies />
    </section>
  );
}

function LeftOrCost({ figures }: { figures: Figures }) {
  if (figures.secsLeft !== null) {
    return (
      <Reading name="Time left">
        {duration(figures.secsLeft)}
        <small>of {integer(figures.totalSteps)} steps</small>
      </Reading>
    );
  }
  // What the recording cost is read only where somebody looks at layers.
  if (figures.cost) {
    return (
      <Reading name="Recording took">
        {percent(figures.cost.share)}
        <small>of the time</small>
      </Reading>
    );
  }
  return (
    <Reading name="Validation gap">
      {number(figures.gap)}
      <small>{figures.lastValidation ? `step ${integer(figures.lastValidation.step)}` : "none logged"}</small>
    </Reading>
  );
}

function ClippedOrValidation({ figures }: { figures: Figures }) {
  const { clipping, bestValidation } = figures;
  if (clipping || !bestValidation) {
    return (
      <Reading name="Clipped">
        {percent(clipping?.share)}
        <small>{clipping ? (clipping.how.endsWith("logged") ? "as logged" : "cap inferred") : "no cap seen"}</small>
      </Reading>
    );
  }
  return (
    <Reading name="Best validation">
      {number(bestValidation.value)}
      <small>step {integer(bestValidation.step)}</small>
    </Reading>
  );
}
