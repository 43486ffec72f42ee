/** Numbers of all rows at some steps of a run, from which those of any step are read off. Pure. */

/** All rows at one step, [R] each; NaN = not known. */
export interface RowNumbers {
  readonly step: number;
  readonly norms: Float32Array;
  readonly gradNorms: Float32Array;
  /** From the same row at the run's first step, in the full space. */
  readonly displacements: Float32Array;
}

export type NumberName = "norms" | "gradNorms" | "displacements";

/** `list` in order of step with `entry` in it. */
export function withNumbers(list: readonly RowNumbers[], entry: RowNumbers): RowNumbers[] {
  return [...list.filter((held) => held.step !== entry.step), entry].sort((one, other) => one.step - other.step);
}

/** Ordinals spread over a run, at most 2 `most` of them. They stay the same while the run grows, but for new ones. */
export function spread(total: number, most: number): number[] {
  const stride = 2 ** Math.ceil(Math.log2(Math.max(1, total / most)));
  return Array.from({ length: Math.ceil(total / stride) }, (_, i) => i * stride);
}

/** Values at `step`: exact where they are held, on a straight line between, those of the nearest step beyond the ends. */
export function numbersAt(list: readonly RowNumbers[], which: NumberName, step: number): Float32Array | null {
  const after = list.find((held) => held.step >= step) ?? list.at(-1);
  if (!after) return null;
  const before = list[list.indexOf(after) - 1];
  if (!before || after.step <= step) return after[which];
  const share = (step - before.step) / (after.step - before.step);
  const [low, high] = [before[which], after[which]];
  return low.map((value, row) => value + ((high[row] as number) - value) * share);
}

/** The rows of several embeddings at one step one after another; null stands for a part that has nothing there. */
export function joined(
  step: number,
  parts: readonly { rows: number; numbers: Omit<RowNumbers, "step"> | null }[],
): RowNumbers {
  const join = (which: NumberName) => {
    const all = new Float32Array(parts.reduce((sum, part) => sum + part.rows, 0)).fill(Number.NaN);
    let at = 0;
    for (const { rows, numbers } of parts) {
      if (numbers) all.set(numbers[which].subarray(0, rows), at);
      at += rows;
    }
    return all;
  };
  return { step, norms: join("norms"), gradNorms: join("gradNorms"), displacements: join("displacements") };
}
