/** How the training goes: six figures in the inspector, all of them in a window, and as Markdown. */

import { useState } from "preact/hooks";
import { compact, duration, integer, number, percent, UNKNOWN } from "../format";
import { model, run } from "../store/runs";
import { statName } from "../store/stat_names";
import { openSummary, summaryOpen, training } from "../store/training";
import { KIND_STATS, kindSummaries, optimizerLine, summaryMarkdown, trainingFigures } from "../store/training_summary";
import type { TrainingFigures as Figures } from "../training/figures";
import { change, costLines, type Line, lossLines, speedLines } from "../training/lines";
import { courseWords } from "../training/trend";
import { Reading } from "./controls";
import { copyText } from "./copy_text";
import { Dialog } from "./dialog";
import { Icon } from "./icons";
import { statText } from "./stat_text";

export function TrainingFigures() {
  const figures = trainingFigures.value;
  if (!figures) return null;
  const { speed, smoothedLoss, bestLoss, trend } = figures;
  return (
    <section class="section" aria-label="Training">
      <div class="section-head">
        <h3>Training</h3>
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
            Loss <b>{courseWords(trend, integer)}</b>: {change(trend.per100)} per 100 steps lately
          </>
        ) : (
          "Too few losses to tell a trend"
        )}
      </p>
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
    <Reading name="Gap to validation">
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

export function TrainingSummary() {
  return (
    <Dialog open={summaryOpen.value} title="Summary" class="summary" onClose={() => openSummary(false)}>
      <SummaryBody />
    </Dialog>
  );
}

function SummaryBody() {
  const figures = trainingFigures.value;
  const [record, info] = [model.value, run.value];
  if (!figures || !record || !info) return <p class="hint">Reading</p>;
  const kept = training.value?.train?.steps.length ?? 0;
  const all = training.value?.trainPoints ?? 0;
  return (
    <>
      <div class="summary-list">
        <p class="summary-run">
          <b>{info.run === "." ? "logdir itself" : info.run}</b> · {record.model_class} ·{" "}
          {optimizerLine(record.optimizer)} · steps {integer(info.first_step)} to {integer(info.last_step)} ·{" "}
          {integer(info.snapshots)} snapshots ·{" "}
          {info.sessions === 1 ? "1 session" : `${integer(info.sessions)} sessions`}
        </p>
        <Lines title="Speed" lines={speedLines(figures)} />
        <Lines title="Loss" lines={lossLines(figures)} />
        {all > kept && (
          <p class="hint">
            From {integer(kept)} of {integer(all)} losses: in each stretch the first, lowest, highest and last.
          </p>
        )}
        <Lines title="Recording" lines={costLines(figures)} />
        <Kinds />
      </div>
      <footer>
        <CopyMarkdown />
      </footer>
    </>
  );
}

function Lines({ title, lines }: { title: string; lines: readonly Line[] }) {
  return (
    <section>
      <h3>{title}</h3>
      <dl class="summary-lines">
        {lines.map((line) => (
          <div key={line.name}>
            <dt>{line.name}</dt>
            <dd>
              <b>{line.value}</b>
              {line.note && <small>{line.note}</small>}
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

function Kinds() {
  const kinds = kindSummaries.value;
  if (!kinds) return null;
  return (
    <section>
      <h3>Layers at step {integer(kinds.step)}, medians</h3>
      <div class="table-box">
        <table>
          <thead>
            <tr>
              <th scope="col">Kind</th>
              <th scope="col">Layers</th>
              <th scope="col">Weights</th>
              {KIND_STATS.map((stat) => (
                <th key={stat} scope="col">
                  {statName(stat).name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {kinds.rows.map((kind) => (
              <tr key={kind.name}>
                <th scope="row">{kind.name}</th>
                <td>{integer(kind.layers)}</td>
                <td>{compact(kind.parameters)}</td>
                {KIND_STATS.map((stat, i) => (
                  <td key={stat}>{statText(stat, kind.medians[i] ?? Number.NaN)}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function CopyMarkdown() {
  const [said, setSaid] = useState("");
  const text = summaryMarkdown.value;
  const copy = async () => {
    if (text === null) return;
    setSaid((await copyText(text)) ? "Copied" : "Select the text and copy it by hand");
    window.setTimeout(() => setSaid(""), 2000);
  };
  return (
    <>
      <button type="button" class="button with-icon" disabled={text === null} onClick={() => void copy()}>
        <Icon name="copy" size={16} />
        Copy as Markdown
      </button>
      <span role="status" class="hint">
        {said}
      </span>
    </>
  );
}
