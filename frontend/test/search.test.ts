import { describe, expect, test } from "vitest";
import { makeFinder, type Runner } from "../src/search/pattern_finder";
import type { Found, Told } from "../src/search/pattern_worker";
import { type Change, suggestions } from "../src/search/relax";
import { lookOn } from "../src/search/run_pattern";
import { findText, longestFound, type SearchOptions, type Texts, wantedOf } from "../src/search/search";
import { vocabulary } from "../src/words/tokens";
import { generator } from "./scene/random";

const PLAIN: SearchOptions = { regex: false, matchCase: false };

function textsOf(labels: string[], ids = labels.map((_, i) => i)): Texts {
  return { labels, display: vocabulary(labels, ids).display, ids };
}

describe("a text", () => {
  const labels = ["a", "A", " and", "band", "x"];
  const texts = textsOf(labels, [39, 13, 300, 2, 1]);
  const find = (text: string, matchCase = false) => findText(texts, text, matchCase).map((row) => labels[row]);
  test("an exact hit comes first, then other cases, starts and the rest", () => {
    expect(find("a")).toEqual(["a", "A", " and", "band"]);
    expect(find("A")).toEqual(["A", "a", " and", "band"]);
  });
  test("with its case it finds only that", () => expect(find("A", true)).toEqual(["A"]));
  test("an id finds its row", () => expect(find("39")).toEqual(["a"]));
  test("a shown space finds, and a logged one too", () => {
    expect(find("␣and")).toEqual([" and"]);
    expect(find(" and")).toEqual([" and"]);
  });
  test("no match is an empty list", () => expect(find("zz")).toEqual([]));
  test("all that fit are found, however many", () => {
    expect(findText(textsOf(Array.from({ length: 5000 }, (_, i) => `w${i}`)), "w")).toHaveLength(5000);
  });
  test("rows without labels are found by their ids", () => {
    const unnamed: Texts = { labels: null, display: ["7", "17", "70"], ids: [7, 17, 70] };
    expect(findText(unnamed, "7")).toEqual([0, 2, 1]);
  });

  test("it finds what looking at every label one by one finds", () => {
    const random = generator(3);
    const letters = "abAB Ġ▁é".split("");
    const word = () =>
      Array.from({ length: 1 + Math.floor(random() * 4) }, () => letters[Math.floor(random() * 8)]).join("");
    const many = textsOf(Array.from({ length: 400 }, word));
    for (let turn = 0; turn < 200; turn++) {
      const query = word();
      const matchCase = turn % 2 === 0;
      const fold = (text: string) => (matchCase ? text : text.toLowerCase());
      const wanted = (many.labels as string[])
        .map((_, row) => row)
        .filter((row) =>
          [many.labels?.[row], many.display[row]].some((text) => fold(text as string).includes(fold(query))),
        );
      expect(findText(many, query, matchCase).sort((a, b) => a - b)).toEqual(wanted);
    }
  });

  test("of a text that is found nowhere, the longest beginning that is", () => {
    expect(longestFound(texts, "bandage")).toEqual({ text: "band", rows: [3] });
    expect(longestFound(texts, "qqq")).toBeNull();
  });
});

describe("a pattern", () => {
  test("between slashes it is one without being asked to", () => {
    expect(wantedOf("/^a/i", PLAIN)).toEqual({ kind: "pattern", source: "^a", flags: "iu" });
    expect(wantedOf("^a", { regex: true, matchCase: false })).toMatchObject({
      kind: "pattern",
      source: "^a",
      flags: "iu",
    });
    expect(wantedOf("^a", { regex: true, matchCase: true })).toMatchObject({ flags: "u" });
    expect(wantedOf("^a", PLAIN).kind).toBe("text");
    expect(wantedOf("/", PLAIN).kind).toBe("text");
  });
  test.each([
    ["/(/", "Unterminated group"],
    ["/[a/", "Unterminated character class"],
    ["/a/g", "The flag “g” is none of i, m, s, u"],
  ])("%s says what is wrong with it", (query, why) => expect(wantedOf(query, PLAIN)).toEqual({ kind: "broken", why }));
  test("whatever is typed, nothing is thrown", () => {
    const random = generator(11);
    const signs = "ab\\[](){}*+?|^$./-,:<>!=pLuk0".split("");
    for (let turn = 0; turn < 3000; turn++) {
      const source = Array.from(
        { length: Math.floor(random() * 9) },
        () => signs[Math.floor(random() * signs.length)],
      ).join("");
      for (const query of [source, `/${source}/`, `/${source}/i`]) {
        const wanted = wantedOf(query, { regex: turn % 2 === 0, matchCase: false });
        if (wanted.kind === "broken") expect(wanted.why).not.toBe("");
        if (wanted.kind === "pattern") expect(() => new RegExp(wanted.source, wanted.flags)).not.toThrow();
      }
    }
  });
  test("looks at labels as logged and as shown, and goes on where it stopped", () => {
    const { labels, display } = textsOf(Array.from({ length: 3000 }, (_, i) => (i % 3 === 0 ? " w" : `x${i}`)));
    const run = { rows: [] as number[], looked: 0 };
    let stops = 0;
    while (!lookOn(run, /^(␣|x1$)/u, labels as string[], display, () => true)) stops++;
    expect(stops).toBeGreaterThan(1);
    expect(run.rows).toEqual(display.map((_, i) => i).filter((i) => i % 3 === 0 || i === 1));
  });
});

/** The worker's own work, in this thread: it answers when the test says so. */
function nearWorker() {
  const made: { told: Told[]; runner: Runner; ended: boolean }[] = [];
  const make = (): Runner => {
    const entry = { told: [] as Told[], runner: null as unknown as Runner, ended: false };
    entry.runner = {
      onmessage: null,
      onerror: null,
      postMessage: (told) => entry.told.push(told),
      terminate: () => (entry.ended = true),
    };
    made.push(entry);
    return entry.runner;
  };
  return { made, make };
}
const answer = (rows: number[], looked: number, done: boolean, ticket = 1): { data: Found } => ({
  data: { rows, looked, done, ticket },
});

describe("running a pattern", () => {
  const texts = textsOf(["aa", "b", "ca"]);
  test("hands the labels over once and gathers what comes back in pieces", async () => {
    const { made, make } = nearWorker();
    const finder = makeFinder(make);
    const first = finder.find(texts, "a", "u");
    made[0]?.runner.onmessage?.(answer([0], 1, false));
    made[0]?.runner.onmessage?.(answer([2], 3, true));
    expect(await first).toEqual({ rows: [0, 2], looked: 3, stopped: false });
    const second = finder.find(texts, "b", "u");
    made[0]?.runner.onmessage?.(answer([1], 3, true, 2));
    expect((await second).rows).toEqual([1]);
    expect(made[0]?.told.map(({ kind }) => kind)).toEqual(["texts", "find", "find"]);
  });
  test("one that takes too long is ended, and what it found until then counts", async () => {
    const { made, make } = nearWorker();
    const finder = makeFinder(make);
    const found = finder.find(texts, "(a+)+$", "u", 20);
    made[0]?.runner.onmessage?.(answer([0], 1, false));
    expect(await found).toEqual({ rows: [0], looked: 1, stopped: true });
    expect(made[0]?.ended).toBe(true);
    void finder.find(texts, "a", "u");
    expect(made[1]?.told[0]?.kind).toBe("texts");
    finder.stop();
  });
  test("a new pattern ends the one before", () => {
    const { made, make } = nearWorker();
    const finder = makeFinder(make);
    void finder.find(texts, "a", "u");
    void finder.find(texts, "b", "u");
    expect(made.map(({ ended }) => ended)).toEqual([true, false]);
    finder.stop();
  });
  test("without a worker it is run here, on labels too short to take long, within the time", async () => {
    const finder = makeFinder(() => {
      throw new Error("no workers here");
    });
    expect(await finder.find(texts, "^.?a", "u")).toEqual({ rows: [0, 2], looked: 3, stopped: false });
    const trap = textsOf(Array.from({ length: 100_000 }, () => `${"a".repeat(40)}!`));
    const stopped = await finder.find(trap, "^(a|a|a)+$", "", 5);
    expect(stopped.stopped).toBe(true);
    expect(stopped.looked).toBeLessThan(100_000);
  });
});

describe("when nothing is found", () => {
  const here = textsOf(["the", "The", " ing", "a.b", "x"]);
  const other = textsOf(["Thea", "zz"]);
  const naive = (texts: Texts, source: string, flags: string) =>
    texts.display
      .map((_, row) => row)
      .filter((row) =>
        [texts.labels?.[row], texts.display[row]].some((text) => new RegExp(source, flags).test(text as string)),
      );
  const ask = (query: string, options: Partial<SearchOptions> = {}, matches: number[] = []) => {
    const given = { ...PLAIN, ...options };
    return suggestions(
      query,
      given,
      wantedOf(query, given),
      here,
      matches,
      [{ path: "wpe", texts: other }],
      async (texts, source, flags) => naive(texts, source, flags),
    );
  };
  test.each<[string, Partial<SearchOptions>, [Change, number][]]>([
    ["THE", { matchCase: true }, [[{ kind: "case" }, 2]]],
    ["/THE/", {}, [[{ kind: "case" }, 2]]],
    [" x ", {}, [[{ kind: "trim", text: "x" }, 1]]],
    ["a.b(", { regex: true }, []],
    ["^t", {}, [[{ kind: "as pattern" }, 2]]],
    ["zz", {}, [[{ kind: "embedding", path: "wpe" }, 1]]],
    ["thx", {}, [[{ kind: "shorter", text: "th" }, 2]]],
    ["q", {}, []],
  ])("%j %j: what is offered, and how much it would find", async (query, options, wanted) => {
    const offered = await ask(query, options);
    expect(offered.map(({ change, found }) => [change, found])).toEqual(wanted);
  });
  test("a pattern that only means itself is offered as plain text", async () => {
    expect(await ask("a.b(", { regex: true })).toEqual([]);
    const broken = await suggestions(
      "(",
      { ...PLAIN, regex: true },
      wantedOf("(", { ...PLAIN, regex: true }),
      textsOf(["(", ")"]),
      [],
      [],
      async () => null,
    );
    expect(broken).toEqual([{ change: { kind: "as text" }, found: 1 }]);
  });
  test("hits that are hidden come first", async () => {
    expect(await ask("the", {}, [0, 1])).toEqual([
      { change: { kind: "hidden" }, found: 2 },
      { change: { kind: "embedding", path: "wpe" }, found: 1 },
    ]);
  });
  test("what took too long is not offered", async () => {
    const offered = await suggestions(
      "/zz/",
      PLAIN,
      wantedOf("/zz/", PLAIN),
      here,
      [],
      [{ path: "wpe", texts: other }],
      async () => null,
    );
    expect(offered).toEqual([]);
  });
});
