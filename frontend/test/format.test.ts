import { describe, expect, test } from "vitest";
import {
  brief,
  compact,
  duration,
  integer,
  number,
  percent,
  plural,
  shape,
  UNKNOWN,
  wholePercent,
} from "../src/format";

describe("numbers on screen", () => {
  test.each([
    [0.652, "0.652"],
    [2.0851, "2.09"],
    [12.34, "12.3"],
    [0.0039, "0.0039"],
    [0.00172, "0.00172"],
    [999.4, "999"],
    [999.6, "1,000"],
    [49718, "49,700"],
    [-3.256, "-3.26"],
    [0, "0"],
    [0.000021, "2.1e-5"],
    [3e12, "3e12"],
  ])("%f reads %s", (value, text) => expect(number(value)).toBe(text));

  test.each([
    [0.652, "0.65"],
    [0.0218, "0.022"],
    [0.000366, "3.7e-4"],
    [0.0042, "0.0042"],
    [0.004, "0.004"],
    [0.000994, "9.9e-4"],
    [1.38, "1.4"],
    [42.4, "42"],
    [4970, "4,970"],
    [0, "0"],
  ])("%f reads %s at the end of a small axis", (value, text) => expect(brief(value)).toBe(text));

  test.each([Number.NaN, Number.POSITIVE_INFINITY, null, undefined])("%s is unknown, in every form", (value) => {
    for (const form of [number, brief, integer, percent, wholePercent, duration, compact])
      expect(form(value)).toBe(UNKNOWN);
  });

  test("whole numbers have commas", () => expect(integer(49718)).toBe("49,718"));
  test("shares keep three figures and a space", () => expect(percent(0.0495)).toBe("4.95 %"));
  test("a share of nothing is 0 %", () => expect(percent(0)).toBe("0 %"));
  test("variance is told in whole per cent", () => expect(wholePercent(0.404)).toBe("40 %"));
  test("parameters are told in millions", () => expect(compact(124_439_808)).toBe("124 M"));
  test("shapes have a cross", () => expect(shape([65, 128])).toBe("65×128"));
  test("one run is not runs", () => expect([plural(1, "run"), plural(2, "run")]).toEqual(["1 run", "2 runs"]));

  test.each([
    [4.2, "4 s"],
    [-1, "0 s"],
    [61, "1 min"],
    [7200, "2 h"],
    [5 * 86400, "5 days"],
  ])("%f seconds read %s", (secs, text) => expect(duration(secs)).toBe(text));
});
