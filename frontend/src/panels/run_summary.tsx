/** What the inspector tells when nothing is chosen: the run itself. */

import { compact, integer, percent } from "../format";
import { other, shortRunName } from "../store/compare";
import { sentence } from "../store/explanations";
import { model, rowNoun, run } from "../store/runs";
import { side, sideLetter, sideModel, sideName } from "../store/side";
import { total } from "../store/timeline";
import { layersShown, view } from "../store/view";
import type { Embedding, Model } from "../wire.gen";
import { Reading } from "./controls";
import { useExplanations } from "./explain";
import { RunFindings } from "./findings";
import { GuideHint } from "./guide_hint";
import { TrainingFigures } from "./training_figures";

/** One line of it, for the phone's sheet while it is low. */
export function RunLine() {
  const record = sideModel.value;
  if (!record) return null;
  const parameters = record.layers.reduce((sum, layer) => sum + layer.parameters, 0);
  const snapshots = side.value === "b" ? (other.value?.snapshots ?? 0) : total.value;
  return (
    <>
      <RunHead />
      <p class="run-line">
        {compact(parameters)} parameters · {integer(snapshots)} snapshots
        <br />
        {layersShown.value
          ? "Touch a layer to see its numbers and their course."
          : `Touch a ${rowNoun.value} to see its numbers and its neighbours.`}
      </p>
    </>
  );
}

function RunHead() {
  return (
    <header class="inspector-head">
      <div class="tile run-tile" aria-hidden="true">
        <svg width="26" height="26" viewBox="0 0 26 26" aria-hidden="true">
          <path d="M13 8L6 18.500M13 8l8 9" stroke="currentColor" stroke-width="1.500" stroke-dasharray="1.500 3" />
          <circle cx="13" cy="7" r="5" fill="var(--train)" />
          <circle cx="6" cy="19" r="4" fill="var(--good)" />
          <circle cx="21" cy="18.500" r="3" fill="var(--validation)" />
        </svg>
      </div>
      <div class="inspector-title">
        <h2>
          {sideLetter.value && `${sideLetter.value} · `}
          {shortRunName(sideName.value)}
        </h2>
        <p>{sideModel.value?.model_class}</p>
      </div>
    </header>
  );
}

export function RunSummary() {
  const record = model.value;
  const info = run.value;
  if (!record || !info) {
    return <div class="section hint">{info && info.sessions > 0 ? "Reading the model record." : ""}</div>;
  }
  const parameters = record.layers.reduce((sum, layer) => sum + layer.parameters, 0);
  const blocks = new Set(record.layers.map((layer) => layer.block).filter((block) => block !== null)).size;
  const sampled = record.embeddings.find((one) => one.rows !== null);
  return (
    <>
      <RunHead />
      <RunFindings />
      <p class="section hint">
        {layersShown.value
          ? "Hover or click a layer to see its numbers, their course and its like in other blocks."
          : `Hover or click a ${rowNoun.value} to see its numbers, its path and its neighbours.`}
      </p>
      <GuideHint />
      <dl class="section readings">
        <Reading name="Parameters">{parameters > 0 ? compact(parameters) : "–"}</Reading>
        <Reading name="Layers">{integer(record.layers.length)}</Reading>
        <Reading name="Blocks">{integer(blocks)}</Reading>
        <Reading name="Snapshots">{integer(total.value || info.snapshots)}</Reading>
        <Reading name="Rows sampled">{sampled ? integer(sampled.rows?.length) : "all"}</Reading>
        <Reading name="Sessions">{integer(info.sessions)}</Reading>
      </dl>
      <TrainingFigures />
      <Facts title="Optimizer" facts={record.optimizer} />
      <Facts title="Recording" facts={record.schedule} />
      <Explanation />
      <Sampled record={record} />
    </>
  );
}

function Explanation() {
  useExplanations();
  const key = `view:${view.value}`;
  return (
    <p class="section explanation">
      <b>{sentence(key, 0)}</b> {sentence(key, 1)}
    </p>
  );
}

function Sampled({ record }: { record: Model }) {
  const sampled = record.embeddings.filter((one) => one.rows !== null || one.directions !== null);
  if (sampled.length === 0) return null;
  return <p class="section hint">{sampled.map(recorded).join(" ")}</p>;
}

function recorded(one: Embedding): string {
  const rows = one.rows ? `${integer(one.rows.length)} of ${integer(one.shape[0])} rows` : "All rows";
  if (one.directions === null) return `${rows} of ${one.path} are recorded.`;
  return `${rows} of ${one.path} are recorded, in ${integer(one.directions)} of ${integer(one.shape[1])} dimensions.`;
}

/** Names as people write them; nested and empty values are left out. */
function Facts({ title, facts }: { title: string; facts: Record<string, unknown> }) {
  const rows = Object.entries(facts).flatMap(([name, value]) => {
    const text = factText(name, value);
    return text === null ? [] : [[NAMES[name] ?? name.replaceAll("_", " "), text] as const];
  });
  if (rows.length === 0) return null;
  return (
    <section class="section">
      <h3>{title}</h3>
      <dl class="facts">
        {rows.slice(0, 8).map(([name, text]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{text}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

const NAMES: Record<string, string> = { lr: "learning rate", every: "snapshot every", max_overhead: "cost at most" };

function factText(name: string, value: unknown): string | null {
  if (typeof value === "number") {
    if (/overhead|share/.test(name)) return percent(value);
    return Number.isInteger(value) ? integer(value) : String(Number(value.toPrecision(4)));
  }
  if (typeof value === "string") return value === "" ? null : value;
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (
    Array.isArray(value) &&
    value.length > 0 &&
    value.length <= 4 &&
    value.every((each) => typeof each === "number")
  ) {
    return value.map((each) => String(each)).join(", ");
  }
  return null;
}
