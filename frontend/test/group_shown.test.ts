import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { chooseRows } from "../src/store/chosen";
import {
  allNeighbours,
  comparedStep,
  compareWithFirst,
  compareWithKept,
  detailsThen,
  forgetThen,
  keepStep,
  keepThen,
  keptStep,
  neighboursShown,
  showAllNeighbours,
} from "../src/store/comparison";
import { followChoice, groupRows, groupShown, showGroup } from "../src/store/group_shown";
import { point, type RowDetails, select } from "../src/store/selection";
import { withRun } from "./choosing_run";

withRun();

describe("the inspector tells of several rows together", () => {
  let stop = () => {};
  beforeEach(() => {
    stop = followChoice();
  });
  afterEach(() => stop());

  test("once two are chosen, and not of a single one", () => {
    chooseRows([3]);
    expect(groupShown.value).toEqual([]);
    chooseRows([4], "add");
    expect(groupShown.value).toEqual([3, 4]);
  });

  test("until one of them is looked at alone; the way back leads to all", () => {
    chooseRows([1, 2, 3]);
    select(2);
    expect(groupShown.value).toEqual([]);
    expect(groupRows.value).toEqual([1, 2, 3]);
    showGroup();
    expect(groupShown.value).toEqual([1, 2, 3]);
  });

  test("again when the choice changes, though Shift selects the row as well", () => {
    chooseRows([1, 2]);
    select(2);
    point(5, true);
    expect(groupShown.value).toEqual([1, 2, 5]);
  });

  test("again when the one is let go of", () => {
    chooseRows([1, 2]);
    select(2);
    select(null);
    expect(groupShown.value).toEqual([1, 2]);
  });
});

describe("neighbours are compared", () => {
  afterEach(() => compareWithFirst());

  test("with the first step until one is kept, and then with either", () => {
    compareWithKept();
    expect(comparedStep.value).toBeNull();
    keepStep(20);
    expect([comparedStep.value, keptStep.value]).toEqual([20, 20]);
    compareWithFirst();
    expect([comparedStep.value, keptStep.value]).toEqual([null, 20]);
    compareWithKept();
    expect(comparedStep.value).toBe(20);
  });

  test("four of them, or all", () => {
    expect(neighboursShown.value).toBe(4);
    showAllNeighbours(true);
    expect(neighboursShown.value).toBe(10);
    showAllNeighbours(false);
    expect(allNeighbours.value).toBe(false);
  });

  test("with rows as they were at that very step, of which not too many are kept", () => {
    const at = (row: number, step: number) => ({ row, step }) as RowDetails;
    for (let row = 0; row < 60; row++) keepThen(at(row, 20));
    keepThen(at(59, 30));
    expect(detailsThen(59, 20)?.step).toBe(20);
    expect(detailsThen(59, 30)?.step).toBe(30);
    expect(detailsThen(0, 20)).toBeNull();
    forgetThen();
    expect(detailsThen(59, 30)).toBeNull();
  });
});
