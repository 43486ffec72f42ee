import { describe, expect, test } from "vitest";
import { classColor, displayLabel, vocabulary } from "../src/words/tokens";

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
    ["\u0085", "\\x85"],
    ["a\u200bb", "a\\u200bb"],
    ["\uffc0", "\\uffc0"],
    ["👩‍💻", "👩‍💻"],
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
    ["!", "punctuation"],
    ["$", "punctuation"],
    ["3", "digit"],
    [" ", "whitespace"],
    ["\n", "whitespace"],
    ["y", "consonant"],
    ["文", "byte, other"],
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
    ["x1", "continuation"],
  ])("with spaces, %j is %s", (label, name) => expect(bytes[label]).toBe(name));

  const wordPiece = classesOf(["the", "##ing", "[CLS]", "London", "##9"]);
  test.each([
    ["the", "word start"],
    ["##ing", "continuation"],
    ["[CLS]", "special"],
    ["London", "capitalized"],
    ["##9", "digits"],
  ])("with hashes, %j is %s", (label, name) => expect(wordPiece[label]).toBe(name));

  test("no two of the eight classes have the same colour, in neither theme", () => {
    const { classes } = vocabulary([" a", "bc"], [0, 1]);
    expect(classes.length).toBeLessThanOrEqual(8);
    for (const theme of ["dark", "light"] as const) {
      expect(new Set(classes.map((one) => classColor(one, theme))).size).toBe(classes.length);
    }
  });
});

describe("classes of the vocabularies that people train with", () => {
  // As the tokenizers' own files have them.
  const gpt2 = ["!", "Ġthe", "ing", "ĠThe", "USA", "Ġ1999", "42", "Ġ(", "...", "Ċ", "ĊĊ", "Ġ", "ĉ", "<|endoftext|>"];
  const parts = ["Ã", "âĢ", "ï¿½", "Ġï¿", "Ā", "âĢĻ", "Ã©", "Ġcafé".replace("é", "Ã©"), "Ġdon", "'t", "x86", "1.5", ""];
  test.each([
    ["Ġthe", "word start"],
    ["Ġdon", "word start"],
    ["ĠcafÃ©", "word start"],
    ["ing", "continuation"],
    ["Ã©", "continuation"],
    ["'t", "continuation"],
    ["x86", "continuation"],
    ["ĠThe", "capitalized"],
    ["USA", "capitalized"],
    ["Ġ1999", "digits"],
    ["42", "digits"],
    ["1.5", "digits"],
    ["!", "punctuation"],
    ["Ġ(", "punctuation"],
    ["...", "punctuation"],
    ["âĢĻ", "punctuation"],
    ["Ċ", "whitespace"],
    ["ĊĊ", "whitespace"],
    ["Ġ", "whitespace"],
    ["ĉ", "whitespace"],
    ["<|endoftext|>", "special"],
    ["", "special"],
    ["Ã", "byte, other"],
    ["âĢ", "byte, other"],
    ["Ġï¿", "byte, other"],
    ["ï¿½", "byte, other"],
    ["Ā", "byte, other"],
  ])("GPT-2: %j is %s", (label, name) => expect(classesOf([...gpt2, ...parts])[label]).toBe(name));

  test("GPT-2: a label that spells bytes is shown as the text they are", () => {
    const labels = [...gpt2, ...parts];
    const shown = (label: string) =>
      vocabulary(
        labels,
        labels.map((_, i) => i),
      ).display[labels.indexOf(label)];
    expect(shown("âĢĻ")).toBe("’");
    expect(shown("ĠcafÃ©")).toBe("␣café");
    expect(shown("âĢ")).toBe("\\xe2\\x80");
    expect(shown("Ġï¿")).toBe("␣\\xef\\xbf");
  });

  const llama = [
    "<unk>",
    "<s>",
    "</s>",
    "<0x00>",
    "<0x0A>",
    "<0xE2>",
    "▁the",
    "▁",
    "▁▁",
    "ing",
    "▁The",
    "7",
    "▁7",
    ".",
    "▁(",
    "é",
    "文",
  ];
  test.each([
    ["<unk>", "special"],
    ["<s>", "special"],
    ["</s>", "special"],
    ["<0x0A>", "byte, other"],
    ["<0xE2>", "byte, other"],
    ["▁the", "word start"],
    ["▁", "whitespace"],
    ["▁▁", "whitespace"],
    ["ing", "continuation"],
    ["é", "continuation"],
    ["文", "continuation"],
    ["▁The", "capitalized"],
    ["7", "digits"],
    ["▁7", "digits"],
    [".", "punctuation"],
    ["▁(", "punctuation"],
  ])("SentencePiece: %j is %s", (label, name) => expect(classesOf(llama)[label]).toBe(name));

  const bert = [
    "[PAD]",
    "[unused12]",
    "[CLS]",
    "[MASK]",
    "the",
    "##ing",
    "##s",
    "##9",
    "1999",
    "!",
    "##.",
    "##",
    "London",
    "ॐ",
  ];
  test.each([
    ["[PAD]", "special"],
    ["[unused12]", "special"],
    ["[MASK]", "special"],
    ["the", "word start"],
    ["##ing", "continuation"],
    ["##9", "digits"],
    ["1999", "digits"],
    ["!", "punctuation"],
    ["##.", "punctuation"],
    ["##", "punctuation"],
    ["London", "capitalized"],
    ["ॐ", "word start"],
  ])("WordPiece: %j is %s", (label, name) => expect(classesOf(bert)[label]).toBe(name));

  const printed = [
    "b' the'",
    "b'ing'",
    "b' The'",
    "b'\\n\\n'",
    "b'\\xe2\\x80'",
    "b'\\xc3\\xa9'",
    'b"\'t"',
    "b'3'",
    "b'}'",
    "<|endoftext|>",
  ];
  const padded = [...printed, ...Array.from({ length: 20 }, (_, i) => `b' word${i}'`)];
  test.each([
    ["b' the'", "word start"],
    ["b'ing'", "continuation"],
    ["b' The'", "capitalized"],
    ["b'\\n\\n'", "whitespace"],
    ["b'\\xe2\\x80'", "byte, other"],
    ["b'\\xc3\\xa9'", "continuation"],
    ['b"\'t"', "continuation"],
    ["b'3'", "digits"],
    ["b'}'", "punctuation"],
    ["<|endoftext|>", "special"],
  ])("bytes as Python prints them: %s is %s", (label, name) => expect(classesOf(padded)[label]).toBe(name));

  test.each([
    ["\ufffd", "byte, other"],
    [" \ufffd", "byte, other"],
    ["\\xe2\\x80", "byte, other"],
    [" the", "word start"],
  ])("bytes decoded one by one: %j is %s", (label, name) =>
    expect(classesOf([" the", "ing", "\ufffd", " \ufffd", "\\xe2\\x80"])[label]).toBe(name),
  );

  test("characters with special tokens among them stay characters", () => {
    const letters = [..."abcdefghijklmnopqrstuvwxyz\u0000"];
    const found = classesOf([...letters, "<s>", "[PAD]"]);
    expect(found.a).toBe("lower-case vowel");
    expect(found["<s>"]).toBe("special");
    expect(found["[PAD]"]).toBe("special");
    expect(found["\u0000"]).toBe("byte, other");
  });

  test("rows without labels are all of one class", () => {
    const words = vocabulary(null, [3, 4]);
    expect(words.classes).toHaveLength(1);
    expect([...words.classOf]).toEqual([0, 0]);
  });
});

test("rows without labels are shown by their ids", () => {
  expect(vocabulary(null, [5, 9]).display).toEqual(["5", "9"]);
});
