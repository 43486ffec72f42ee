import { describe, expect, test } from "vitest";
import { isProjection } from "../src/store/settings";
import { parseHash, withState } from "../src/url_state";

describe("reading the address", () => {
  test("our values are decoded", () => {
    expect(parseHash("#paramviz&p.paramviz.run=a%26b%2Fc&p.paramviz.step=860")).toEqual({ run: "a&b/c", step: "860" });
  });
  test("others' values and unknown keys are left out", () => {
    expect(parseHash("#paramviz&tagFilter=x&p.paramviz.evil=1&p.other.run=z")).toEqual({});
  });
  test("a value that can't be decoded doesn't spoil the rest", () => {
    expect(parseHash("#paramviz&p.paramviz.run=%E0%A4&p.paramviz.row=3")).toEqual({ row: "3" });
  });
  test("an empty address is an empty state", () => expect(parseHash("")).toEqual({}));
});

describe("writing the address", () => {
  test("what is written is read again", () => {
    const state = { run: "x y&z=1#ü", embedding: "transformer.wte", step: "7", row: "0", color: "norm" };
    expect(parseHash(withState("#paramviz", state) as string)).toEqual(state);
  });
  test("others' values stay, ours are replaced", () => {
    const hash = withState("#paramviz&tagFilter=x&p.paramviz.step=1&p.other.a=2", { step: "9" });
    expect(hash).toBe("#paramviz&tagFilter=x&p.other.a=2&p.paramviz.step=9");
  });
  test("another tab's address is not touched", () => expect(withState("#scalars&x=1", { step: "9" })).toBeNull());
});

test.each([
  ["joint", true],
  ["last", true],
  ["clusters", true],
  ["step:0", true],
  ["step:-1200", true],
  ["step:", false],
  ["step:1e3", false],
  ["step:9999999999999999", false],
  ["tsne", false],
  [undefined, false],
])("a link's projection %s is one: %s", (text, is) => expect(isProjection(text)).toBe(is));

test("a projection survives the trip through the address", () => {
  const hash = withState("#paramviz", { run: "a/b", projection: "step:350" });
  expect(parseHash(hash as string)).toEqual({ run: "a/b", projection: "step:350" });
});
