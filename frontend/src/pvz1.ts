/** Binary replies (docs/http_api.md): magic, header length, JSON header, padding, arrays at multiples of eight. */

import { assert } from "./assert";
import type { ArrayInfo } from "./wire.gen";

export type NumberArray = Float32Array | Float64Array | Int32Array | BigInt64Array | Uint8Array;

export interface Reply<Header> {
  readonly header: Header;
  /** Throws when the reply has no such array. */
  floats(name: string): Float32Array;
  ints(name: string): Int32Array;
  bytes(name: string): Uint8Array;
  /** Any number array as doubles: steps (int64, exact to 2^53), wall times, values. */
  numbers(name: string): Float64Array;
}

const MAGIC = 0x315a5650; // "PVZ1", read little-endian

const VIEWS: Record<string, { bytes: number; view(data: ArrayBuffer, offset: number, length: number): NumberArray }> = {
  "<f4": { bytes: 4, view: (data, offset, length) => new Float32Array(data, offset, length) },
  "<f8": { bytes: 8, view: (data, offset, length) => new Float64Array(data, offset, length) },
  "<i4": { bytes: 4, view: (data, offset, length) => new Int32Array(data, offset, length) },
  "<i8": { bytes: 8, view: (data, offset, length) => new BigInt64Array(data, offset, length) },
  "|u1": { bytes: 1, view: (data, offset, length) => new Uint8Array(data, offset, length) },
};

export function decode<Header extends { arrays: ArrayInfo[] }>(data: ArrayBuffer): Reply<Header> {
  assert(data.byteLength >= 8, `The reply is cut: ${data.byteLength} bytes instead of at least 8.`);
  const view = new DataView(data);
  assert(view.getUint32(0, true) === MAGIC, "The reply is not a PVZ1 reply: does the tab fit the server's version?");
  const headerBytes = view.getUint32(4, true);
  assert(8 + headerBytes <= data.byteLength, `The reply is cut: its header has ${headerBytes} bytes.`);
  const header = parseHeader<Header>(new Uint8Array(data, 8, headerBytes));
  const start = Math.ceil((8 + headerBytes) / 8) * 8;
  const arrays = new Map(header.arrays.map((info) => [info.name, arrayOf(info, data, start)]));

  function array(name: string): NumberArray {
    const found = arrays.get(name);
    assert(found, `The reply has no array ${name}.`);
    return found;
  }
  return {
    header,
    floats(name) {
      const found = array(name);
      assert(found instanceof Float32Array, `The array ${name} is not float32.`);
      return found;
    },
    ints(name) {
      const found = array(name);
      assert(found instanceof Int32Array, `The array ${name} is not int32.`);
      return found;
    },
    bytes(name) {
      const found = array(name);
      assert(found instanceof Uint8Array, `The array ${name} is not uint8.`);
      return found;
    },
    numbers: (name) => Float64Array.from(array(name) as ArrayLike<number | bigint>, Number),
  };
}

function parseHeader<Header extends { arrays: ArrayInfo[] }>(bytes: Uint8Array): Header {
  let header: Header;
  try {
    header = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    throw new Error("The reply's header is not JSON.");
  }
  assert(Array.isArray(header?.arrays), "The reply's header lists no arrays.");
  return header;
}

function arrayOf(info: ArrayInfo, data: ArrayBuffer, start: number): NumberArray {
  const kind = VIEWS[info.dtype];
  assert(kind, `The array ${info.name} has the unknown type ${info.dtype}.`);
  assert(
    Number.isInteger(info.offset) && info.offset >= 0 && info.offset % 8 === 0,
    `The array ${info.name} is not aligned.`,
  );
  const length = info.shape.reduce((product, extent) => product * extent, 1);
  const offset = start + info.offset;
  assert(
    Number.isInteger(length) && length >= 0 && (length === 0 || offset + length * kind.bytes <= data.byteLength),
    `The reply is cut: the array ${info.name} ends outside it.`,
  );
  return kind.view(data, length === 0 ? 0 : offset, length);
}
