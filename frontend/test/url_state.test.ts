import { describe, expect, test } from "vitest";
import { isProjection } from "../src/store/settings";
import { parseHash, withState } from "../src/url_state";
import { generator as random } from "./scene/random";

const read = (hash: string) => Object.fromEntries(parseHash(hash));
const written = (hash: string, state: Record<string, string>) => withState(hash, new Map(Object.entries(state)));

describe("reading the address", () => {
  test("our values are decoded", () => {
    expect(read("#paramviz&p.paramviz.run=a%26b%2Fc&p.paramviz.step=860")).toEqual({ run: "a&b/c", step: "860" });
  });
  test("others' values are left out", () => {
    expect(read("#paramviz&tagFilter=x&p.other.run=z&p.paramviz&xp.paramviz.run=1")).toEqual({});
  });
  test("a value that can't be decoded doesn't spoil the rest", () => {
    expect(read("#paramviz&p.paramviz.run=%E0%A4&p.paramviz.row=3")).toEqual({ row: "3" });
  });
  test("an empty address is an empty state", () => expect(parseHash("").size).toBe(0));
});

describe("writing the address", () => {
  test("what is written is read again", () => {
    const state = { run: "x y&z=1#ü", embedding: "transformer.wte", step: "7", row: "0", color: "norm" };
    expect(read(written("#paramviz", state) as string)).toEqual(state);
  });
  test("others' values stay, ours are replaced", () => {
    const hash = written("#paramviz&tagFilter=x&p.paramviz.step=1&p.other.a=2", { step: "9" });
    expect(hash).toBe("#paramviz&tagFilter=x&p.other.a=2&p.paramviz.step=9");
  });
  test("our values stand in the order they are given in", () => {
    const state = new Map([
      ["z", "1"],
      ["a", "2"],
    ]);
    expect(withState("#paramviz&p.paramviz.a=0", state)).toBe("#paramviz&p.paramviz.z=1&p.paramviz.a=2");
  });
  test("signs that part nothing stay readable", () => {
    expect(written("#paramviz", { camera: "-10,15.5", run: "a/b" })).toBe(
      "#paramviz&p.paramviz.camera=-10,15.5&p.paramviz.run=a/b",
    );
  });
  test("another tab's address is not touched", () => expect(written("#scalars&x=1", { step: "9" })).toBeNull());
  test("half of a surrogate pair is replaced, the rest survives", () => {
    expect(read(written("#paramviz", { search: "a\ud800b😀\udc00" }) as string)).toEqual({
      search: "a\ufffdb😀\ufffd",
    });
  });
});

test("any text survives the trip through the address, beside anything that others put there", () => {
  const next = random(7);
  const signs = [
    "&",
    "=",
    "#",
    "%",
    "%2",
    "+",
    " ",
    ",",
    ":",
    "/",
    "?",
    "\n",
    "\u0000",
    "é",
    "␣",
    "😀",
    "a",
    "p.paramviz.",
    "🇩🇪",
  ];
  const text = () =>
    Array.from({ length: Math.floor(next() * 9) }, () => signs[Math.floor(next() * signs.length)]).join("");
  for (let k = 0; k < 2000; k += 1) {
    const state = { run: text(), search: text(), groups: text() };
    const others = `#paramviz&tagFilter=${encodeURIComponent(text())}`;
    const hash = written(others, state) as string;
    expect(read(hash)).toEqual(state);
    expect(hash.startsWith(others)).toBe(true);
    expect(written(hash, state), "writing the same again changes nothing").toBe(hash);
  }
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
  const state = { run: "a/b", projection: "step:350" };
  expect(read(written("#paramviz", state) as string)).toEqual(state);
});
