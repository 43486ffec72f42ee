/** Everything of the layout that has a body: slabs, plates, folded blocks, as boxes in space. Pure. */

import { DEPTH, type Layout, type Plate, type Slab, type Tile } from "../../architecture/types";

export type Kind = "slab" | "plate" | "tile";

export interface Box {
  readonly kind: Kind;
  readonly low: readonly [number, number, number];
  readonly high: readonly [number, number, number];
  /** Layer whose numbers a slab shows: where parameters are shared, the one that has them. -1 = of no slab. */
  readonly source: number;
  readonly slab: Slab | null;
  readonly plate: Plate | null;
  readonly tile: Tile | null;
}

const PLATE = { back: -7, front: -5 } as const;
const TILE_DEPTH = DEPTH * 0.7;
/** What is thinner than this on its face is thinner in depth too: a norm isn't a matrix. */
const BAR = 12;
const BAR_DEPTH = DEPTH * 0.6;

/** paths: of each layer, in the model record's order. */
export function boxesOf(layout: Layout, paths: readonly string[]): Box[] {
  const plates = layout.plates.map((plate) => boxOf("plate", plate, PLATE.back, PLATE.front, { plate }));
  const tiles = layout.tiles.map((tile) => boxOf("tile", tile, 0, Math.min(TILE_DEPTH, 2 * tile.width), { tile }));
  const slabs = layout.slabs.map((slab) => {
    const thin = Math.min(slab.width, slab.height) < BAR;
    const room = thin ? (DEPTH - BAR_DEPTH) / 2 : 0;
    return boxOf("slab", slab, room, DEPTH - room, {
      slab,
      source: slab.tiedTo !== null && paths.includes(slab.tiedTo) ? paths.indexOf(slab.tiedTo) : slab.layer,
    });
  });
  return [...plates, ...tiles, ...slabs];
}

function boxOf(
  kind: Kind,
  { x, y, width, height }: { x: number; y: number; width: number; height: number },
  back: number,
  front: number,
  of: Partial<Pick<Box, "source" | "slab" | "plate" | "tile">>,
): Box {
  return {
    kind,
    low: [x, y, back],
    high: [x + width, y + height, front],
    source: -1,
    slab: null,
    plate: null,
    tile: null,
    ...of,
  };
}
