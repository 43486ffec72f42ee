// biome-ignore-all lint/style/noNonNullAssertion: typed arrays, indexed inside their length
/** Back-to-front order of the rows, by a counting sort that allocates nothing. */

const BUCKETS = 4096;

export class DepthOrder {
  /** Rows, farthest first; the first `count` are drawn. [R] */
  readonly rows: Uint32Array;
  count = 0;
  readonly #starts = new Uint32Array(BUCKETS + 1);

  constructor(rows: number) {
    this.rows = new Uint32Array(rows);
  }

  /** Sorts rows of finite depth, or those of them among `only` from `start` to `end`; depths closer than 1/4096 of the range keep the
   *  rows' order. O(R). */
  update(depth: Float32Array, only?: Uint32Array, start = 0, end = depth.length): void {
    let [near, far] = [Infinity, -Infinity];
    for (let k = start; k < end; k += 1) {
      const d = depth[only === undefined ? k : only[k]!]!;
      if (d === Infinity) continue;
      if (d < near) near = d;
      if (d > far) far = d;
    }
    const starts = this.#starts.fill(0);
    const scale = far > near ? (BUCKETS - 1) / (far - near) : 0;
    this.count = 0;
    for (let k = start; k < end; k += 1) {
      const row = only === undefined ? k : only[k]!;
      if (depth[row] === Infinity) continue;
      starts[(((far - depth[row]!) * scale) | 0) + 1]! += 1;
      this.count += 1;
    }
    for (let b = 0; b < BUCKETS; b += 1) starts[b + 1]! += starts[b]!;
    for (let k = start; k < end; k += 1) {
      const row = only === undefined ? k : only[k]!;
      if (depth[row] === Infinity) continue;
      const bucket = ((far - depth[row]!) * scale) | 0;
      this.rows[starts[bucket]!] = row;
      starts[bucket]! += 1;
    }
  }
}
