/** Where everything of a model's picture stands, from its record alone. Pure: the same record, the same picture. */

import { drawBlock, GAP, type Place } from "./block";
import { boundsOf } from "./bounds";
import { foldBlocks, MOST_BLOCKS } from "./fold";
import { faceOf, modelWidth } from "./size";
import { stackOf } from "./stack";
import type { Caption, Layer, Layout, Plate, Slab, Wire } from "./types";

export interface LayoutOptions {
  /** A block that must not be folded. */
  readonly focus?: number | null;
  readonly mostBlocks?: number;
}

/** Room round a block's slabs on its plate, and between plates. */
const PADDING = 20;
const BETWEEN = 28;
const FOLDED_WIDTH = 64;
const ASIDE = 96;

/** layers: in the model record's order. */
export function layoutModel(layers: readonly Layer[], options: LayoutOptions = {}): Layout {
  const places = layers.map((layer, ordinal) => ({ layer, ordinal }));
  const blocks = [...new Set(layers.map((layer) => layer.block).filter((block) => block !== null))].sort(
    (a, b) => a - b,
  );
  if (blocks.length === 0 || !layers.some((layer) => /^(attn|mlp)_/.test(layer.role))) return stackOf(places);
  return new Assembly(places, blocks, options).layout();
}

class Assembly {
  readonly #slabs: Slab[] = [];
  readonly #plates: Plate[] = [];
  readonly #wires: Wire[] = [];
  readonly #nodes: number[] = [];
  readonly #captions: Caption[] = [];
  readonly #hidden: number[] = [];
  readonly #model: number;

  constructor(
    readonly places: readonly Place[],
    readonly blocks: readonly number[],
    readonly options: LayoutOptions,
  ) {
    this.#model = modelWidth(places.map((place) => place.layer));
  }

  layout(): Layout {
    const firstInBlock = this.places.find((place) => place.layer.block !== null)?.ordinal ?? 0;
    const outside = this.places.filter((place) => place.layer.block === null);
    const isHead = ({ layer }: Place) => layer.role === "lm_head";
    const before = outside.filter((place) => !isHead(place) && (isEmbedding(place) || place.ordinal < firstInBlock));
    const after = outside.filter((place) => !before.includes(place));
    let x = this.#inputs(before);
    const begin = x - ASIDE / 2;
    x = this.#blocks(x);
    x = this.#outputs(
      after.filter((p) => !isHead(p)),
      after.filter(isHead),
      x,
    );
    this.#wires.unshift({ kind: "residual", points: [begin, 0, x - BETWEEN / 2, 0], block: null });
    this.#ties();
    return {
      slabs: this.#slabs,
      plates: this.#plates,
      wires: this.#wires,
      nodes: this.#nodes,
      captions: this.#captions,
      hidden: this.#hidden,
      bounds: boundsOf([...this.#slabs, ...this.#plates], this.#captions),
      recognized: true,
    };
  }

  /** Token embeddings above the stream's beginning, positions and the rest below. */
  #inputs(before: readonly Place[]): number {
    const tables = before.filter((place) => place.layer.role === "token_embedding");
    const others = before.filter((place) => !tables.includes(place));
    let [above, below, width] = [GAP, GAP, 0];
    for (const place of tables) {
      const slab = this.#put(place, 0, above);
      above += slab.height + GAP;
      width = Math.max(width, slab.width);
    }
    for (const place of others) {
      const { height } = faceOf(place.layer, this.#model);
      const slab = this.#put(place, 0, -below - height);
      below += height + GAP;
      width = Math.max(width, slab.width);
    }
    return width + ASIDE;
  }

  #blocks(start: number): number {
    let x = start;
    let [top, bottom] = [0, 0];
    const runs = foldBlocks(this.blocks, this.options.focus ?? null, this.options.mostBlocks ?? MOST_BLOCKS);
    const placed: { x: number; width: number; run: (typeof runs)[number] }[] = [];
    for (const run of runs) {
      const own = this.places.filter(
        ({ layer }) => layer.block !== null && layer.block >= run.first && layer.block <= run.last,
      );
      let width = FOLDED_WIDTH;
      if (run.folded) this.#hidden.push(...own.map((place) => place.ordinal));
      else {
        const drawn = drawBlock(own, x + PADDING, this.#model);
        this.#slabs.push(...drawn.slabs);
        this.#wires.push(...drawn.wires);
        this.#nodes.push(...drawn.nodes);
        this.#hidden.push(...drawn.hidden);
        if (drawn.note) {
          const y = drawn.bottom - PADDING + 4;
          this.#captions.push({
            text: drawn.note,
            x: x + PADDING + drawn.width / 2,
            y,
            align: "middle",
            strong: false,
          });
        }
        [top, bottom] = [Math.max(top, drawn.top), Math.min(bottom, drawn.bottom)];
        width = drawn.width + 2 * PADDING;
      }
      placed.push({ x, width, run });
      x += width + BETWEEN;
    }
    for (const { x: left, width, run } of placed) {
      const { first, last, folded } = run;
      const title = folded ? `${last - first + 1} blocks` : `Block ${first}`;
      const height = top - bottom + 2 * PADDING;
      this.#plates.push({ x: left, y: bottom - PADDING, width, height, first, last, folded, title });
      this.#captions.push({ text: title, x: left + width / 2, y: top + PADDING + 22, align: "middle", strong: true });
      if (folded) {
        const text = `${first} – ${last}`;
        this.#captions.push({ text, x: left + width / 2, y: (top + bottom) / 2, align: "middle", strong: false });
      }
    }
    return x;
  }

  /** What comes after the blocks lies across the stream, one after the other, the head last. */
  #outputs(rest: readonly Place[], heads: readonly Place[], start: number): number {
    let x = start;
    for (const place of [...rest, ...heads]) {
      const { height } = faceOf(place.layer, this.#model);
      const slab = this.#put(place, x, -height / 2);
      x += slab.width + BETWEEN;
    }
    return x;
  }

  /** From each layer that shares its parameters to the one that has them, below everything. */
  #ties(): void {
    const lowest = Math.min(...this.#slabs.map((slab) => slab.y), ...this.#plates.map((plate) => plate.y)) - 24;
    const byPath = new Map(this.#slabs.map((slab) => [this.places[slab.layer]?.layer.path, slab]));
    for (const slab of this.#slabs) {
      const other = slab.tiedTo === null ? undefined : byPath.get(slab.tiedTo);
      if (!other) continue;
      const [from, to] = [slab.x + slab.width / 2, other.x + other.width / 2];
      this.#wires.push({ kind: "tie", points: [from, slab.y, from, lowest, to, lowest, to, other.y], block: null });
    }
  }

  #put(place: Place, x: number, y: number): Slab {
    const { layer, ordinal } = place;
    const name = layer.path.split(".").at(-1) ?? layer.path;
    const slab: Slab = {
      layer: ordinal,
      name,
      block: null,
      x,
      y,
      seams: [],
      tiedTo: layer.tied_to,
      ...faceOf(layer, this.#model),
    };
    this.#slabs.push(slab);
    return slab;
  }
}

function isEmbedding({ layer }: Place): boolean {
  return layer.role === "token_embedding" || layer.role === "position_embedding";
}
