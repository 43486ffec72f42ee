/** The layers view in words, for those who can't see it: told when the cursor rests, never in playback. */

import { untracked, useSignalEffect } from "@preact/signals";
import { useState } from "preact/hooks";
import { integer, plural } from "../format";
import { layerLevels, marksInWords } from "../store/finding_marks";
import { blocks, chosenLayer, KIND_NAMES, kindOf, layers, shownLayers } from "../store/layers";
import { playing } from "../store/playback";
import { layersModel as model, sideLetter } from "../store/side";
import { statName, statValue } from "../store/stat_names";
import { heat, paintBy, stat, valueAtStep } from "../store/statistics";
import { step } from "../store/timeline";
import { layersSeen } from "../store/view";

const REST_MS = 600;

export function LayersWords() {
  const [told, setTold] = useState("");
  useSignalEffect(() => {
    if (playing.value || !layersSeen.value) return;
    for (const one of [step, layerLevels, shownLayers, chosenLayer, heat, paintBy, stat]) one.value;
    const timer = window.setTimeout(() => setTold(untracked(words)), REST_MS);
    return () => window.clearTimeout(timer);
  });
  return (
    <p class="hidden-text" aria-live="polite" data-what="layers">
      {told}
    </p>
  );
}

function words(): string {
  const record = model.value;
  if (!record || layers.value.length === 0) return "";
  const shown = shownLayers.value;
  const of = `${integer(shown.length)} of ${plural(layers.value.length, "layer")}`;
  const said = [
    `${sideLetter.value && `Run ${sideLetter.value}, `}${record.model_class} at step ${integer(step.value)}: ${of} in ${plural(blocks.value.length, "block")}`,
  ];
  const now = heat.value;
  if (paintBy.value === "weights") said.push("coloured by the size of their weights");
  else if (now && now.stat === stat.value && step.value !== null) {
    const value = (layer: number) => valueAtStep(now, layer, step.value as number);
    const known = shown.filter((layer) => Number.isFinite(value(layer)));
    const name = statName(stat.value).name.toLowerCase();
    if (known.length === 0) said.push(`coloured by ${name}, which was not measured`);
    else {
      const largest = known.reduce((one, other) => (value(other) > value(one) ? other : one));
      const most = `${statValue(stat.value, value(largest))} in ${layers.value[largest]?.path}`;
      said.push(`coloured by ${name}, the largest is ${most}`);
    }
  }
  const chosen = chosenLayer.value;
  const layer = chosen === null ? undefined : layers.value[chosen];
  if (layer)
    said.push(`chosen: ${layer.path}, ${KIND_NAMES[kindOf(layer)].toLowerCase()}, ${layer.shape.join(" by ")}`);
  const marked = marksInWords();
  if (marked) said.push(marked);
  return `${said.join("; ")}.`;
}
