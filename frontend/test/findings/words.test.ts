import { describe, expect, test } from "vitest";
import { lookedAt } from "../../src/findings/looked_at";
import { findingMarkdown, measuredSaid } from "../../src/findings/markdown";
import { commonPrefix, piecesOf, withShortNames } from "../../src/findings/sentence";
import { partsOf } from "../../src/findings/sources";
import { sureWord, titleOf, whySure } from "../../src/findings/titles";
import { embedding } from "../choosing_run";
import { gpt, record } from "../model_record";
import { finding } from "./finding";

describe("a finding as Markdown", () => {
  const evidence = {
    series: [{ name: "h.0", steps: [0, 1, 2], values: [0.5, null, 0.00001] }],
    threshold: 1e-7,
    threshold_name: "vanished (1e-7)",
    log: true,
  };
  const text = findingMarkdown(
    finding({ layers: ["h.0.ln_1"], tokens: ["`", "\n"], evidence, source: "Kosson 2023, arXiv 2305.17212" }),
    "exp/1",
    "http://x/#y",
  );

  test("says everything that the page says", () => {
    for (const part of ["### Vanishing gradients", "exp/1", "problem", "Steps 400 to 1,000", "`h.0.ln_1`", "90 %"])
      expect(text).toContain(part);
    expect(text).toContain("h.0 from 1e-5 to 0.500; threshold 1e-7, vanished (1e-7)");
    expect(text).toContain("Likely causes:\n\n- dead units above");
    expect(text).toContain("What people do:\n\n- look at the block above");
    expect(text).toContain("[arXiv 2305.17212](https://arxiv.org/abs/2305.17212)");
    expect(text).toContain("[See it](http://x/#y)");
  });

  test("tokens that are signs of Markdown, or of nothing, stay what they are", () => {
    expect(text).toContain('``"`"``');
    expect(text).toContain('`"\\n"`');
  });

  test("never says NaN, also where nothing finite was measured", () => {
    const nothing = { ...evidence, series: [{ name: "loss", steps: [1], values: [null] }], threshold: null };
    expect(measuredSaid(nothing)).toBe("loss, no finite value");
  });
});

describe("sources", () => {
  test("what is on arXiv becomes a link, the rest stays words, and nothing is lost", () => {
    const source = "Zhai et al. 2023, arXiv 2303.06296; Dong 2021, arXiv:2103.03404v2 (rank); Sage <b>";
    const parts = partsOf(source);
    expect(parts.map(({ text }) => text).join("")).toBe(source);
    expect(parts.filter(({ href }) => href !== null).map(({ href }) => href)).toEqual([
      "https://arxiv.org/abs/2303.06296",
      "https://arxiv.org/abs/2103.03404",
    ]);
    expect(partsOf("no link at all")).toEqual([{ text: "no link at all", href: null }]);
  });
});

describe("names of layers in a sentence", () => {
  const layers = ["transformer.wte", "transformer.h.0.ln_1"].map((path) => ({ path }));

  test("leave out what all of them begin with", () => {
    expect(commonPrefix(layers)).toBe("transformer.");
    expect(withShortNames("In transformer.wte, transformer.h.0.ln_1 and more.", "transformer.")).toBe(
      "In wte, h.0.ln_1 and more.",
    );
  });

  test("keep it where they don't, and where it only ends a sentence", () => {
    expect(commonPrefix([...layers, { path: "lm_head" }])).toBe("");
    expect(commonPrefix([{ path: "model.a.b" }, { path: "model.a.c" }])).toBe("model.a.");
    expect(withShortNames("Not this model. Nor supermodel.x", "model.")).toBe("Not this model. Nor supermodel.x");
  });
});

describe("words", () => {
  test("a kind that this page doesn't know is called by its own name", () => {
    expect(titleOf({ insight: "clusters_merged_late" })).toBe("Clusters merged late");
  });

  test("the surer, the stronger the word, and each says where its number is from", () => {
    expect([0.99, 0.85, 0.7, 0.5, 0.1].map(sureWord)).toEqual([
      "almost certain",
      "very likely",
      "likely",
      "perhaps",
      "hardly sure",
    ]);
    expect(whySure({ insight: "spike" })).not.toBe(whySure({ insight: "anything else" }));
  });
});

describe("an empty list", () => {
  const full = record(gpt(2), {
    stats: ["grad_norm", "grad_rms", "update_ratio"],
    optimizer: { name: "AdamW" },
    embeddings: [embedding("wte", ["a"])],
  });

  test("says what was looked at", () => {
    const { looked, missing } = lookedAt({ record: full, train: true, validation: true, probe: true, snapshots: 100 });
    expect(looked).toHaveLength(6);
    expect(missing).toEqual([]);
  });

  test("and what could not be, with the reason", () => {
    const { looked, missing } = lookedAt({
      record: record(gpt(2), { stats: ["weight_norm"] }),
      train: true,
      validation: false,
      probe: false,
      snapshots: 3,
    });
    expect(looked).toEqual(["training loss"]);
    expect(missing).toHaveLength(6);
    expect(missing.join(" ")).toMatch(/No validation loss.*optimizer.*level="full".*3 snapshots/s);
  });

  test("goes by what was recorded, not by what the format has a place for", () => {
    const seen = { train: true, validation: true, probe: true, snapshots: 100 };
    const light = lookedAt({ ...seen, record: { ...full, schedule: { level: "light" } } });
    expect(light.looked.join(" ")).not.toMatch(/gradient|update/);
    expect(light.missing.join(" ")).toMatch(/level="light".*vanishing.*Updates aren't recorded/s);
    const nobody = lookedAt({ ...seen, record: { ...full, optimizer: {} } });
    expect(nobody.missing).toEqual(["No optimizer was passed to watch(): update ratios can't be judged."]);
    const muon = lookedAt({ ...seen, record: { ...full, optimizer: { name: "Muon" } } });
    expect(muon.missing.join()).toContain("The optimizer is Muon");
    const groups = [{ lr: 1e-3 }, { lr: 1e-4 }];
    const several = lookedAt({ ...seen, record: { ...full, optimizer: { name: "AdamW", groups } } });
    expect(several.looked).not.toContain("update ratios");
    expect(several.missing.join()).toContain("learning rates of their own");
  });
});

describe("the tokens that a sentence quotes", () => {
  test("stand by themselves, also those that are signs, quotes and blanks", () => {
    const tokens = ["!", ",", "'", '"', "\\", "\n", "a", "ab", "z"];
    const sentence = `stand together: '!', ',', "'", '"', '\\\\', '\\n', 'a', 'ab' and 1 more.`;
    const pieces = piecesOf(sentence, tokens);
    expect(pieces.flatMap((piece) => ("token" in piece ? [piece.token] : []))).toEqual(tokens.slice(0, -1));
    expect(pieces.flatMap((piece) => ("words" in piece ? [piece.words] : [])).join("|")).toBe(
      "stand together: |, |, |, |, |, |, |, | and 1 more.",
    );
  });

  test("nothing else is one: a name of a layer and an apostrophe stay words", () => {
    const sentence = "Adam's rule in 'wte' is another.";
    expect(piecesOf(sentence, ["a", "s"])).toEqual([{ words: sentence }]);
    expect(piecesOf(sentence, [])).toEqual([{ words: sentence }]);
  });
});
