import { describe, expect, test, vi } from "vitest";
import { chosen } from "../src/store/chosen";
import { isolate, isolating, onlyClass, toggleClass } from "../src/store/filters";
import {
  hiddenHits,
  hits,
  noMatch,
  relax,
  relaxed,
  setMatchCase,
  setQuery,
  setRegex,
  stoppedAfter,
} from "../src/store/search";
import { chooseHits, forgetRows, selected, selectFirstHit } from "../src/store/selection";

import { labelled, positions, show, shown, tokens, withRun } from "./choosing_run";

withRun();

describe("searching", () => {
  const found = () => labelled(hits.value);
  test("finds what is shown, and says how much is hidden", () => {
    setQuery("b");
    expect(found()).toBe("bB");
    toggleClass("upper case");
    expect(found()).toBe("b");
    expect(hiddenHits.value).toBe(1);
  });
  test("Enter selects the first, Shift and Enter choose all", () => {
    setQuery("e");
    selectFirstHit();
    expect(selected.value).toBe(1);
    chooseHits();
    expect(chosen.value).toEqual([1, 4]);
  });
  test("with no match it offers what finds some, and doing so finds it", async () => {
    onlyClass("digit");
    setQuery("b");
    expect(noMatch.value).toBe(true);
    await vi.waitFor(() => expect(relaxed.value).toEqual([{ change: { kind: "hidden" }, found: 2 }]));
    relax({ kind: "hidden" });
    expect(found()).toBe("bB");
    expect(shown()).toBe("bBE3");
  });
  test("ignoring case mends a pattern too", async () => {
    setQuery("/^A$/");
    await vi.waitFor(() => expect(relaxed.value).toEqual([{ change: { kind: "case" }, found: 1 }]));
    relax({ kind: "case" });
    await vi.waitFor(() => expect(found()).toBe("a"));
  });
  test("what is isolated is left when the search is to go beyond it", async () => {
    isolate({ wte: [0] });
    setQuery("!");
    await vi.waitFor(() => expect(relaxed.value).toHaveLength(1));
    relax({ kind: "hidden" });
    expect(found()).toBe("!");
    expect(isolating.value).toBe(false);
  });
  test("a pattern finds, and a broken one finds nothing", async () => {
    setQuery("/[a-b]/i");
    await vi.waitFor(() => expect(found()).toBe("abB"));
    setQuery("/[/");
    expect(hits.value).toEqual([]);
    setRegex(true);
    setQuery("\\p{Lu}");
    setMatchCase(true);
    await vi.waitFor(() => expect(found()).toBe("BE"));
    expect(stoppedAfter.value).toBeNull();
  });
  test("the other embedding is offered with what it would find, and the search stays", async () => {
    show("a", [positions]);
    setQuery("E");
    await vi.waitFor(() => expect(relaxed.value).toEqual([{ change: { kind: "embedding", path: "wte" }, found: 2 }]));
    forgetRows();
    show("a", [tokens]);
    expect(found()).toBe("Ee");
  });
});
