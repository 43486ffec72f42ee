import { describe, expect, test } from "vitest";
import { GROUP_COLORS } from "../src/colors/group_colors";
import {
  type Group,
  type Named,
  parseMemory,
  type Remembered,
  readGroups,
  recall,
  remember,
  writeGroups,
} from "../src/words/groups_memory";
import { CHARACTER_CLASSES } from "../src/words/token_classes";
import {
  common,
  readTokens,
  rowsOf,
  same,
  sizeOf,
  type Tokens,
  tokensOf,
  union,
  without,
  writeTokens,
} from "../src/words/token_sets";
import { classColor } from "../src/words/tokens";
import { contrast, difference, lab, VISIONS } from "./color_vision";
import { generator } from "./scene/random";

const random = generator(5);
const pick = (most: number) => Math.floor(random() * most);
const idsOf = (count: number, most: number) => [...new Set(Array.from({ length: count }, () => pick(most)))];
const made = (): Tokens => tokensOf(idsOf(pick(30), 80), PARTS);
/** 50 tokens, every second id, then 30 positions. */
const PARTS = [
  { path: "wte", first: 0, ids: Array.from({ length: 50 }, (_, i) => i * 2) },
  { path: "t~r,a@n;s.wpe", first: 50, ids: Array.from({ length: 30 }, (_, i) => i) },
];
/** A set as the naive have it. */
const flat = (tokens: Tokens) =>
  new Set(Object.entries(tokens).flatMap(([path, ids]) => ids.map((id) => `${path} ${id}`)));

describe("sets of tokens", () => {
  test("rows become ids of their embedding, and again the same rows", () => {
    for (let turn = 0; turn < 50; turn++) {
      const rows = idsOf(pick(40), 80).sort((a, b) => a - b);
      expect(rowsOf(tokensOf(rows, PARTS), PARTS)).toEqual(rows);
    }
    expect(tokensOf([1, 51], PARTS)).toEqual({ wte: [2], "t~r,a@n;s.wpe": [1] });
  });
  test("tokens that another sample hasn't drawn have no row, and those it has another one", () => {
    expect(rowsOf({ wte: [2, 4] }, [{ path: "wte", first: 0, ids: [7, 4] }])).toEqual([1]);
    expect(rowsOf({ wte: [2] }, [{ path: "other", first: 0, ids: [2] }])).toEqual([]);
  });
  test("union, difference and common part are those of sets", () => {
    for (let turn = 0; turn < 100; turn++) {
      const [one, other] = [made(), made()];
      const [a, b] = [flat(one), flat(other)];
      expect(flat(union(one, other))).toEqual(new Set([...a, ...b]));
      expect(flat(without(one, other))).toEqual(new Set([...a].filter((id) => !b.has(id))));
      expect(flat(common(one, other))).toEqual(new Set([...a].filter((id) => b.has(id))));
      expect(same(one, other)).toBe(a.size === b.size && [...a].every((id) => b.has(id)));
    }
  });
  test("written into a link they come back, neighbours as a range", () => {
    expect(writeTokens({ wte: [1, 2, 3, 9], wpe: [0] }, "wte")).toBe("1-3.9,wpe@0");
    for (let turn = 0; turn < 100; turn++) {
      const tokens = made();
      expect(readTokens(decodeURIComponent(encodeURIComponent(writeTokens(tokens, "wte"))), "wte")).toEqual(tokens);
    }
  });
  test.each(["", "x", "5-", "-5", "1-2-3", "@4", "%E0%A4%A@4", "1e9", "9-1"])("of %j nothing is made", (text) => {
    expect(sizeOf(readTokens(text, "wte"))).toBe(0);
  });
  test("a range without an end is cut", () => {
    expect(sizeOf(readTokens("0-999999999", "wte"))).toBe(200_000);
  });
});

const vocabulary = (
  labels: string[] | null,
  rows: number[] | null = null,
  size = labels?.length ?? 8,
  path = "wte",
): Named => ({
  path,
  shape: [size, 4],
  rows,
  labels,
});
const letters = vocabulary([..."abcdefgh"]);
const vowels: Group = { name: "vowels", color: 0, tokens: { wte: [0, 4] } };
const rest: Group = { name: "rest", color: 1, tokens: { wte: [1, 2] } };

describe("what this browser remembers", () => {
  const stored = (memory: Remembered[]) => parseMemory(JSON.stringify(memory));
  test("a run's groups come back after a reload", () => {
    expect(recall(stored(remember([], "a", [letters], [vowels, rest])), "a", [letters])).toEqual([vowels, rest]);
  });
  test("another run with the same vocabulary has them too, until it has its own", () => {
    const memory = stored(remember([], "a", [letters], [vowels]));
    expect(recall(memory, "b", [letters])).toEqual([vowels]);
    const both = stored(remember(memory, "b", [letters], [rest]));
    expect(recall(both, "a", [letters])).toEqual([vowels]);
    expect(recall(both, "b", [letters])).toEqual([rest]);
    expect(recall(both, "c", [letters])).toEqual([rest]);
  });
  test("a run whose groups were all removed stays without", () => {
    const memory = remember(remember([], "a", [letters], [vowels]), "b", [letters], []);
    expect(recall(stored(memory), "b", [letters])).toEqual([]);
  });
  test("another vocabulary has none: another size, other labels, no labels", () => {
    const memory = stored(remember([], "a", [letters], [vowels]));
    expect(recall(memory, "b", [vocabulary([..."abcdefghi"])])).toEqual([]);
    expect(recall(memory, "b", [vocabulary([..."abcXefgh"])])).toEqual([]);
    expect(recall(memory, "b", [vocabulary(null)])).toEqual([]);
    expect(recall(memory, "b", [vocabulary([..."abcdefgh"], null, 8, "lm_head")])).toEqual([]);
  });
  test("an embedding that is the same doesn't bring the groups of one that isn't", () => {
    const positions = vocabulary(null, null, 4, "wpe");
    const both: Group = { name: "both", color: 1, tokens: { wte: [0], wpe: [2] } };
    const memory = stored(remember([], "a", [letters, positions], [vowels, both]));
    const other = [vocabulary([..."xyz"]), positions];
    expect(recall(memory, "b", other)).toEqual([{ ...both, tokens: { wpe: [2] } }]);
    expect(recall(memory, "a", [letters])).toEqual([vowels, { ...both, tokens: { wte: [0] } }]);
  });
  test("a session that sampled other rows of the same vocabulary has them", () => {
    const memory = stored(remember([], "a", [vocabulary(["a", "c", "e"], [0, 2, 4], 8)], [vowels]));
    expect(recall(memory, "a", [vocabulary(["b", "e"], [1, 4], 8)])).toEqual([vowels]);
    expect(recall(memory, "a", [vocabulary(["b", "E"], [1, 4], 8)])).toEqual([]);
  });
  test("the runs changed longest ago are forgotten", () => {
    let memory: Remembered[] = [];
    for (let run = 0; run < 40; run++) memory = remember(memory, `${run}`, [letters], [vowels]);
    expect(memory.map(({ run }) => run)).toEqual(Array.from({ length: 24 }, (_, i) => `${39 - i}`));
  });
  test.each([null, "", "{", "7", "{}", "[null]", '[{"run":"a"}]', '[{"run":"a","groups":[{}],"vocabularies":{}}]'])(
    "%j in the storage is passed over",
    (text) => expect(parseMemory(text)).toEqual([]),
  );
});

describe("groups in a link", () => {
  test("come back with names of any signs", () => {
    const odd: Group = { name: "a~b;c,d@e %&=#é", color: 7, tokens: { wte: [1, 2, 3], "h.0;x": [5] } };
    expect(readGroups(writeGroups([vowels, odd], "wte"), "wte")).toEqual([vowels, odd]);
  });
  test("those for which there is no room are left out, the others are whole", () => {
    const large: Group = { name: "large", color: 2, tokens: { wte: Array.from({ length: 3000 }, (_, i) => i * 2) } };
    expect(readGroups(writeGroups([large, vowels], "wte"), "wte")).toEqual([vowels]);
  });
  test.each(["", ";;", "a", "a~9~1", "~0~1", "a~0~", "a~0~x", "a~1"])("of %j nothing is made", (text) => {
    expect(readGroups(text, "wte")).toEqual([]);
  });
});

/** Of CIEDE2000, as for the colours of classes. */
const APART = 10;

describe("the colours of groups", () => {
  const grounds = { dark: ["#1C1C1D", "#262627", "#2A2A2B"], light: ["#F7F7F5", "#FFFFFF"] };
  test.each(["dark", "light"] as const)(
    "%s: readable on the canvas and told apart, by colour-blind readers too",
    (theme) => {
      const colors = GROUP_COLORS[theme];
      expect(colors).toHaveLength(8);
      for (const color of colors)
        for (const ground of grounds[theme]) expect(contrast(color, ground)).toBeGreaterThan(3);
      const classes = CHARACTER_CLASSES.map((one) => classColor(one, theme));
      for (const vision of Object.keys(VISIONS)) {
        const seen = (color: string) => lab(color, vision);
        for (const [i, color] of colors.entries()) {
          for (const other of colors.slice(i + 1)) expect(difference(seen(color), seen(other))).toBeGreaterThan(APART);
        }
        if (vision !== "normal") continue;
        for (const color of colors) {
          for (const other of classes) expect(difference(seen(color), seen(other))).toBeGreaterThan(APART);
        }
      }
    },
  );
});
