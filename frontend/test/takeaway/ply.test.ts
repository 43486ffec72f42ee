import { describe, expect, it } from "vitest";
import { plyOf } from "../../src/takeaway/ply";
import { someTable } from "./tables";

const READERS: Record<string, [number, (data: DataView, at: number) => number]> = {
  float: [4, (data, at) => data.getFloat32(at, true)],
  double: [8, (data, at) => data.getFloat64(at, true)],
  int: [4, (data, at) => data.getInt32(at, true)],
  uchar: [1, (data, at) => data.getUint8(at)],
};

/** Written from the format's description, not from what writes it. */
function read(file: ArrayBuffer) {
  const text = new TextDecoder("latin1").decode(file);
  const end = text.indexOf("end_header\n") + "end_header\n".length;
  const lines = text.slice(0, end).trimEnd().split("\n");
  const properties = lines.filter((line) => line.startsWith("property ")).map((line) => line.split(" ").slice(1));
  const count = Number(lines.find((line) => line.startsWith("element vertex "))?.split(" ")[2]);
  const data = new DataView(file, end);
  let at = 0;
  const vertices = Array.from({ length: count }, () => {
    const vertex: Record<string, number> = {};
    for (const [kind, name] of properties as [string, string][]) {
      const [size, get] = READERS[kind] as (typeof READERS)[string];
      vertex[name] = get(data, at);
      at += size;
    }
    return vertex;
  });
  return { lines, vertices, left: data.byteLength - at };
}

describe("the point cloud", () => {
  const table = someTable();
  const { lines, vertices, left } = read(plyOf(table));

  it("says what it is of, in ASCII", () => {
    expect(lines.slice(0, 2)).toEqual(["ply", "format binary_little_endian 1.0"]);
    expect(lines).toContain("comment run runs/n\\u00e9");
    expect(lines).toContain("comment step 12.5");
    expect(lines.filter((line) => line.startsWith("comment embedding"))).toEqual(["comment embedding transformer.wte"]);
    expect(left).toBe(0);
  });

  it("has each drawn row where it is drawn, in its colour, with its id", () => {
    expect(vertices.length).toBe(table.rows.length);
    for (const [i, row] of table.rows.entries()) {
      const vertex = vertices[i] as Record<string, number>;
      expect([vertex.x, vertex.y, vertex.z]).toEqual([...table.positions.slice(row * 3, row * 3 + 3)]);
      expect([vertex.red, vertex.green, vertex.blue]).toEqual([...table.colors.slice(row * 3, row * 3 + 3)]);
      expect(vertex.id).toBe(row * 10);
    }
  });

  it("has the numbers that are known, with room for large counts", () => {
    expect(Object.keys(vertices[0] ?? {})).toEqual("x y z red green blue id norm count cluster".split(" "));
    expect(vertices[0]?.norm).toBe(Math.fround(1 / 3));
    expect(vertices[1]?.norm).toBeNaN();
    expect(vertices[1]?.count).toBe(1e10);
    const small = read(
      plyOf(someTable({ columns: [{ name: "count", values: [3, Number.NaN, 5, 6, 7, 8, 9, 1], whole: true }] })),
    );
    expect(small.vertices.slice(0, 3).map(({ count }) => count)).toEqual([3, -1, 5]);
  });
});
