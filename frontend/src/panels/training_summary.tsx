/** All figures of the training in a window of its own, and the same as Markdown. */

import { useState } from "preact/hooks";
import { compact, integer } from "../format";
import { phases } from "../store/insights";
import { model, run } from "../store/runs";
import { statName } from "../store/stat_names";
import { openSummary, summaryOpen, training } from "../store/training";
import { KIND_STATS, kindSummaries, optimizerLine, summaryMarkdown, trainingFigures } from "../store/training_summary";
import { costLines, type Line, lossLines, speedLines } from "../training/lines";
import { copyText } from "./copy_text";
import { Dialog } from "./dialog";
import { Icon } from "./icons";
import { statText } from "./stat_text";

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
        <Lines title="Loss" lines={lossLines(figures, phases.value.at(-1) ?? null)} />
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
