/** Rows in the order of a value, for the table. Pure. */

export interface Sorted {
  readonly rows: readonly number[];
  /** Of how many. */
  readonly all: number;
}

/** The first `most` visible rows by `value`; those without a value come last, equal ones keep their order.
 *  O(R log R). */
export function sortedRows(
  visible: ArrayLike<number>,
  value: (row: number) => number | string,
  descending: boolean,
  most: number,
): Sorted {
  const rows: number[] = [];
  for (let row = 0; row < visible.length; row++) if (visible[row] === 1) rows.push(row);
  const values = new Map(rows.map((row) => [row, value(row)]));
  const sign = descending ? -1 : 1;
  rows.sort((one, other) => {
    const [a, b] = [values.get(one) as number | string, values.get(other) as number | string];
    const [unknownA, unknownB] = [Number.isNaN(a), Number.isNaN(b)];
    if (unknownA || unknownB) return Number(unknownA) - Number(unknownB);
    return a < b ? -sign : a > b ? sign : 0;
  });
  return { rows: rows.slice(0, most), all: rows.length };
}
