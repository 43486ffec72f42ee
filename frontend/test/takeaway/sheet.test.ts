import { describe, expect, it } from "vitest";
import { type Caption, captionOf, type LegendPart, type Moment } from "../../src/takeaway/caption";
import { fileName } from "../../src/takeaway/file_name";
import { layOut } from "../../src/takeaway/sheet";
import type { Item } from "../../src/takeaway/sheet_pieces";

const measure = (text: string, font: string) => text.length * (font.includes("16px") ? 9 : 6.5);

const MOMENT: Moment = {
  run: "runs/a",
  embeddings: ["transformer.wte"],
  step: 590,
  between: null,
  lastStep: 1200,
  shownRows: 12,
  rows: 65,
  noun: "token",
  projection: "PCA of the whole run",
  variance: 0.4,
  wallTime: 1_790_000_000,
};
const LEGEND: LegendPart[] = [
  {
    kind: "classes",
    entries: ["lower-case vowel", "consonant", "upper case", "punctuation, digit", "whitespace"].map((name, i) => ({
      name,
      color: "#123456",
      count: 1000 * i + 5,
    })),
  },
  {
    kind: "scale",
    name: "Moved since the first step",
    low: "0",
    high: "3.2",
    colors: ["#000000", "#ffffff"],
    log: true,
  },
  { kind: "sizes", name: "count 1 to 4,970" },
  { kind: "trails", name: "last 100 steps" },
];

function ends(item: Item): { left: number; right: number; top: number; bottom: number } {
  if (item.kind === "word") return { left: item.x, right: item.x + item.width, top: item.y - 10, bottom: item.y + 3 };
  if (item.kind === "dot" || item.kind === "ring") {
    return {
      left: item.x - item.radius,
      right: item.x + item.radius,
      top: item.y - item.radius,
      bottom: item.y + item.radius,
    };
  }
  if (item.kind === "ramp")
    return { left: item.x, right: item.x + item.width, top: item.y, bottom: item.y + item.height };
  return { left: item.x, right: item.x + item.width, top: item.y, bottom: item.y + item.height };
}

describe("what is written on a picture", () => {
  it("names the moment: run, step of the last, rows, variance, time with its zone", () => {
    const caption = captionOf(MOMENT, []);
    expect(caption.title).toBe("runs/a · transformer.wte");
    expect(caption.facts).toEqual([
      "Step 590 of 1,200",
      "12 of 65 tokens",
      "PCA of the whole run, 40 % of variance shown",
      "logged 2026-09-21 14:13:20 UTC",
    ]);
  });

  it("says so between two snapshots, and leaves out what isn't known", () => {
    const { facts } = captionOf(
      { ...MOMENT, step: 595, between: [590, 600], variance: null, wallTime: Number.NaN },
      [],
    );
    expect(facts).toContain("between the snapshots of 590 and 600");
    expect(facts.join()).not.toMatch(/NaN|logged|variance/);
  });

  it.each([320, 390, 800, 1920])("stands over and under the cloud at %i px, nothing on anything else", (width) => {
    const caption: Caption = captionOf({ ...MOMENT, run: `runs/${"long".repeat(40)}` }, LEGEND);
    const sheet = layOut(caption, width, 500, true, measure);
    expect(sheet.bottom - sheet.top).toBe(500);
    const boxes = sheet.items.map(ends);
    for (const [i, box] of boxes.entries()) {
      expect(box.left).toBeGreaterThanOrEqual(0);
      expect(box.right).toBeLessThanOrEqual(width);
      expect(box.bottom <= sheet.top || box.top >= sheet.bottom).toBe(true);
      expect(box.bottom).toBeLessThanOrEqual(sheet.height);
      for (const other of boxes.slice(i + 1)) {
        const apart =
          box.right <= other.left || other.right <= box.left || box.bottom <= other.top || other.bottom <= box.top;
        expect(apart).toBe(true);
      }
    }
    const text = sheet.items.map((item) => (item.kind === "word" ? item.text : "")).join(" ");
    for (const word of [
      "lower-case vowel",
      "4,005",
      "Moved since the first step",
      "3.2",
      "log",
      "count",
      "last 100 steps",
    ]) {
      expect(text).toContain(word);
    }
  });
});

describe("a file's name", () => {
  it("tells run, embedding and step in letters that every file system takes", () => {
    expect(fileName("runs/a b", "transformer.wte", 590, "png")).toBe("runs_a_b-transformer.wte-step-590.png");
    expect(fileName("../..", "", null, "csv")).toBe("paramviz.csv");
    expect(fileName("é".repeat(300), "wte", 1, "ply").length).toBeLessThanOrEqual(124);
  });
});
