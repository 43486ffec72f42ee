/** How the curves of several runs are told apart: by colour, and where colours repeat by dashes. Pure. */

export interface Stroke {
  /** Place among the colours of runs. */
  readonly color: number;
  readonly dash: readonly number[];
}

const DASHES: readonly (readonly number[])[] = [[], [7, 3], [2, 3]];

/** ordinals: places of the runs in the list, A and B first. Each has its own colour while there are enough: the one it always has where that
 * is free. No two have the same stroke as long as there are no more than `colors` times three. */
export function strokesOf(ordinals: readonly number[], colors: number): Stroke[] {
  const found: (Stroke | undefined)[] = new Array(ordinals.length);
  const taken = DASHES.map(() => new Set<number>());
  let waiting = [...ordinals.keys()];
  for (const [round, dash] of DASHES.entries()) {
    const used = taken[round] as Set<number>;
    // First those whose own colour is free, then the rest by what is left.
    for (const own of [true, false]) {
      waiting = waiting.filter((i) => {
        const wish = (ordinals[i] as number) % colors;
        const color = own ? (used.has(wish) ? -1 : wish) : firstFree(used, colors);
        if (color < 0) return true;
        used.add(color);
        found[i] = { color, dash };
        return false;
      });
    }
  }
  return ordinals.map((ordinal, i) => found[i] ?? { color: ordinal % colors, dash: DASHES[2] as readonly number[] });
}

function firstFree(used: ReadonlySet<number>, colors: number): number {
  for (let color = 0; color < colors; color += 1) if (!used.has(color)) return color;
  return -1;
}
