import { beforeEach, describe, expect, it, vi } from "vitest";

const kept = new Map<string, string>();
vi.stubGlobal("window", {
  localStorage: {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, text: string) => void kept.set(key, text),
  },
});

/** The page opened anew. */
async function opened() {
  vi.resetModules();
  return { ...(await import("../../src/store/guides")), ...(await import("../../src/store/runs")) };
}

describe("what is remembered of tours", () => {
  beforeEach(() => kept.clear());

  it("is the place in each tour of each run, and no hint from then on", async () => {
    const page = await opened();
    expect(page.hintWanted.value).toBe(true);
    page.rememberLeft("r", "gradients", { key: "depth", before: 2, of: 6 });
    page.rememberLeft("r", "looking", { key: "time", before: 2, of: 6 });
    page.rememberLeft("other", "looking", { key: "axes", before: 1, of: 6 });
    const again = await opened();
    expect(again.hintWanted.value).toBe(false);
    again.runName.value = "r";
    expect(again.leftHere.value.map(({ guide, key }) => [guide, key])).toEqual([
      ["looking", "time"],
      ["gradients", "depth"],
    ]);
    again.rememberLeft("r", "looking", null);
    expect(again.leftHere.value.map(({ guide }) => guide)).toEqual(["gradients"]);
  });

  it("is nothing where the browser holds something else", async () => {
    for (const text of ["{", "[]", '{"left": [{"run": 3}, null], "hint": "no"}', "7"]) {
      kept.set("paramviz.guides", text);
      const page = await opened();
      page.runName.value = "r";
      expect(page.leftHere.value).toEqual([]);
      expect(page.hintWanted.value).toBe(true);
    }
  });

  it("knows the tours that a link may name, and no others", async () => {
    const page = await opened();
    expect(["embeddings", "grokking", "nonsense", ""].map(page.guideFrom)).toEqual([
      "embeddings",
      "grokking",
      null,
      null,
    ]);
  });
});
