/** Which of a run's scalars tell of its speed, its clipping and its length: by the names that scripts give them. Pure. */

import { tellsTotal } from "./speed";

export interface TrainingTags {
  readonly tokensPerSec: string | null;
  readonly gradNorm: string | null;
  readonly clipCap: string | null;
  readonly clipShare: string | null;
  readonly totalSteps: string | null;
}

const PATTERNS: Readonly<Record<Exclude<keyof TrainingTags, "totalSteps">, RegExp>> = {
  tokensPerSec: /(^|[/_. -])(tokens?|tok)[_ -]?(per[_ -]?|\/|p)s(ec(onds?)?)?$/i,
  gradNorm: /(^|[/. -]|(?<!max)_)(total_)?(grad|gradient)[_ -]?norm([_ -](pre|before)[_ -]?clip(ping)?)?$/i,
  clipCap: /(^|[/_. -])(max[_ -](grad|gradient)[_ -]norm|grad[_ -]clip|clip[_ -](norm|value|at)|max[_ -]norm)$/i,
  clipShare: /(^|[/_. -])((grad[_ -])?clip(ped|ping)?[_ -](ratio|rate|share|frac(tion)?)|(grad[_ -])?clipped)$/i,
};

/** The plainest of several. */
export function trainingTags(tags: readonly string[]): TrainingTags {
  const plainest = (fits: (tag: string) => boolean) =>
    tags.filter(fits).sort((one, other) => one.length - other.length || (one < other ? -1 : 1))[0] ?? null;
  const named = (name: keyof typeof PATTERNS) => plainest((tag) => PATTERNS[name].test(tag));
  return {
    tokensPerSec: named("tokensPerSec"),
    gradNorm: named("gradNorm"),
    clipCap: named("clipCap"),
    clipShare: named("clipShare"),
    totalSteps: plainest(tellsTotal),
  };
}
