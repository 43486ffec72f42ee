/** The model on screen, put in words: for pictures of it. Derived only, nothing is written here. */

import { wholeRamp } from "../colors/color";
import { brief, compact, integer, plural } from "../format";
import type { LegendPart } from "../takeaway/caption";
import { hex } from "../takeaway/svg_text";
import { cellsSaid, flowScale, painted, paintScale } from "./layer_paint";
import { layers, shownLayers } from "./layers";
import { facesApproximate } from "./load_thumbs";
import { drawn } from "./model_view";
import { palette } from "./settings";
import { statName, statTick } from "./stat_names";
import { stat } from "./statistics";

const STOPS = 16;

/** Evenly spread colours of a whole scale. */
export function wholeColors(): string[] {
  const ramp = wholeRamp(palette.peek());
  return Array.from({ length: STOPS }, (_, i) => {
    const at = Math.round((i / (STOPS - 1)) * 255) * 3;
    return hex([ramp[at] as number, ramp[at + 1] as number, ramp[at + 2] as number]);
  });
}

/** What is drawn, and what isn't. */
export function layersSaid(): string[] {
  const all = layers.peek();
  const { hidden, plates, recognized, slabs } = drawn.peek();
  const weights = all.reduce((sum, { parameters }) => sum + parameters, 0);
  const cut = slabs.filter((slab) => slab.cut).length;
  const folded = plates.filter((plate) => plate.folded).reduce((sum, plate) => sum + plate.last - plate.first + 1, 0);
  return [
    `${integer(shownLayers.peek().length)} of ${plural(all.length, "layer")}`,
    `${weights < 1e7 ? integer(weights) : compact(weights)} weights`,
    cut === 0 ? "drawn to scale" : `drawn to scale, ${integer(cut)} cut`,
    ...(folded > 0 ? [`${plural(folded, "block")} folded`] : []),
    ...(folded === 0 && hidden.length > 0 ? [`${plural(hidden.length, "layer")} not drawn`] : []),
    ...(recognized ? [] : ["no transformer blocks recognized"]),
    ...(facesApproximate.peek() && painted.peek() === "weights" ? ["pictures beside this step not read yet"] : []),
  ];
}

export const layersTitle = (): string =>
  painted.peek() === "weights" ? "Weights of each layer" : `${statName(stat.peek()).name} of each layer`;

export function layersLegend(): LegendPart[] {
  const scale = paintScale.peek();
  const byWeights = painted.peek() === "weights";
  const name = byWeights ? cellsSaid.peek() : statName(stat.peek()).name;
  const said = (value: number) => (byWeights ? brief(value) : statTick(stat.peek(), value));
  const parts: LegendPart[] = scale
    ? [{ kind: "scale", name, low: said(scale.low), high: said(scale.high), colors: wholeColors(), log: scale.log }]
    : [{ kind: "note", name: `${name}: not recorded` }];
  const flow = flowScale.peek();
  if (drawn.peek().recognized)
    parts.push({
      kind: "note",
      name: flow
        ? `Residual stream: the wider, the larger the block’s gradient, ${brief(flow.low)} to ${brief(flow.high)}`
        : "Residual stream: no gradients were recorded",
    });
  return parts;
}
