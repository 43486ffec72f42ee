import { describe, expect, it } from "vitest";
import { captionOf, captionOfView } from "../../src/takeaway/caption";
import { type Happening, lossesSaid, phaseSaid, saidUntil } from "../../src/takeaway/happening";
import { layOut } from "../../src/takeaway/sheet";
import { fitted, wrapped } from "../../src/takeaway/wrap";
import type { Finding } from "../../src/wire.gen";

const measure = (text: string, font: string) => [...text].length * (font.includes("16px") ? 9 : 6.5);

function finding(first: number, sentence: string, severity: Finding["severity"] = "watch"): Finding {
  return {
    insight: "plateau",
    severity,
    first_step: first,
    last_step: first + 10,
    layers: [],
    tokens: [],
    sentence,
    confidence: 0.9,
    evidence: null,
    causes: [],
    remedies: [],
    source: "",
  };
}

describe("what is said of a moment", () => {
  const list = [
    finding(50, "Worst.", "problem"),
    finding(10, "Second."),
    finding(200, "Later."),
    finding(20, "Third."),
    finding(5, "Fourth.", "note"),
  ];

  it("is only what could be said by then, the worst first, the others counted", () => {
    const { findings, more } = saidUntil(list, 60);
    expect(findings.map(({ text }) => text)).toEqual(["Worst.", "Second.", "Third."]);
    expect(more).toBe(1);
    expect(saidUntil(list, 9).findings.map(({ text }) => text)).toEqual(["Fourth."]);
    expect(saidUntil(list, null)).toEqual({ findings: [], more: 0 });
  });

  it("says of a phase that it may change still, and leaves losses out that aren't known", () => {
    expect(phaseSaid({ name: "Plateau", color: "#000", provisional: true })).toBe("Plateau, provisional");
    expect(phaseSaid({ name: "Plateau", color: "#000", provisional: false })).toBe("Plateau");
    const read = [
      { name: "train loss", value: 2.0912, color: "#111" },
      { name: "validation loss", value: null, color: "#222" },
    ];
    expect(lossesSaid(read)).toEqual([{ name: "train loss", value: "2.09", color: "#111" }]);
  });

  it("tells a sample from the whole vocabulary", () => {
    const moment = { run: "a", embeddings: ["wte"], step: 5, between: null, lastStep: 9, shownRows: 12, rows: 2000 };
    const rest = { noun: "token", projection: "PCA", variance: null, wallTime: Number.NaN };
    expect(captionOf({ ...moment, ...rest, sampledOf: 50_257 }, []).facts).toContain(
      "12 of 2,000 tokens, a sample of 50,257",
    );
  });
});

describe("a sentence in lines", () => {
  const words = "From step 96 to 165 the loss stands still, then it falls on, much later.";
  it.each([60, 120, 333])("fits into %i px and loses no word", (room) => {
    const lines = wrapped(words, "12px a", room, measure);
    for (const line of lines) expect(measure(line, "12px a")).toBeLessThanOrEqual(room);
    expect(lines.join(" ").replaceAll(" ", "")).toBe(words.replaceAll(" ", ""));
  });

  it("breaks a word that is longer than a line, and cuts what is over the last line", () => {
    const long = wrapped(`${"x".repeat(50)} end`, "12px a", 65, measure);
    expect(long).toEqual(["x".repeat(10), "x".repeat(10), "x".repeat(10), "x".repeat(10), "x".repeat(10), "end"]);
    const cut = wrapped(words, "12px a", 120, measure, 2);
    expect(cut).toHaveLength(2);
    expect(cut[1]).toMatch(/…$/);
    expect(measure(cut[1] as string, "12px a")).toBeLessThanOrEqual(120);
    expect(fitted("short", "12px a", 100, measure)).toBe("short");
    expect(wrapped("", "12px a", 10, measure)).toEqual([]);
  });
});

describe("a sheet with findings", () => {
  const now: Happening = {
    phase: { name: "Rapid learning", color: "#56b4e9", provisional: true },
    losses: [
      { name: "train loss", value: "2.09", color: "#111111" },
      { name: "validation loss", value: "2.21", color: "#222222" },
    ],
    findings: ["problem", "watch", "note"].map((severity) => ({
      severity: severity as Finding["severity"],
      text: `A long sentence about ${"transformer.h.3.mlp.c_fc ".repeat(7)}that goes on.`,
    })),
    more: 4,
    looked: true,
  };
  const when = { run: "runs/a", step: 300, between: null, lastStep: 500, wallTime: Number.NaN };

  it.each([320, 560, 1280])("keeps everything apart at %i px, and the picture below it", (width) => {
    const sheet = layOut(captionOfView(when, "Gradient norm", ["28 layers"], [], now), width, 400, false, measure);
    const words = sheet.items.filter((item) => item.kind === "word");
    const boxes = words.map(({ x, y, width: wide }) => ({ left: x, right: x + wide, top: y - 10, bottom: y + 3 }));
    for (const [i, box] of boxes.entries()) {
      expect(box.right).toBeLessThanOrEqual(width);
      expect(box.bottom).toBeLessThanOrEqual(sheet.top);
      for (const other of boxes.slice(i + 1)) {
        const apart =
          box.right <= other.left || other.right <= box.left || box.bottom <= other.top || other.bottom <= box.top;
        expect(apart).toBe(true);
      }
    }
    const said = words.map(({ text }) => text).join(" ");
    for (const word of ["Rapid learning, provisional", "train loss", "2.21", "Problem: A long", "and 4 more"])
      expect(said).toContain(word);
    // A severity is its shape besides its word: three of them, each with its sign.
    expect(sheet.items.filter((item) => item.kind === "outline" && item.pen !== null)).toHaveLength(3);
  });

  it("says that nothing was found only where somebody looked", () => {
    const none = { ...now, findings: [], more: 0 };
    const said = (of: Happening) =>
      layOut(captionOfView(when, "x", [], [], of), 800, 100, true, measure).items.some(
        (item) => item.kind === "word" && item.text === "Nothing was found until this step",
      );
    expect(said(none)).toBe(true);
    expect(said({ ...none, looked: false })).toBe(false);
  });
});
