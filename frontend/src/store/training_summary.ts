/** The figures of the run on screen, and its summary as Markdown. */

import { computed } from "@preact/signals";
import { compact, integer } from "../format";
import { figuresOf, type TrainingFigures } from "../training/figures";
import { type KindSummary, kindTable } from "../training/kind_table";
import { costLines, lossLines, speedLines } from "../training/lines";
import { markdownOf } from "../training/markdown";
import { phases } from "./insights";
import { KIND_NAMES, KINDS, kindOf } from "./layers";
import { model, run } from "./runs";
import { statName } from "./stat_names";
import { training } from "./training";

export const KIND_STATS = ["grad_norm", "weight_rms", "update_ratio"] as const;

/** null = not here yet. */
export const trainingFigures = computed<TrainingFigures | null>(() => {
  const [found, record, info] = [training.value, model.value, run.value];
  if (!found || record?.run !== found.run || info?.run !== found.run) return null;
  const facts = [record.schedule, record.optimizer];
  return figuresOf({ ...found, facts, live: info.live, lastStep: info.last_step });
});

export const kindSummaries = computed<{ readonly step: number; readonly rows: readonly KindSummary[] } | null>(() => {
  const [found, record] = [training.value, model.value];
  const final = found?.final;
  if (!final || record?.run !== found.run || final.layers !== record.layers.length) return null;
  const layers = record.layers.map((layer) => ({ kind: kindOf(layer), parameters: layer.parameters }));
  const names = KINDS.map((kind) => [kind, KIND_NAMES[kind]] as const);
  return { step: final.step, rows: kindTable(layers, names, final.stats, final.values, KIND_STATS) };
});

/** The optimizer in a line: "AdamW, learning rate 0.001, weight decay 0.1 and 0". */
export function optimizerLine(optimizer: Readonly<Record<string, unknown>>): string {
  if (typeof optimizer.name !== "string") return "not passed to watch()";
  const groups = (Array.isArray(optimizer.groups) ? optimizer.groups : []) as readonly Record<string, unknown>[];
  const each = (key: string, name: string) => {
    const values = [...new Set(groups.map((group) => group[key]))].filter((value) => typeof value === "number");
    return values.length > 0
      ? [`${name} ${values.map((value) => String(Number(value.toPrecision(4)))).join(" and ")}`]
      : [];
  };
  const betas = groups[0]?.betas;
  return [
    optimizer.name,
    ...each("lr", "learning rate"),
    ...each("weight_decay", "weight decay"),
    ...(Array.isArray(betas) ? [`betas ${betas.join(", ")}`] : []),
  ].join(", ");
}

/** null = not all of it is here yet. */
export const summaryMarkdown = computed<string | null>(() => {
  const [figures, record, info] = [trainingFigures.value, model.value, run.value];
  if (!figures || !record || !info) return null;
  const parameters = record.layers.reduce((sum, layer) => sum + layer.parameters, 0);
  const kinds = kindSummaries.value;
  return markdownOf({
    run: info.run === "." ? "logdir itself" : info.run,
    facts: [
      ["Model", `${record.model_class}, ${compact(parameters)} parameters in ${integer(record.layers.length)} layers`],
      ["Optimizer", optimizerLine(record.optimizer)],
      ["Steps", `${integer(info.first_step)} to ${integer(info.last_step)}, ${integer(info.snapshots)} snapshots`],
      ["Sessions", integer(info.sessions)],
      ["State", info.live ? "live" : "finished"],
    ],
    sections: [
      { title: "Speed", lines: speedLines(figures) },
      { title: "Loss", lines: lossLines(figures, phases.value.at(-1) ?? null) },
      { title: "Recording", lines: costLines(figures) },
    ],
    kinds: kinds && { step: kinds.step, columns: KIND_STATS.map((stat) => statName(stat).name), rows: kinds.rows },
  });
});
