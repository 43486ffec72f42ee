import { describe, expect, test, vi } from "vitest";
import { chooseNothing, chooseRows } from "../src/store/chosen";
import {
  chosenGroup,
  full,
  groups,
  intersectGroup,
  marks,
  nameChosen,
  recolourGroup,
  removeGroup,
  renameGroup,
  shownGroups,
} from "../src/store/groups";

import { embedding, show, tokens, withRun } from "./choosing_run";

withRun();

describe("groups", () => {
  test("what is chosen is named, gets a colour of its own, and is remembered by the run", () => {
    chooseRows([0, 1]);
    nameChosen("  vowels ");
    chooseRows([3, 4]);
    nameChosen("upper");
    expect(groups.value.map(({ name, color, tokens: { wte } }) => [name, color, wte])).toEqual([
      ["vowels", 0, [0, 1]],
      ["upper", 1, [3, 4]],
    ]);
    expect(chosenGroup.value).toBe(1);
    const before = groups.value;
    groups.value = [];
    show("b", [embedding("wte", [..."xyz"])]);
    expect(shownGroups.value).toEqual([]);
    show("a", [tokens]);
    expect(groups.value).toEqual(before);
  });
  test("another session that sampled other rows shows those it has", () => {
    chooseRows([0, 1, 5]);
    nameChosen("some");
    show("a", [embedding("wte", ["3", "a", "!"], 8, [5, 0, 7])], "2");
    expect(shownGroups.value.map(({ rows }) => rows)).toEqual([[0, 1]]);
  });
  test("a name that is taken takes the chosen in; nothing and blanks name nothing", () => {
    chooseRows([0]);
    nameChosen("x");
    chooseRows([1]);
    nameChosen("x");
    nameChosen("   ");
    chooseNothing();
    nameChosen("y");
    expect(groups.value).toEqual([{ name: "x", color: 0, tokens: { wte: [0, 1] } }]);
  });
  test("renamed, recoloured, narrowed and removed", () => {
    for (const [row, name] of ["one", "two"].entries()) {
      chooseRows([row, 7]);
      nameChosen(name);
    }
    renameGroup(0, "two");
    expect(groups.value[0]?.name).toBe("one");
    renameGroup(0, "first");
    recolourGroup(0);
    expect(groups.value.map(({ name, color }) => [name, color])).toEqual([
      ["first", 2],
      ["two", 1],
    ]);
    intersectGroup(0, { wte: [7] });
    intersectGroup(0, { wte: [3] });
    expect(groups.value[0]?.tokens).toEqual({ wte: [7] });
    removeGroup(0);
    expect(groups.value.map(({ name }) => name)).toEqual(["two"]);
  });
  test("there are no more than eight, each in its own colour", () => {
    for (let i = 0; i < 9; i++) {
      chooseRows([i % 8]);
      nameChosen(`g${i}`);
    }
    expect(full.value).toBe(true);
    expect(groups.value.map(({ color }) => color)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  });
  test("the scene rings groups in their colours, and over them what is chosen", () => {
    chooseRows([0, 1]);
    nameChosen("vowels");
    chooseRows([1, 2]);
    expect(marks.value.map(({ rows }) => rows)).toEqual([
      [0, 1],
      [1, 2],
    ]);
    expect(marks.value[0]?.color).not.toEqual(marks.value[1]?.color);
  });
  test("storage that is full or off loses nothing on the page", () => {
    vi.stubGlobal("window", {
      get localStorage(): never {
        throw new DOMException("denied");
      },
    });
    chooseRows([0]);
    nameChosen("kept");
    expect(groups.value).toHaveLength(1);
  });
});
