import { describe, expect, it } from "vitest";
import type { Drawing, Shape } from "../../src/scene/shapes";
import { captionOf } from "../../src/takeaway/caption";
import { layOut } from "../../src/takeaway/sheet";
import { svgOf } from "../../src/takeaway/svg";
import { escaped, paintOf } from "../../src/takeaway/svg_text";

const measure = (text: string) => text.length * 7;

function drawing(shapes: Shape[]): Drawing {
  const none = new Uint8Array(0);
  return { width: 400, height: 300, dark: true, shapes, positions: new Float32Array(0), colors: none, visible: none };
}

function written(shapes: Shape[], run = "a"): string {
  const moment = { run, embeddings: ["wte"], step: 5, between: null, lastStep: 9, shownRows: 2, rows: 3 } as const;
  const caption = captionOf({ ...moment, noun: "token", projection: "PCA", variance: 0.4, wallTime: 0 }, []);
  const one = drawing(shapes);
  return svgOf(one, layOut(caption, one.width, one.height, true, measure), caption.title, caption.facts.join());
}

const ball = (x: number, color: readonly [number, number, number]): Shape => ({
  kind: "ball",
  x,
  y: 20,
  radius: 6,
  color,
  ground: [30, 30, 30],
  edged: false,
  alpha: 0.8,
});

describe("the picture made of lines", () => {
  it("escapes labels, and holds nothing that XML can't", () => {
    const words: Shape = {
      kind: "words",
      x: 10,
      y: 10,
      width: 20,
      text: '<a> & "b"\u0001\ud800',
      font: '500 13px "Roboto Mono", monospace',
      color: "rgb(1 2 3)",
      alpha: 1,
      halo: { color: "rgb(28 28 29 / 0.92)", width: 5 },
    };
    const svg = written([words], "<run> & \u0000");
    expect(svg).toContain(">&lt;a&gt; &amp; &quot;b&quot;\ufffd\ufffd</text>");
    expect(svg).toContain("<title>&lt;run&gt; &amp; \ufffd · wte</title>");
    expect(svg).toContain("font-family=\"'Roboto Mono', monospace\"");
    expect(svg).toContain('font-weight="500"');
    expect(svg).toContain('fill="#010203"');
  });

  it("shades balls of one colour by one gradient, in the order they hide each other", () => {
    const svg = written([ball(1, [255, 0, 0]), ball(2, [0, 0, 255]), ball(3, [255, 0, 0])]);
    expect(svg.match(/<radialGradient id="bff0000"/g)?.length).toBe(1);
    const fills = [...svg.matchAll(/<circle cx="(\d)"[^>]*url\(#(\w+)\)"[^>]*opacity="0.8"/g)].map(([, x, id]) => [
      x,
      id,
    ]);
    expect(fills).toEqual([
      ["1", "bff0000"],
      ["2", "b0000ff"],
      ["3", "bff0000"],
    ]);
  });

  it("takes less than 120 bytes for a point of many", () => {
    const disc = (i: number): Shape => ({
      kind: "disc",
      x: i / 13,
      y: i / 17,
      radius: 3.25,
      color: [i % 256, 100, 50],
      alpha: 1,
      edge: [20, 20, 20],
    });
    const svg = written(Array.from({ length: 5000 }, (_, i) => disc(i)));
    expect(svg.match(/<circle /g)?.length).toBe(5000);
    expect(svg.length).toBeLessThan(5000 * 120);
  });

  it("never writes what is no number", () => {
    expect(written([{ ...ball(1, [1, 2, 3]), x: Number.NaN } as Shape])).not.toMatch(/NaN|Infinity|undefined/);
  });

  it("knows the colours that a canvas is given", () => {
    expect(paintOf("rgb(255 152 56 / 0.46)")).toEqual({ color: "#ff9838", alpha: 0.46 });
    expect(paintOf("rgba(255, 0, 0, 50%)")).toEqual({ color: "#ff0000", alpha: 0.5 });
    expect(paintOf("#abcdef")).toEqual({ color: "#abcdef", alpha: 1 });
    expect(escaped("plain ␣↵ text 👍")).toBe("plain ␣↵ text 👍");
  });
});
