/** What an explanation says of the value at the cursor: of a layer's statistics, and of its block on the fixed batch. Reads signals. */

import { number } from "../format";
import { explanation } from "../store/explanations";
import { limitsAt, type Standing, standing } from "../store/layer_bands";
import { readingAt } from "../store/layer_course";
import { PROBE_WORDS, probe, probedAt, probedStep } from "../store/probe";
import { step } from "../store/timeline";
import type { Here } from "./explain";
import { statText } from "./stat_text";

const STANDS: Readonly<Record<Standing, Here["stands"]>> = {
  "in band": "inside",
  "above band": "above",
  "below band": "below",
};

const nameOf = (key: string) => key.slice(key.indexOf(":") + 1);

/** For keys of statistics, "stat:grad_norm". */
export function hereOfLayer(layer: number): (key: string) => Here | null {
  return (key) => {
    const stat = nameOf(key);
    if (!key.startsWith("stat:")) return null;
    const { value } = readingAt(layer, stat, step.value);
    if (Number.isNaN(value)) return null;
    const limits = limitsAt(layer, stat, step.value);
    const stands = standing(value, limits);
    const { low, high } = limits;
    const both = low !== null && high !== null;
    return {
      value: statText(stat, value),
      stands: stands && STANDS[stands],
      ...(both ? { range: `${statText(stat, low)} to ${statText(stat, high)}` } : {}),
    };
  };
}

/** For keys of the probe's figures; their limits are those of the explanations. */
export function hereOfBlock(block: number): (key: string) => Here | null {
  return (key) => {
    const [of, at] = [probe.value, probedStep.value];
    if (!of || at === null || !key.startsWith("probe:")) return null;
    const value = probedAt(of, block, nameOf(key), at);
    if (!Number.isFinite(value)) return null;
    const written = PROBE_WORDS[nameOf(key)]?.written ?? number;
    const found = explanation(key);
    const limits = { low: found?.low ?? null, high: found?.high ?? null };
    const stands = standing(value, limits);
    return { value: written(value), stands: stands && STANDS[stands] };
  };
}
