/** Where everything of a model's picture stands, from its record alone. Pure: the same record, the same picture. */

import { drawBlock, GAP, type Place } from "./block";
import { boundsOf } from "./bounds";
import { foldBlocks, MOST_BLOCKS } from "./fold";
import { type Face, faceOf, modelWidth, uprightFace } from "./size";
import { stackOf } from "./stack";
import type { Caption, Layer, Layout, Plate, Rect, Slab, Tile, Wire } from "./types";

export interface LayoutOptions {
  /** A block that must not be folded. */
  readonly focus?: number | null;
  readonly mostBlocks?: number;
}

/** Room round a block's slabs on its plate, and between plates. */
const PADDING = 20;
const BETWEEN = 28;
/** How wide a folded block is, and all folded ones of a plate together are about. */
const [TILE_LEAST, TILE_MOST, TILES] = [3, 14, 180];
/** From the stream to a folded block's two halves. */
const TILE_STANDOFF = 26;
const ASIDE = 96;
/** From the stream to the tables it begins with. */
const TABLE_STANDOFF = 36;

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
  readonly #tiles: Tile[] = [];
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
    const begin = before.length > 0 ? (x - ASIDE) / 2 : x - ASIDE / 2;
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
      tiles: this.#tiles,
      wires: this.#wires,
      nodes: this.#nodes,
      captions: this.#captions,
      hidden: this.#hidden,
      bounds: boundsOf([...this.#slabs, ...this.#plates, ...this.#wires.map(roomOf)], this.#captions),
      recognized: true,
    };
  }

  /** Token embeddings above the stream's beginning, positions and the rest below. */
  #inputs(before: readonly Place[]): number {
    const tables = before.filter((place) => place.layer.role === "token_embedding");
    const others = before.filter((place) => !tables.includes(place));
    let [above, below, width] = [TABLE_STANDOFF, TABLE_STANDOFF, 0];
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
    // The tables' sum is where the stream begins.
    if (above > TABLE_STANDOFF)
      this.#wires.push({ kind: "branch", points: [width / 2, TABLE_STANDOFF, width / 2, 0], block: null });
    if (below > TABLE_STANDOFF)
      this.#wires.push({ kind: "branch", points: [width / 2, -TABLE_STANDOFF, width / 2, 0], block: null });
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
      let width = 0;
      if (run.folded) {
        this.#hidden.push(...own.map((place) => place.ordinal));
        width = Math.max(64, foldedWidth(run) + 2 * PADDING);
      } else {
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
      if (!folded) continue;
      const text = `${first} – ${last}`;
      this.#captions.push({ text, x: left + width / 2, y: top + PADDING + 4, align: "middle", strong: false });
      this.#fold(run, left + (width - foldedWidth(run)) / 2, top, bottom);
    }
    return x;
  }

  /** Folded blocks stand side by side, as thin as it takes: the whole depth of the model is seen. */
  #fold(run: { first: number; last: number }, left: number, top: number, bottom: number): void {
    const each = foldedWidth(run) / (run.last - run.first + 1);
    for (let block = run.first; block <= run.last; block += 1) {
      const own = this.places.filter((place) => place.layer.block === block);
      const above = own.filter(({ layer }) => layer.role.startsWith("attn_"));
      const below = own.filter(({ layer }) => layer.role.startsWith("mlp_"));
      const x = left + (block - run.first) * each;
      const width = each * 0.8;
      const ordinals = (places: readonly Place[]) => places.map((place) => place.ordinal);
      if (above.length > 0 && top > TILE_STANDOFF)
        this.#tiles.push({ x, y: TILE_STANDOFF, width, height: top - TILE_STANDOFF, block, layers: ordinals(above) });
      if (below.length > 0 && bottom < -TILE_STANDOFF)
        this.#tiles.push({ x, y: bottom, width, height: -TILE_STANDOFF - bottom, block, layers: ordinals(below) });
    }
  }

  /** What comes after the blocks lies across the stream, one after the other, the head last. */
  #outputs(rest: readonly Place[], heads: readonly Place[], start: number): number {
    let x = start;
    for (const place of [...rest, ...heads]) {
      const face = uprightFace(place.layer, this.#model);
      const slab = this.#put(place, x, -face.height / 2, face);
      x += slab.width + BETWEEN;
    }
    return x;
  }

  /** From each layer that shares its parameters to the one that has them: below everything, and in from the side. */
  #ties(): void {
    const lowest = Math.min(...this.#slabs.map((slab) => slab.y), ...this.#plates.map((plate) => plate.y)) - 40;
    const byPath = new Map(this.#slabs.map((slab) => [this.places[slab.layer]?.layer.path, slab]));
    for (const slab of this.#slabs) {
      const other = slab.tiedTo === null ? undefined : byPath.get(slab.tiedTo);
      if (!other) continue;
      const [from, to] = [slab.x + slab.width / 2, other.x - BETWEEN];
      const height = other.y + other.height / 2;
      this.#wires.push({
        kind: "tie",
        points: [from, slab.y, from, lowest, to, lowest, to, height, other.x, height],
        block: null,
      });
      const text = "tied";
      this.#captions.push({ text, x: (from + to) / 2, y: lowest - 6, align: "middle", strong: false });
    }
  }

  #put(place: Place, x: number, y: number, face: Face = faceOf(place.layer, this.#model)): Slab {
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
      ...face,
    };
    this.#slabs.push(slab);
    return slab;
  }
}

function foldedWidth({ first, last }: { first: number; last: number }): number {
  const count = last - first + 1;
  return count * Math.max(TILE_LEAST, Math.min(TILE_MOST, TILES / count));
}

/** What a line covers; only ties leave what slabs and plates cover. */
function roomOf({ points }: Wire): Rect {
  const [x, y] = [points.filter((_, i) => i % 2 === 0), points.filter((_, i) => i % 2 === 1)];
  const [left, low] = [Math.min(...x), Math.min(...y)];
  return { x: left, y: low, width: Math.max(...x) - left, height: Math.max(...y) - low };
}

function isEmbedding({ layer }: Place): boolean {
  return layer.role === "token_embedding" || layer.role === "position_embedding";
}
