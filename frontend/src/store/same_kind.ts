/** The layers that do the same in other blocks. Pure. */

import type { Layer } from "../wire.gen";

/** The path with the number of its block taken out: "h.3.mlp.c_proj" and "h.0.mlp.c_proj" are of one kind, the experts of
 * a block are not. */
function kindPath(layer: Layer): string {
  const parts = layer.path.split(".");
  // The first such number is the block's; an expert may have the same.
  const at = parts.indexOf(String(layer.block));
  return parts.map((part, i) => (i === at ? "*" : part)).join(".");
}

/** Places of the layers of one kind, itself among them, by block; of a layer outside of blocks only itself. */
export function sameKind(layers: readonly Layer[], place: number): number[] {
  const one = layers[place];
  if (!one || one.block === null) return [place];
  const kind = kindPath(one);
  return [...layers.keys()]
    .filter((other) => {
      const layer = layers[other] as Layer;
      return layer.block !== null && layer.role === one.role && kindPath(layer) === kind;
    })
    .sort((a, b) => (layers[a]?.block ?? 0) - (layers[b]?.block ?? 0));
}

/** What comes before the first part that tells layers apart, "transformer.", left out. */
export function shortPath(layers: readonly Layer[], path: string): string {
  const parts = path.split(".");
  let common = 0;
  const first = (layers[0]?.path ?? "").split(".");
  while (
    common < parts.length - 1 &&
    layers.filter((layer) => layer.block !== null).every((layer) => layer.path.split(".")[common] === first[common]) &&
    parts[common] === first[common]
  )
    common++;
  return parts.slice(common).join(".");
}
