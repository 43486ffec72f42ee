/** What the inspector tells of one layer: numbers at the cursor, their course, its like in other blocks, what it is for. */

import { layers } from "../store/layers";
import { CellSizes } from "./cell_sizes";
import { LayerFindings } from "./findings";
import { LayerCharts } from "./layer_charts";
import { LayerHead } from "./layer_head";
import { LayerWords } from "./layer_meaning";
import { AllStatistics, LayerNumbers } from "./layer_numbers";
import { ProbeDetails } from "./probe_details";
import { SameKindBars } from "./same_kind_bars";

/** layer: its place in the model record. */
export function LayerDetails({ layer }: { layer: number }) {
  const one = layers.value[layer];
  if (!one) return null;
  return (
    <>
      <LayerHead layer={layer} />
      <LayerNumbers layer={layer} />
      <LayerFindings place={layer} />
      <LayerCharts layer={layer} />
      <SameKindBars layer={layer} />
      <ProbeDetails layer={layer} />
      <CellSizes layer={layer} />
      <LayerWords layer={layer} />
      <AllStatistics layer={layer} />
    </>
  );
}
