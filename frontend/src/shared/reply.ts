/** Answers made here, in the shape of the server's. */

import { assert } from "../assert";
import type { NumberArray, Reply } from "../pvz1";

export function replyOf<Header>(header: unknown, arrays: Readonly<Record<string, NumberArray>>): Reply<Header> {
  const array = (name: string): NumberArray => {
    const found = arrays[name];
    assert(found, `The reply has no array ${name}.`);
    return found;
  };
  const of = <T extends NumberArray>(name: string, kind: new (...rest: never[]) => T): T => {
    const found = array(name);
    assert(found instanceof kind, `The array ${name} is not of the kind asked for.`);
    return found;
  };
  return {
    header: header as Header,
    floats: (name) => of(name, Float32Array),
    ints: (name) => of(name, Int32Array),
    bytes: (name) => of(name, Uint8Array),
    numbers: (name) => Float64Array.from(array(name) as ArrayLike<number | bigint>, Number),
  };
}

/** The first place in rising `steps` whose step is not below `step`. */
export function placeOf(steps: Float64Array, step: number): number {
  let [low, high] = [0, steps.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((steps[middle] as number) < step) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The places of first <= step <= last, each end null = open. */
export function rangeOf(steps: Float64Array, first: number | null, last: number | null): readonly [number, number] {
  const begin = first === null ? 0 : placeOf(steps, first);
  return [begin, Math.max(begin, last === null ? steps.length : placeOf(steps, last + 1))];
}
