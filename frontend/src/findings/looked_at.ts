/** What could be looked at in a run and what could not, with what it takes: an empty list says nothing without it. Pure. */

import type { Model } from "../wire.gen";

export interface Recorded {
  readonly record: Model;
  readonly train: boolean;
  readonly validation: boolean;
  /** The blocks were measured on a fixed batch. */
  readonly probe: boolean;
  readonly snapshots: number;
}

export interface LookedAt {
  readonly looked: readonly string[];
  /** With the reason or what to do. */
  readonly missing: readonly string[];
}

/** Fewer snapshots tell of no course. */
const FEW = 12;

export function lookedAt({ record, train, validation, probe, snapshots }: Recorded): LookedAt {
  const looked: string[] = [];
  const missing: string[] = [];
  // The list of statistics is that of the format, whatever was measured.
  const light = record.schedule.level === "light";
  const optimizer = record.optimizer.name;
  const groups = Array.isArray(record.optimizer.groups) ? record.optimizer.groups : [];
  const rates = new Set(groups.map((group: { lr?: unknown }) => group.lr)).size;
  const has = (stat: string) => record.stats.includes(stat);
  const say = (known: boolean, what: string, otherwise: string) =>
    known ? looked.push(what) : missing.push(otherwise);
  say(train, "training loss", "No training loss is logged: phases, spikes and divergence can't be told.");
  say(validation, "validation loss", "No validation loss is logged: overfitting can't be told.");
  say(
    has("grad_rms") && !light,
    "gradients of every layer",
    'Of gradients only norms are recorded (level="light"): vanishing ones can\'t be told.',
  );
  say(
    has("update_ratio") && !light && rates <= 1 && optimizer !== undefined && /^adamw$/i.test(String(optimizer)),
    "update ratios",
    optimizer === undefined
      ? "No optimizer was passed to watch(): update ratios can't be judged."
      : light
        ? "Updates aren't recorded (level=\"light\"): update ratios can't be judged."
        : /^adamw$/i.test(String(optimizer))
          ? "The parameter groups have learning rates of their own: update ratios can't be judged."
          : `The optimizer is ${optimizer}: update ratios have a known band under AdamW only.`,
  );
  say(
    record.embeddings.length > 0,
    "rows of the embeddings",
    "No embedding is recorded: collapse and undertrained tokens can't be told.",
  );
  say(
    probe,
    "attention and dead units",
    'No probe is recorded (level="full"): attention and dead units weren\'t measured.',
  );
  if (snapshots < FEW) missing.push(`Only ${snapshots} snapshots so far: courses of layers can't be told yet.`);
  return { looked, missing };
}

/** "training loss, update ratios and rows of the embeddings". */
export function enumerated(words: readonly string[]): string {
  if (words.length <= 1) return words[0] ?? "";
  return `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;
}
