/** Above the map: what is shown, over which steps, what is outside of its band; and the scale. */

import { integer, plural } from "../format";
import { isExact } from "../heat/cells";
import { bandSaid } from "../store/explanations";
import { isBand } from "../store/health_bands";
import { heatBand } from "../store/heat_bands";
import {
  bandsMarked,
  heatOrder,
  heatStale,
  mapAxis,
  outsideNow,
  setBandsMarked,
  setHeatOrder,
  shownHeat,
  wholeHeat,
} from "../store/heat_view";
import { chosenLayer, layers, shownLayers } from "../store/layers";
import { layout } from "../store/settings";
import { statName } from "../store/stat_names";
import { heatRange, setHeatRange, stat } from "../store/statistics";
import { stepAxis } from "../store/step_axis";
import { step } from "../store/timeline";
import { HeatRuns } from "./compare_heat_head";
import { Select } from "./controls";
import { Explain, type Here, useExplanations } from "./explain";
import { hereOfLayer } from "./explain_here";
import { HeatLegend, HeatOthers } from "./heat_legend";
import { SaveMenu } from "./save_menu";

const MAP = ["heat:ramp", "control:bands", "control:order", "heat:zero", "heat:missing", "heat:broken"] as const;

/** Of the chosen layer at the cursor. */
function here(key: string): Here | null {
  const layer = chosenLayer.value;
  return layer === null ? null : hereOfLayer(layer)(key);
}

export function HeatHead() {
  useExplanations();
  const name = statName(stat.value);
  return (
    <header class="heat-head">
      <div class="title">
        <h1>
          {name.name}
          <Explain
            of={[`stat:${stat.value}`, ...MAP]}
            label={`${name.name.toLowerCase()} and the colours`}
            here={here}
          />
        </h1>
        <p>
          {layersSaid()}
          {stepsSaid()}
          {heatStale.value ? <span role="status"> · reading {name.name.toLowerCase()}</span> : <CellSaid />}
        </p>
      </div>
      <HeatLegend />
      <div class="heat-tools">
        {heatRange.value && (
          <button type="button" class="button" title="All steps again (Esc)" onClick={() => setHeatRange(null)}>
            Whole run
          </button>
        )}
        <HeatRuns />
        <Select
          label="Order of the layers"
          hideLabel
          value={heatOrder.value}
          choices={[
            { value: "model", name: "Model order" },
            { value: "value", name: "Largest first" },
          ]}
          onChange={setHeatOrder}
        />
        <Bands />
        <HeatOthers />
        <SaveMenu of="heat" />
      </div>
    </header>
  );
}

function layersSaid(): string {
  const [shown, all] = [shownLayers.value.length, layers.value.length];
  if (all === 0) return "";
  return shown === all ? plural(all, "layer") : `${integer(shown)} of ${plural(all, "layer")}`;
}

function stepsSaid(): string {
  const axis = mapAxis.value;
  const whole = stepAxis.value;
  if (!axis || !whole) return "";
  const range = `steps ${integer(Math.ceil(axis[0]))}–${integer(Math.floor(axis[1]))}`;
  const part = heatRange.value ? ` of ${integer(whole[0])}–${integer(whole[1])}` : "";
  return ` · ${range}${part}`;
}

function CellSaid() {
  const of = shownHeat.value;
  if (!of) return null;
  const held = of.held ? ". What isn’t measured each time holds until it is measured again" : "";
  if (isExact(of)) return <span title={`Each snapshot has a cell of its own${held}`}> · each cell is a snapshot</span>;
  const steps = Math.round(((of.edges[of.columns] as number) - (of.edges[0] as number)) / of.columns);
  const told = `Mean of the snapshots in these steps, or the one that stands out of it: no spike is lost${held}`;
  return <span title={told}> · each cell is {plural(Math.max(1, steps), "step")}</span>;
}

/** The switch, and how many are outside at the cursor, in words. */
function Bands() {
  const band = heatBand.value;
  if (!band || !wholeHeat.value) return null;
  if (!isBand(band)) {
    return layout.value === "phone" ? null : <span class="heat-band quiet">{band.reason}</span>;
  }
  const now = outsideNow.value;
  const told = bandSaid(`stat:${band.stat}`);
  return (
    <>
      <label class="heat-band" title={told}>
        <input
          type="checkbox"
          checked={bandsMarked.value}
          onChange={(event) => setBandsMarked(event.currentTarget.checked)}
        />
        <i class="cell-swatch outside" aria-hidden="true" />
        <span>Outside the healthy band</span>
      </label>
      {now && now.measured > 0 && (
        <span class={now.outside > 0 ? "heat-count some" : "heat-count"} title={told} data-what="outside">
          {now.outside === 0 ? "none" : integer(now.outside)} of {plural(now.measured, "layer")}{" "}
          {now.outside > 1 ? "are" : "is"} outside at step {integer(step.value)}
        </span>
      )}
    </>
  );
}
