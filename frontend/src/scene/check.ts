/** Props that don't fit together would draw nonsense: say so where they come in. */

import type { SceneProps } from "./types";

/** @throws RangeError naming the array and the length it must have. */
export function checkProps(props: Readonly<SceneProps>): void {
  const { rows } = props;
  const lengths: readonly [keyof SceneProps, number, number][] = [
    ["from", props.from.length, rows * 3],
    ["to", props.to.length, rows * 3],
    ["colors", props.colors.length, rows * 3],
    ["sizes", props.sizes.length, rows],
    ["visible", props.visible.length, rows],
    ["labels", props.labels.length, rows],
    ["labelPriority", props.labelPriority.length, rows],
  ];
  for (const [name, length, needed] of lengths) {
    if (length !== needed) {
      throw new RangeError(
        `Scene: ${name} has length ${length}, but ${rows} rows need ${needed}: change both in one update().`,
      );
    }
  }
}

/** The keys of `changed` whose values are others than in `props`. */
export function differences(props: SceneProps, changed: Partial<SceneProps>): Set<keyof SceneProps> {
  const keys = Object.keys(changed) as (keyof SceneProps)[];
  return new Set(keys.filter((key) => changed[key] !== props[key]));
}
