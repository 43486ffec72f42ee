/** The last snapshot by kind of layer. Pure. */

import { median } from "./series";

export interface KindSummary {
  readonly name: string;
  readonly layers: number;
  readonly parameters: number;
  /** Medians over its layers, NaN = not measured, in the order of the statistics asked for. */
  readonly medians: readonly number[];
}

interface LayerOf {
  readonly kind: string;
  readonly parameters: number;
}

/** values: [L, S] of one snapshot. wanted: names among stats; one that isn't there is not measured. */
export function kindTable(
  layers: readonly LayerOf[],
  names: readonly (readonly [kind: string, name: string])[],
  stats: readonly string[],
  values: ArrayLike<number>,
  wanted: readonly string[],
): KindSummary[] {
  return names.flatMap(([kind, name]) => {
    const places = [...layers.keys()].filter((place) => layers[place]?.kind === kind);
    if (places.length === 0) return [];
    const medians = wanted.map((stat) => {
      const at = stats.indexOf(stat);
      return at < 0 ? Number.NaN : median(places.map((place) => values[place * stats.length + at] as number));
    });
    const parameters = places.reduce((sum, place) => sum + (layers[place]?.parameters ?? 0), 0);
    return { name, layers: places.length, parameters, medians };
  });
}
