/** All that is fetched later; see `later`. */

import { later } from "./later";

export const LayersPane = later("the layers view", async () => (await import("./layers_pane")).LayersPane);
export const HeatView = later("the heat map", async () => (await import("./heat_view")).HeatView);
export const LayerDetails = later(
  "what is known of the layer",
  async () => (await import("./layer_details")).LayerDetails,
);
export const LargeChart = later("the chart", async () => (await import("./charts/large_chart")).LargeChart);
export const TrainingSummary = later(
  "the figures of the run",
  async () => (await import("./training_summary")).TrainingSummary,
);

/** What a person is likely to want next comes while nothing else is to be done. */
export async function bringRest(): Promise<void> {
  for (const part of [HeatView, LayerDetails, LayersPane, LargeChart, TrainingSummary]) await part.bring();
}
