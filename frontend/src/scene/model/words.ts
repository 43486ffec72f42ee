/** Which words stand beside the model: names on the first block, letters of Q, K and V, what lies outside of blocks. Pure. */

import type { Layout, Slab } from "../../architecture/types";
import { DEPTH } from "../../architecture/types";
import type { LabelMode } from "../types";

export interface Word {
  readonly text: string;
  /** Model units. */
  readonly x: number;
  readonly y: number;
  readonly z: number;
  readonly align: "start" | "middle" | "end";
  readonly strong: boolean;
  /** CSS px that the word is moved down on the screen. */
  readonly down: number;
  /** Of a layer: it recedes with it. */
  readonly layer: number | null;
}

export interface Named {
  readonly shapes: readonly string[];
  readonly labelMode: LabelMode;
  readonly notes: ReadonlyMap<number, string>;
}

const ABOVE = -7;
const BELOW = 15;
const ASIDE = 8;
/** Room between a plate and the words beside it. */
const OUT = 34;

/** The most important first: where two would cover each other, the later one is left out. */
export function wordsOf(layout: Layout, { shapes, labelMode, notes }: Named): Word[] {
  const words: Word[] = layout.captions.map((caption) => ({ ...caption, z: 0, down: 0, layer: null }));
  if (labelMode === "off") return layout.recognized ? words.filter((word) => word.strong) : [];
  if (!layout.recognized) return words;
  const plates = layout.plates.filter((plate) => !plate.folded);
  const first = plates[0]?.first ?? null;
  const upright = layout.slabs.find((slab) => slab.upright);
  for (const { first: block, title } of plates) {
    const text = notes.get(block);
    const at = words.findIndex((word) => word.strong && word.text === title);
    const named = words[at];
    if (!text || !named) continue;
    // It takes the title's place, and the title goes up a line.
    words[at] = { ...named, down: -LINE };
    words.push({ ...named, text, strong: false, down: 4 });
  }
  for (const slab of layout.slabs) {
    if (slab.block === null) words.push(...outside(slab, shapes[slab.layer] ?? "", slab === upright));
    else if (slab.block === first || labelMode === "all")
      words.push(...inside(slab, slab.block === first, stacked(slab, layout.slabs)));
  }
  const plate = plates[0];
  if (plate) words.push(...branches(layout, plate.x, first));
  return words;
}

/** Lines of words stand so many CSS px below each other. */
const LINE = 16;

function outside(slab: Slab, shape: string, first: boolean): Word[] {
  const top = slab.y + slab.height;
  const base = { x: slab.x + slab.width / 2, z: DEPTH, align: "middle", layer: slab.layer } as const;
  const name = { ...base, text: slab.name, strong: true };
  const more = { ...base, strong: false };
  if (slab.upright) {
    // Beside each other there is room for one above and one below.
    if (first) return [{ ...name, y: slab.y, down: BELOW }];
    const tied = slab.tiedTo !== null;
    const words: Word[] = [{ ...name, y: top, down: ABOVE - (tied ? LINE : 0) }];
    if (tied) words.push({ ...more, text: "tied", y: top, down: ABOVE });
    return words;
  }
  // Below the stream a name stands under its slab, so that it keeps off the line.
  if (top <= 0)
    return [
      { ...name, y: slab.y, down: BELOW },
      { ...more, text: shape, y: slab.y, down: BELOW + LINE },
    ];
  return [
    { ...name, y: top, down: ABOVE - LINE },
    { ...more, text: shape, y: top, down: ABOVE },
  ];
}

/** Another slab lies close above it or below it: its name has its place at the side. */
function stacked(slab: Slab, all: readonly Slab[]): boolean {
  const close = (one: Slab, other: Slab) => Math.abs(other.y - one.y - one.height) < 8;
  return all.some(
    (other) =>
      other.block === slab.block && Math.abs(other.x - slab.x) < 1 && (close(slab, other) || close(other, slab)),
  );
}

function inside(slab: Slab, seams: boolean, aside: boolean): Word[] {
  const bar = slab.height < 12 || aside;
  const name: Word = bar
    ? {
        text: slab.name,
        x: slab.x,
        y: slab.y + slab.height / 2,
        z: DEPTH,
        align: "end",
        strong: false,
        down: 4,
        layer: slab.layer,
      }
    : {
        text: slab.name,
        x: slab.x + slab.width / 2,
        // The sides that look away from the stream are free.
        y: slab.y >= 0 ? slab.y + slab.height : slab.y,
        z: DEPTH,
        align: "middle",
        strong: false,
        down: slab.y >= 0 ? ABOVE : BELOW,
        layer: slab.layer,
      };
  if (bar) return [{ ...name, x: slab.x - ASIDE }];
  const letters = seams ? slab.seams : [];
  return [
    name,
    ...letters.map(
      (seam): Word => ({
        text: seam.name,
        x: slab.x - ASIDE,
        y: slab.y + slab.height * (1 - seam.share - 0.5 / letters.length),
        z: DEPTH,
        align: "end",
        strong: true,
        down: 4,
        layer: slab.layer,
      }),
    ),
  ];
}

function branches(layout: Layout, left: number, block: number | null): Word[] {
  const own = layout.slabs.filter((slab) => slab.block === block && slab.height >= 12);
  const said = (text: string, slabs: readonly Slab[]): Word[] => {
    if (slabs.length === 0) return [];
    const low = Math.min(...slabs.map((slab) => slab.y));
    const high = Math.max(...slabs.map((slab) => slab.y + slab.height));
    return [{ text, x: left - OUT, y: (low + high) / 2, z: 0, align: "end", strong: false, down: 4, layer: null }];
  };
  return [
    ...said(
      "Attention",
      own.filter((slab) => slab.y >= 0),
    ),
    ...said(
      "MLP",
      own.filter((slab) => slab.y < 0),
    ),
  ];
}
