/** The cards of a diagnosis that go to a layer: the one its sentence names, or that changed most. Pure. */

import { integer, number, plural, UNKNOWN } from "../format";
import { roleName } from "../store/role_words";
import type { Finding } from "../wire.gen";
import { totalAt } from "./depth";
import { type Facts, type Grid, indexAt, shortName } from "./facts";
import { type Card, PLACES, quoted } from "./tour";

/** These are seen in the weights; all others in the gradients. */
export const IN_WEIGHTS =
  /^(overfitting|norm_drift|rank_collapse|attention_collapse|embedding_collapse|anisotropy|initial_loss|non_finite)$/;

export function layerCards(
  facts: Facts,
  finding: Finding,
  grid: Grid,
  stat: "grad_norm" | "weight_norm",
): readonly Card[] {
  const columns = grid.steps.length;
  const during = indexAt(grid.steps, finding.last_step);
  const begins = indexAt(grid.steps, finding.first_step);
  if (during < 0) return [];
  const before = Math.max(0, begins - 1);
  const value = (layer: number, column: number) => grid.values[layer * columns + column] as number;
  const isBroken = (layer: number) => grid.broken?.[layer * columns + during] === 1;
  // A change from or to nothing isn't comparable and comes last.
  const change = (layer: number) => {
    const ratio = Math.abs(Math.log(value(layer, during) / value(layer, before)));
    return Number.isFinite(ratio) ? ratio : -1;
  };
  const most = (places: readonly number[]) => [...places].sort((one, other) => change(other) - change(one))[0];
  const has = (layer: number) => Number.isFinite(value(layer, during)) || isBroken(layer);
  const concerned = finding.layers
    .map((path) => facts.layers.findIndex((one) => one.path === path))
    .filter((layer) => layer >= 0 && has(layer));
  const said = (layer: number) => names(finding.sentence, facts.layers[layer]?.path ?? "");
  const layer = concerned.find(said) ?? most(concerned) ?? most(facts.layers.map((_, at) => at).filter(has));
  if (layer === undefined) return [];

  const { path = "", role = "other", block = null, parameters = 0 } = facts.layers[layer] ?? {};
  const name = shortName(facts, path);
  const at = (column: number) => `${grid.exact ? "step" : "about step"} ${integer(grid.steps[column])}`;
  const of = stat === "grad_norm" ? "The length of its gradient" : "The length of its weights";
  const now = isBroken(layer) ? "no finite number" : number(value(layer, during));
  const many = finding.layers.length;
  const which =
    concerned.length === 0
      ? `This is about the whole run, no layer is to blame for it. The one whose ${NAMES[stat]} changed most meanwhile is ${name}.`
      : many > 1
        ? `It names ${plural(many, "layer")}; ${said(layer) ? "the one its sentence tells of" : "the one that changed most"} is ${name}.`
        : `It names one layer: ${name}.`;
  const step = grid.steps[during] as number;
  const show = { stat, step, layer: path } as const;
  const heat: Card = {
    key: "layer",
    title: concerned.length === 0 ? "In no single layer" : "In which layer",
    text: [
      `${which} Its line is framed: compare it with its like.`,
      `${of} is ${number(value(layer, before))} at ${at(before)} and ${now} at ${at(during)}. Of all layers together ${stat === "grad_norm" ? "the gradient has" : "the weights have"} ${number(totalAt(grid, before))}, then ${number(totalAt(grid, during))}.`,
    ],
    at: PLACES.heat,
    show: { ...show, view: "heat" },
  };
  if (concerned.length === 0) return [heat];
  const place =
    block === null
      ? "It stands outside of the blocks."
      : `It stands in block ${block} (of ${allBlocks(facts)}): what is to its left feeds it, and gradients reach it from its right.`;
  const model: Card = {
    key: "model",
    title: "Where it stands in the model",
    text: [`${name}, framed, is ${quoted(roleName(role))}, with ${plural(parameters, "parameter")}. ${place}`],
    at: PLACES.layers,
    show: { ...show, view: "layers" },
  };
  return [heat, model];
}

const NAMES = { grad_norm: "gradient", weight_norm: "weights" } as const;

/** A name goes on after its point: "h.1.attn" is not named by "h.1.attn.c_proj". */
function names(sentence: string, path: string): boolean {
  const escaped = path.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  return path !== "" && new RegExp(`(?<![\\w.])${escaped}(?![\\w]|\\.\\w)`).test(sentence);
}

/** All that there are, by their numbers. */
const allBlocks = ({ layers }: Facts) => {
  const blocks = layers.flatMap(({ block }) => (block === null ? [] : [block]));
  return blocks.length > 0 ? `blocks ${integer(Math.min(...blocks))} to ${integer(Math.max(...blocks))}` : UNKNOWN;
};
