/** What a layer is for, what is healthy, and where the ranges come from. */

import { explanation, sentence } from "../store/explanations";
import { isBand } from "../store/health_bands";
import { bandFor, limitsAt, standing } from "../store/layer_bands";
import { readingAt } from "../store/layer_course";
import { layers } from "../store/layers";
import { roleKey } from "../store/role_words";
import { statName } from "../store/stat_names";
import { step } from "../store/timeline";
import { useExplanations } from "./explain";
import { statText } from "./stat_text";

export function LayerWords({ layer }: { layer: number }) {
  useExplanations();
  const one = layers.value[layer];
  if (!one) return null;
  const key = roleKey(one.role);
  const filling = one.block === null ? {} : { block: `block ${one.block}` };
  return (
    <section class="section explanation" aria-label="What it is">
      <p>
        <b>{sentence(key, 0, filling)}</b> {sentence(key, 1, filling)}
      </p>
      <BandWords layer={layer} stat="update_ratio" />
    </section>
  );
}

/** The band with this layer's numbers, and its source. */
export function BandWords({ layer, stat }: { layer: number; stat: string }) {
  const band = bandFor(layer, stat);
  if (!band) return null;
  const { name } = statName(stat);
  const words = explanation(`stat:${stat}`);
  if (!isBand(band)) {
    return (
      <p class="band-words">
        {name}: {lowerFirst(band.reason)}.
      </p>
    );
  }
  const limits = limitsAt(layer, stat, step.value);
  const stands = standing(readingAt(layer, stat, step.value).value, limits);
  const ends = [limits.low, limits.high].filter((end) => end !== null).map((end) => statText(stat, end));
  return (
    <p class="band-words">
      {name}, healthy: {words?.healthy}
      {band.limits === null && ends.length === 2 && `: from ${ends[0]} to ${ends[1]} here`}
      {stands !== null && `. Now it is ${stands.replace("band", "it").replace("in it", "within it")}`}. {words?.why}{" "}
      <span class="source">Source: {words?.source}.</span>
    </p>
  );
}

const lowerFirst = (sentence: string) =>
  /^[A-Z][a-z]/.test(sentence) ? sentence.charAt(0).toLowerCase() + sentence.slice(1) : sentence;
