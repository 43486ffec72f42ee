import { describe, expect, test } from "vitest";
import { nextPlace } from "../src/panels/roving_place";

const PLAIN = { ctrlKey: false, metaKey: false, altKey: false, shiftKey: false };
const go = (key: string, at: number, along: "row" | "list" = "row", count = 4) =>
  nextPlace({ ...PLAIN, key }, at, count, along);

describe("a row of buttons that is one stop of the Tab key", () => {
  test("goes round with its own arrows, and to its ends", () => {
    expect([go("ArrowRight", 0), go("ArrowRight", 3), go("ArrowLeft", 0), go("Home", 2), go("End", 2)]).toEqual([
      1, 0, 3, 0, 3,
    ]);
    expect([go("ArrowDown", 3, "list"), go("ArrowUp", 3, "list")]).toEqual([0, 2]);
  });

  test("leaves every other key to the page: the other arrows, Shift and what lies outside of its buttons", () => {
    expect([go("ArrowDown", 0), go("ArrowRight", 0, "list"), go(" ", 0), go("ArrowRight", -1)]).toEqual([
      null,
      null,
      null,
      null,
    ]);
    expect(nextPlace({ ...PLAIN, key: "ArrowRight", shiftKey: true }, 0, 4, "row")).toBeNull();
    expect(go("ArrowRight", 0, "row", 1)).toBeNull();
  });
});
