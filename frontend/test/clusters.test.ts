import { describe, expect, test } from "vitest";
import { type Clusters, clusterNames, joinedClusters, keptNumbers } from "../src/rows/clusters";

const clusters = (...of: number[]): Clusters => {
  const sizes: number[] = [];
  for (const one of of) if (one >= 0) sizes[one] = (sizes[one] ?? 0) + 1;
  return { of: Int32Array.from(of), sizes: Array.from(sizes, (size) => size ?? 0) };
};

describe("the name of a cluster", () => {
  const display = ["a", "b", "e", "i", "5", "Z"];
  test("is made of the labels seen most, with dots where there are more", () => {
    const names = clusterNames(clusters(0, 1, 0, 0, 0, -1), display, [5, 1, 9, 7, 2, 100]);
    expect(names).toEqual(["e i a …", "b"]);
  });
  test("is made of the earlier rows where nothing was counted, or not of these", () => {
    expect(clusterNames(clusters(0, 1, 0, 0, 0, -1), display, null)).toEqual(["a e i …", "b"]);
    expect(clusterNames(clusters(0, 0, 0), display, [Number.NaN, 0, 3])).toEqual(["e b a"]);
  });
});

test("clusters of a second embedding are numbered after those of the first", () => {
  const found = joinedClusters([
    { rows: 3, clusters: clusters(1, 0, 0) },
    { rows: 2, clusters: null },
    { rows: 2, clusters: clusters(0, -1) },
  ]);
  expect([...found.of]).toEqual([1, 0, 0, -1, -1, 2, -1]);
  expect(found.sizes).toEqual([2, 1, 1]);
});

describe("clusters that are found anew", () => {
  test("keep the numbers of those whose rows they have", () => {
    const before = clusters(0, 0, 0, 1, 1, 2);
    const found = clusters(1, 1, 2, 0, 0, 0);
    // 0 has become 1, and 1 with the last row is the largest now.
    const kept = keptNumbers(before, found);
    expect([...kept.of]).toEqual([0, 0, 2, 1, 1, 1]);
    expect(kept.sizes).toEqual([2, 3, 1]);
  });

  test("still are all there, under different numbers, when there are more or fewer", () => {
    for (const [before, found] of [
      [clusters(0, 0, 0, 0), clusters(2, 1, 0, 0)],
      [clusters(2, 1, 0, 0), clusters(0, 0, 0, 0)],
      [clusters(-1, -1, 0, 0), clusters(0, 1, 2, -1)],
    ] as const) {
      const kept = keptNumbers(before, found);
      const groups = (of: Int32Array) =>
        new Set([...new Set(of)].map((one) => [...of.keys()].filter((row) => of[row] === one).join()));
      expect(groups(kept.of)).toEqual(groups(found.of));
      expect([...kept.sizes].sort()).toEqual([...found.sizes].sort());
      expect(kept.sizes.map((_, one) => kept.of.filter((other) => other === one).length)).toEqual(kept.sizes);
    }
  });
});
