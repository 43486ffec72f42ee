import { describe, expect, test } from "vitest";
import { displayLabel, search, vocabulary } from "../src/tokens";

const classesOf = (labels: string[]) => {
  const words = vocabulary(
    labels,
    labels.map((_, i) => i),
  );
  return Object.fromEntries(labels.map((label, row) => [label, words.classes[words.classOf[row] as number]?.name]));
};

describe("labels", () => {
  test.each([
    [" ", "␣"],
    ["\n", "↵"],
    ["\t", "⇥"],
    [" the", "␣the"],
    ["Ġthe", "␣the"],
    ["▁the", "␣the"],
    ["\u0000", "\\x00"],
    ["a", "a"],
    ["né", "né"],
  ])("%j is shown as %s", (label, shown) => expect(displayLabel(label)).toBe(shown));

  test("long pieces are cut by characters, not inside one", () => {
    const shown = displayLabel("😀".repeat(40));
    expect([...shown]).toHaveLength(18);
    expect(shown.endsWith("😀…")).toBe(true);
  });
});

describe("classes of a character vocabulary", () => {
  const found = classesOf(["a", "y", "b", "A", "Z", "!", "3", "$", " ", "\n", "é", "ß", "文"]);
  test.each([
    ["a", "lower-case vowel"],
    ["é", "lower-case vowel"],
    ["b", "consonant"],
    ["ß", "consonant"],
    ["A", "upper case"],
    ["!", "punctuation, digit"],
    ["$", "punctuation, digit"],
    ["3", "punctuation, digit"],
    [" ", "whitespace"],
    ["\n", "whitespace"],
    ["y", "consonant"],
    ["文", "other"],
  ])("%j is %s", (label, name) => expect(found[label]).toBe(name));
});

describe("classes of a vocabulary of pieces", () => {
  const bytes = classesOf([" the", "ing", " The", "123", " 42", "...", "\n\n", "<|endoftext|>", "x1"]);
  test.each([
    [" the", "word start"],
    ["ing", "continuation"],
    [" The", "capitalized"],
    ["123", "digits"],
    [" 42", "digits"],
    ["...", "punctuation"],
    ["\n\n", "whitespace"],
    ["<|endoftext|>", "special"],
    ["x1", "other"],
  ])("with spaces, %j is %s", (label, name) => expect(bytes[label]).toBe(name));

  const wordPiece = classesOf(["the", "##ing", "[CLS]", "London", "##9"]);
  test.each([
    ["the", "word start"],
    ["##ing", "continuation"],
    ["[CLS]", "special"],
    ["London", "capitalized"],
    ["##9", "digits"],
  ])("with hashes, %j is %s", (label, name) => expect(wordPiece[label]).toBe(name));

  test("no more than seven named classes, the rest grey", () => {
    expect(vocabulary([" a", "bc"], [0, 1]).classes.map((one) => one.name)).toHaveLength(8);
  });
});

test("rows without labels are shown by their ids", () => {
  expect(vocabulary(null, [5, 9]).display).toEqual(["5", "9"]);
});

describe("search", () => {
  const labels = ["a", "A", " and", "band", "x"];
  const ids = [39, 13, 300, 2, 1];
  const find = (query: string) => search(query, labels, labels.map(displayLabel), ids).map((row) => labels[row]);
  test("an exact hit comes first, then other cases, starts and the rest", () => {
    expect(find("a")).toEqual(["a", "A", " and", "band"]);
    expect(find("A")).toEqual(["A", "a", " and", "band"]);
  });
  test("an id finds its row", () => expect(find("39")).toEqual(["a"]));
  test("a shown space finds", () => expect(find("␣and")).toEqual([" and"]));
  test("nothing is found by nothing", () => expect(find("")).toEqual([]));
  test("no match is an empty list", () => expect(find("zz")).toEqual([]));
  test("no more than the limit", () => expect(search("a", labels, labels, ids, 2)).toHaveLength(2));
});
