/** All that is fetched later; see `later`. */

import { bringExplanations } from "../store/explanations";
import { later } from "./later";

export const LayersPane = later("the layers view", async () => (await import("./layers_pane")).LayersPane);
export const HeatView = later("the heat map", async () => (await import("./heat_view")).HeatView);
export const LayerDetails = later(
  "what is known of the layer",
  async () => (await import("./layer_details")).LayerDetails,
);
export const FindingDetails = later("the finding", async () => (await import("./finding_details")).FindingDetails);
export const LargeChart = later("the chart", async () => (await import("./charts/large_chart")).LargeChart);
export const TrainingSummary = later(
  "the figures of the run",
  async () => (await import("./training_summary")).TrainingSummary,
);

export const Glossary = later("the glossary", async () => (await import("./glossary")).Glossary);
export const Guides = later("the tours", async () => (await import("./guide")).Guides);
export const SaveChoices = later("what can be saved", async () => (await import("./save_choices")).SaveChoices);
export const VideoMaker = later("what makes videos", async () => (await import("./video_maker")).VideoMaker);

/** What a person is likely to want next comes while nothing else is to be done. */
export async function bringRest(): Promise<void> {
  await bringExplanations();
  for (const part of [HeatView, LayerDetails, LayersPane, FindingDetails, LargeChart, TrainingSummary, SaveChoices])
    await part.bring();
}
