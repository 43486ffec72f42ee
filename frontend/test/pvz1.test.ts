import { describe, expect, test } from "vitest";
import { decode } from "../src/pvz1";
import type { PositionsHeader } from "../src/wire.gen";

interface Entry {
  name: string;
  dtype: string;
  shape: number[];
  data: ArrayBufferView;
}

/** A reply as docs/http_api.md writes it. */
function reply(header: object, entries: Entry[]): ArrayBuffer {
  let end = 0;
  const arrays = entries.map(({ name, dtype, shape, data }) => {
    const info = { name, dtype, shape, offset: end };
    end += Math.ceil(data.byteLength / 8) * 8;
    return info;
  });
  const text = new TextEncoder().encode(JSON.stringify({ ...header, arrays }));
  const start = Math.ceil((8 + text.length) / 8) * 8;
  const bytes = new Uint8Array(start + end);
  bytes.set(new TextEncoder().encode("PVZ1"));
  new DataView(bytes.buffer).setUint32(4, text.length, true);
  bytes.set(text, 8);
  entries.forEach(({ data }, i) => {
    const at = start + (arrays[i] as { offset: number }).offset;
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at);
  });
  return bytes.buffer;
}

const good = () =>
  reply({ run: "a", total: 2 }, [
    { name: "steps", dtype: "<i8", shape: [2], data: BigInt64Array.from([0n, 20n]) },
    { name: "wall_times", dtype: "<f8", shape: [2], data: Float64Array.from([1.5, 2.5]) },
    { name: "positions", dtype: "<f4", shape: [2, 1, 3], data: Float32Array.from([1, 2, 3, Number.NaN, 5, 6]) },
    { name: "ranks", dtype: "<i4", shape: [1], data: Int32Array.from([-1]) },
    { name: "marks", dtype: "|u1", shape: [3], data: Uint8Array.from([1, 2, 255]) },
  ]);

describe("a binary reply", () => {
  test("gives its header and its arrays", () => {
    const decoded = decode<PositionsHeader>(good());
    expect(decoded.header.run).toBe("a");
    expect([...decoded.numbers("steps")]).toEqual([0, 20]);
    expect([...decoded.numbers("wall_times")]).toEqual([1.5, 2.5]);
    expect([...decoded.floats("positions")]).toEqual([1, 2, 3, Number.NaN, 5, 6]);
    expect([...decoded.ints("ranks")]).toEqual([-1]);
    expect([...decoded.numbers("marks")]).toEqual([1, 2, 255]);
  });

  test("may hold empty arrays", () => {
    const empty = reply({}, [{ name: "positions", dtype: "<f4", shape: [0, 65, 3], data: new Float32Array(0) }]);
    expect(decode<PositionsHeader>(empty).floats("positions")).toHaveLength(0);
  });

  test("is read the same whatever the length of its header", () => {
    for (let length = 0; length < 9; length++) {
      const data = Float32Array.from([7, 8]);
      const padded = reply({ run: "x".repeat(length) }, [{ name: "p", dtype: "<f4", shape: [2], data }]);
      expect([...decode<PositionsHeader>(padded).floats("p")]).toEqual([7, 8]);
    }
  });

  test("says which array is missing or of another type", () => {
    const decoded = decode<PositionsHeader>(good());
    expect(() => decoded.floats("norms")).toThrow("no array norms");
    expect(() => decoded.floats("ranks")).toThrow("ranks is not float32");
    expect(() => decoded.ints("positions")).toThrow("positions is not int32");
  });
});

describe("a reply that is not whole is refused:", () => {
  const cut = (data: ArrayBuffer, bytes: number) => data.slice(0, bytes);
  const bad = (info: object) => {
    const text = new TextEncoder().encode(
      JSON.stringify({ arrays: [{ name: "p", dtype: "<f4", shape: [2], offset: 0, ...info }] }),
    );
    const bytes = new Uint8Array(Math.ceil((8 + text.length) / 8) * 8 + 8);
    bytes.set(new TextEncoder().encode("PVZ1"));
    new DataView(bytes.buffer).setUint32(4, text.length, true);
    bytes.set(text, 8);
    return bytes.buffer;
  };
  test("nothing at all", () => expect(() => decode(new ArrayBuffer(0))).toThrow("cut: 0 bytes"));
  test("another magic", () => expect(() => decode(new TextEncoder().encode("PVZ9....").buffer)).toThrow("not a PVZ1"));
  test("a header that ends outside", () => expect(() => decode(cut(good(), 40))).toThrow("its header has"));
  test("an array that ends outside", () =>
    expect(() => decode(cut(good(), good().byteLength - 8))).toThrow("marks ends outside"));
  test("an unknown type", () => expect(() => decode(bad({ dtype: ">f4" }))).toThrow("unknown type >f4"));
  test("an array off its boundary", () => expect(() => decode(bad({ offset: 4 }))).toThrow("not aligned"));
  test("a negative offset", () => expect(() => decode(bad({ offset: -8 }))).toThrow("not aligned"));
  test("a shape that is larger than the data", () =>
    expect(() => decode(bad({ shape: [1e9, 9] }))).toThrow("ends outside"));
  test("a header without arrays", () => {
    const bytes = new Uint8Array(16);
    bytes.set(new TextEncoder().encode("PVZ1\u0002\0\0\0{}"));
    expect(() => decode(bytes.buffer)).toThrow("lists no arrays");
  });
  test("a header that is not JSON", () => {
    const bytes = new Uint8Array(16);
    bytes.set(new TextEncoder().encode("PVZ1\u0002\0\0\0{]"));
    expect(() => decode(bytes.buffer)).toThrow("not JSON");
  });
});
