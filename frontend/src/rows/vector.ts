/** One vector as it was recorded: its ends, the bars drawn of it, and the text it is copied as. Pure. */

export interface VectorEnds {
  readonly low: number;
  readonly high: number;
  /** Values that are not finite. */
  readonly broken: number;
}

export function vectorEnds(values: ArrayLike<number>): VectorEnds {
  let [low, high, broken] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0];
  for (let d = 0; d < values.length; d++) {
    const value = values[d] as number;
    if (!Number.isFinite(value)) broken++;
    else {
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
  }
  return low <= high ? { low, high, broken } : { low: Number.NaN, high: Number.NaN, broken };
}

/** The dimension under a place `x` of a strip `width` wide. */
export function dimensionAt(x: number, width: number, dimensions: number): number {
  return Math.max(0, Math.min(dimensions - 1, Math.floor((x / width) * dimensions)));
}

/** Lowest and highest finite value in each of `columns` columns, so that nothing is thinned away; NaN = none. */
export function columnsOf(values: ArrayLike<number>, columns: number): { low: Float32Array; high: Float32Array } {
  const low = new Float32Array(columns).fill(Number.NaN);
  const high = new Float32Array(columns).fill(Number.NaN);
  for (let d = 0; d < values.length; d++) {
    const value = values[d] as number;
    if (!Number.isFinite(value)) continue;
    const at = Math.min(columns - 1, Math.floor(((d + 0.5) / values.length) * columns));
    if (!((low[at] as number) <= value)) low[at] = value;
    if (!((high[at] as number) >= value)) high[at] = value;
  }
  return { low, high };
}

/** Euclidean distance; NaN where a value isn't finite. */
export function distance(one: ArrayLike<number>, other: ArrayLike<number>): number {
  let squares = 0;
  for (let d = 0; d < one.length; d++) squares += ((one[d] as number) - (other[d] as number)) ** 2;
  return one.length === other.length ? Math.sqrt(squares) : Number.NaN;
}

/** Whose vector it is. */
export interface VectorSource {
  readonly run: string;
  readonly embedding: string;
  readonly step: number;
  readonly id: number;
  readonly label: string | null;
}

/** A float32 in as few digits as give it back exactly. */
export function shortest(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  for (let digits = 1; digits < 9; digits++) {
    const text = String(Number(value.toPrecision(digits)));
    if (Math.fround(Number(text)) === value) return text;
  }
  return String(Number(value.toPrecision(9)));
}

/** JSON has no NaN: null stands for it. */
export function vectorJson(values: ArrayLike<number>, source: VectorSource): string {
  const numbers = Array.from(values, (value) => (Number.isFinite(value) ? shortest(value) : "null")).join(", ");
  return `${JSON.stringify(source).slice(0, -1)}, "values": [${numbers}]}`;
}

/** A line for each dimension, with a head line: what a spreadsheet takes. */
export function vectorTsv(values: ArrayLike<number>): string {
  return ["dimension\tvalue", ...Array.from(values, (value, d) => `${d}\t${shortest(value)}`), ""].join("\n");
}
