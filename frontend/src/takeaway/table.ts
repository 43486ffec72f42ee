/** The rows that are shown, with all that is known of them: what the point cloud and the table are written from. Pure. */

/** One number for each row, NaN = not known, with the name of its column. */
export interface Column {
  readonly name: string;
  readonly values: ArrayLike<number>;
  readonly whole: boolean;
}

/** Rows that are drawn, by their place in the cloud; everything else is indexed by that place. */
export interface Table {
  readonly run: string;
  /** As drawn: between two snapshots no whole number. */
  readonly step: number;
  /** The snapshot that the numbers are of. */
  readonly numbersStep: number;
  readonly rows: readonly number[];
  /** [R] each. */
  readonly embeddings: readonly string[];
  readonly ids: readonly number[];
  /** As recorded; null = the row has no name. */
  readonly labels: readonly (string | null)[];
  readonly classes: readonly (string | null)[];
  readonly groups: readonly (readonly string[])[];
  /** Data units, [R * 3]. */
  readonly positions: Float32Array;
  /** sRGB 0–255, [R * 3]. */
  readonly colors: Uint8Array;
  readonly columns: readonly Column[];
}

/** Rows that are visible and stand somewhere. */
export function drawnRows(visible: Uint8Array, positions: Float32Array): number[] {
  const rows: number[] = [];
  for (let row = 0; row < visible.length; row++) {
    const sum = [0, 1, 2].reduce((total, k) => total + (positions[row * 3 + k] as number), 0);
    if (visible[row] === 1 && Number.isFinite(sum)) rows.push(row);
  }
  return rows;
}

/** Only columns in which something is known of a row that is shown. */
export function knownColumns({ columns, rows }: Table): Column[] {
  return columns.filter(({ values }) => rows.some((row) => Number.isFinite(values[row])));
}
