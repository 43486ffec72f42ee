/** The map in words, for those who can't see it. */

import { integer, plural } from "../format";
import { sentence } from "../store/explanations";
import { marksInWords } from "../store/finding_marks";
import { cursorColumn, outsideNow, shownHeat } from "../store/heat_view";
import { layers, shownLayers } from "../store/layers";
import { statName, statValue } from "../store/stat_names";
import { step } from "../store/timeline";

export function HeatWords() {
  return (
    <p class="hidden-text" data-what="heat">
      {words()}
    </p>
  );
}

function words(): string {
  const of = shownHeat.value;
  const column = cursorColumn.value;
  if (!of || column < 0) return "";
  const value = (layer: number) => of.shown[layer * of.columns + column] as number;
  const known = shownLayers.value.filter((layer) => !Number.isNaN(value(layer)));
  const name = statName(of.stat);
  const said = [
    `${name.name} of ${plural(shownLayers.value.length, "layer")} over steps ${integer(of.firstStep)} to ${integer(of.lastStep)}. ${sentence(`stat:${of.stat}`, 0)}`,
  ];
  if (known.length === 0) said.push(`At step ${integer(step.value)} nothing was measured.`);
  else {
    const most = known.reduce((one, other) => (value(other) > value(one) ? other : one));
    const least = known.reduce((one, other) => (value(other) < value(one) ? other : one));
    const at = (layer: number) => `${layers.value[layer]?.path} with ${statValue(of.stat, value(layer))}`;
    said.push(`At step ${integer(step.value)} the largest is ${at(most)}, the smallest ${at(least)}.`);
    const missing = shownLayers.value.length - known.length;
    if (missing > 0) said.push(`${plural(missing, "layer")} without a value.`);
  }
  const out = outsideNow.value;
  if (out && out.measured > 0)
    said.push(`${integer(out.outside)} of ${integer(out.measured)} are outside the healthy band.`);
  const marked = marksInWords();
  if (marked) said.push(`${marked.charAt(0).toUpperCase()}${marked.slice(1)}.`);
  return said.join(" ");
}
