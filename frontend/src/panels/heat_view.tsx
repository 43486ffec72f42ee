/** The heat map: a statistic of every layer over the whole run, in one picture. */

import { useEffect } from "preact/hooks";
import { heatShown } from "../store/compare_heat";
import { followBands } from "../store/heat_bands";
import { followHeatScale } from "../store/heat_scale";
import { lacking, wholeHeat } from "../store/heat_view";
import { shownLayers } from "../store/layers";
import { CompareHeat } from "./compare_heat";
import { HeatHead } from "./heat_head";
import { HeatMap } from "./heat_map";
import { HeatNote } from "./heat_note";
import { HeatWords } from "./heat_words";

export function HeatView() {
  useEffect(followBands, []);
  useEffect(followHeatScale, []);
  if (heatShown.value !== "a") return <CompareHeat />;
  const drawable = wholeHeat.value !== null && !lacking.value && shownLayers.value.length > 0;
  return (
    <div class="heat">
      <HeatHead />
      {drawable ? <HeatMap /> : <HeatNote />}
      <HeatWords />
    </div>
  );
}
