/** Clusters of rows, as the server found them: names, and numbers that stay when they are found anew. Pure. */

export interface Clusters {
  /** Cluster per row, largest first within an embedding; -1 = the row is not finite. */
  readonly of: Int32Array;
  readonly sizes: readonly number[];
}

/** Two embeddings in one picture: the second's clusters are numbered after the first's. null = not known yet. */
export function joinedClusters(parts: readonly { rows: number; clusters: Clusters | null }[]): Clusters {
  const of = new Int32Array(parts.reduce((sum, part) => sum + part.rows, 0)).fill(-1);
  const sizes: number[] = [];
  let at = 0;
  for (const { rows, clusters } of parts) {
    const first = sizes.length;
    for (let i = 0; i < rows; i++) {
      const index = clusters?.of[i] ?? -1;
      if (index >= 0) of[at + i] = first + index;
    }
    sizes.push(...(clusters?.sizes ?? []));
    at += rows;
  }
  return { of, sizes };
}

/** `found` with the numbers of `before`, as far as their rows are the same: colours stay while a run grows. Pairs
 * that share the most rows are matched first. */
export function keptNumbers(before: Clusters, found: Clusters): Clusters {
  const count = Math.max(before.sizes.length, found.sizes.length);
  const shared = new Map<number, number>();
  for (let row = 0; row < found.of.length; row++) {
    const [old, now] = [before.of[row] ?? -1, found.of[row] as number];
    if (old >= 0 && now >= 0) shared.set(old * count + now, (shared.get(old * count + now) ?? 0) + 1);
  }
  const numberOf = new Map<number, number>();
  const taken = new Set<number>();
  for (const [pair] of [...shared].sort((one, other) => other[1] - one[1] || one[0] - other[0])) {
    const [old, now] = [Math.floor(pair / count), pair % count];
    if (numberOf.has(now) || taken.has(old) || old >= found.sizes.length) continue;
    numberOf.set(now, old);
    taken.add(old);
  }
  const free = found.sizes.map((_, i) => i).filter((i) => !taken.has(i));
  for (let now = 0; now < found.sizes.length; now++) {
    if (!numberOf.has(now)) numberOf.set(now, free.shift() as number);
  }
  const sizes = new Array<number>(found.sizes.length).fill(0);
  for (const [now, number] of numberOf) sizes[number] = found.sizes[now] as number;
  return { of: found.of.map((now) => (now < 0 ? -1 : (numberOf.get(now) as number))), sizes };
}

const NAMED_BY = 3;

/** A name for each cluster, of the labels seen most: "a e i …", with spaces as no label has any. Without counts the earlier rows speak for it. */
export function clusterNames(
  clusters: Clusters,
  display: readonly string[],
  counts: ArrayLike<number> | null,
): string[] {
  const members: number[][] = clusters.sizes.map(() => []);
  for (let row = 0; row < clusters.of.length; row++) members[clusters.of[row] as number]?.push(row);
  const count = (row: number) => counts?.[row] ?? Number.NaN;
  return members.map((rows) => {
    const typical = [...rows].sort((one, other) => known(count(other)) - known(count(one)) || one - other);
    const shown = typical.slice(0, NAMED_BY).map((row) => display[row] ?? String(row));
    return `${shown.join(" ")}${rows.length > NAMED_BY ? " …" : ""}`;
  });
}

const known = (count: number) => (Number.isNaN(count) ? -1 : count);
