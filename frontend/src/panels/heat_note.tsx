/** Why there is no map, and what to do. */

import { integer } from "../format";
import { lacking } from "../store/heat_view";
import {
  blockRange,
  hiddenFinds,
  layerQuery,
  layers,
  setLayerQuery,
  showAllKinds,
  showAllLayers,
} from "../store/layers";
import { model, runName } from "../store/runs";
import { statName } from "../store/stat_names";
import { heat, setStat, stat, stats } from "../store/statistics";

interface Told {
  readonly words: string;
  readonly actions?: readonly { name: string; run(): void }[];
}

export function HeatNote() {
  const told = tell();
  if (!told) return null;
  return (
    <div class="heat-note" role="status">
      <p>{told.words}</p>
      {told.actions?.map((action) => (
        <button key={action.name} type="button" class="button" onClick={action.run}>
          {action.name}
        </button>
      ))}
    </div>
  );
}

function tell(): Told | null {
  if (!runName.value) return null;
  if (!model.value) return { words: "Reading the model record" };
  if (stats.value.length === 0 || layers.value.length === 0) {
    return {
      words:
        "This run has no statistics of layers. watch(model, writer, optimizer=optimizer) records them with each snapshot.",
    };
  }
  const name = statName(stat.value).name.toLowerCase();
  if (lacking.value) {
    return {
      words: `This run was recorded without ${name}.`,
      actions: stats.value
        .slice(0, 3)
        .map((one) => ({ name: `Show ${statName(one).name.toLowerCase()}`, run: () => setStat(one) })),
    };
  }
  const of = heat.value;
  if (!of || of.run !== runName.value) return { words: `Reading ${name} of ${integer(layers.value.length)} layers` };
  if (of.total === 0) return { words: "No statistics yet. They come with the first snapshot." };
  if (of.layers !== layers.value.length) return { words: "The model has changed. Reading its statistics" };
  return nothingMatches();
}

function nothingMatches(): Told {
  const query = layerQuery.value.trim();
  const everything = { name: "Show all layers", run: showAllLayers };
  if (query !== "" && hiddenFinds.value > 0) {
    const many = hiddenFinds.value === 1 ? "One layer matches" : `${integer(hiddenFinds.value)} layers match`;
    const why = blockRange.value ? "the kinds and blocks shown hide" : "the kinds shown hide";
    const them = hiddenFinds.value === 1 ? "it" : "them";
    return {
      words: `${many} “${query}”, but ${why} ${them}.`,
      actions: [{ name: "Show all kinds and blocks", run: showAllKinds }, everything],
    };
  }
  if (query !== "") {
    return {
      words: `No layer matches “${query}”.`,
      actions: [{ name: "Clear search", run: () => setLayerQuery("") }, everything],
    };
  }
  return { words: "Choose at least one kind of layer.", actions: [everything] };
}
