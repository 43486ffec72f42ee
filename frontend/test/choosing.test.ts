import { describe, expect, test } from "vitest";
import { chooseRows, chooseTokens, chosen, chosenTokens } from "../src/store/chosen";
import {
  classRows,
  clickClass,
  endIsolation,
  isolate,
  isolating,
  onlyClass,
  shownRows,
  toggleClass,
  visible,
} from "../src/store/filters";
import { isolationAtHand } from "../src/store/isolate";
import { hits, setQuery } from "../src/store/search";
import { letGo, point, select, selected, togglePin } from "../src/store/selection";

import { LABELS, positions, show, shown, tokens, withRun } from "./choosing_run";

withRun();

describe("pointing at points", () => {
  test("a click selects one and leaves what is chosen as it is", () => {
    chooseRows([1, 2]);
    point(0, false);
    expect(selected.value).toBe(0);
    expect(chosen.value).toEqual([1, 2]);
  });
  test("with Shift it joins what is chosen, and the one selected before comes along; again it leaves", () => {
    point(0, false);
    point(3, true);
    expect(chosen.value).toEqual([0, 3]);
    expect(selected.value).toBe(3);
    point(3, true);
    expect(chosen.value).toEqual([0]);
    expect(selected.value).toBeNull();
    point(5, true);
    expect(chosen.value).toEqual([0, 5]);
  });
  test("beside all points, the selected one is let go of first, then what is chosen", () => {
    chooseRows([1, 2]);
    point(0, false);
    point(null, true);
    expect(selected.value).toBe(0);
    point(null, false);
    expect([selected.value, chosen.value.length]).toEqual([null, 2]);
    point(null, false);
    expect(chosen.value).toEqual([]);
  });
  test("what is pinned stays", () => {
    select(4);
    togglePin();
    point(null, false);
    expect(selected.value).toBe(4);
  });
  test("a lasso replaces, adds or takes away", () => {
    chooseRows([0, 1], "replace");
    chooseRows([1, 2], "add");
    expect(chosen.value).toEqual([0, 1, 2]);
    chooseRows([0, 9], "remove");
    expect(chosen.value).toEqual([1, 2]);
  });
});

describe("filters", () => {
  test("a class that is hidden takes its rows away, and its count stays", () => {
    toggleClass("upper case");
    expect(shown()).toBe("aeb3 !");
    expect(classRows.value.find(({ hidden }) => hidden)).toMatchObject({ rows: 2, tokenClass: { name: "upper case" } });
    expect(shownRows.value).toEqual({ rows: 6, finite: 8, hiddenByClass: 2, all: 8 });
    toggleClass("upper case");
    expect(shown()).toBe(LABELS.join(""));
  });
  test("only one class, and again all", () => {
    onlyClass("digit");
    expect(shown()).toBe("3");
    onlyClass("digit");
    expect(shown()).toBe(LABELS.join(""));
  });
  test("a click toggles, Alt and the second click of two mean only this one", () => {
    clickClass("digit", { altKey: false, detail: 1 });
    expect(shown()).toBe("aebBE !");
    clickClass("digit", { altKey: false, detail: 2 });
    expect(shown()).toBe("3");
    clickClass("upper case", { altKey: true, detail: 1 });
    expect(shown()).toBe("BE");
    // Enter and Space.
    clickClass("digit", { altKey: false, detail: 0 });
    expect(shown()).toBe("BE3");
  });
  test("what is isolated is shown alone, less what a class filter hides", () => {
    chooseRows([0, 3, 5]);
    isolate(chosenTokens.value);
    expect(shown()).toBe("aB3");
    toggleClass("digit");
    expect(shown()).toBe("aB");
    endIsolation();
    expect(shown()).toBe("aebBE !");
  });
  test("rows that are not finite are not counted as shown", () => {
    show("broken", [tokens], "1", [0, 1]);
    toggleClass("lower-case vowel");
    expect(shownRows.value).toEqual({ rows: 6, finite: 6, hiddenByClass: 0, all: 8 });
  });
  test("of two embeddings in one picture, each has its rows", () => {
    show("both", [tokens, positions]);
    chooseRows([1, 9]);
    expect(chosenTokens.value).toEqual({ wte: [1], wpe: [1] });
    onlyClass("position");
    expect(visible.value.slice(8)).toEqual(new Uint8Array(4).fill(1));
    expect(visible.value.slice(0, 8)).toEqual(new Uint8Array(8));
  });
  test("in an embedding that has none of it, nothing is isolated", () => {
    isolate({ wte: [1] });
    show("a", [positions]);
    expect(isolating.value).toBe(false);
    expect(visible.value).toEqual(new Uint8Array(4).fill(1));
  });
});

describe("letting go", () => {
  test("Escape lets go of search, selection and choice, and says whether there was any", () => {
    setQuery("a");
    select(1);
    chooseTokens({ wte: [2] });
    expect(letGo()).toBe(true);
    expect([hits.value.length, selected.value, chosen.value.length]).toEqual([0, null, 0]);
    expect(letGo()).toBe(false);
  });
  test("what can be isolated: the chosen, else the hits", () => {
    expect(isolationAtHand()).toBeNull();
    setQuery("b");
    expect(isolationAtHand()).toEqual({ wte: [2, 3] });
    chooseRows([0]);
    expect(isolationAtHand()).toEqual({ wte: [0] });
  });
});
