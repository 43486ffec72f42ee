/** The lines of the heat map: layers in the model's order, in groups with a gap between. Pure. */

import type { Layer } from "../wire.gen";

export interface HeatRow {
  /** Place in the model record. */
  readonly layer: number;
  readonly name: string;
  /** CSS px from the top of the map. */
  readonly y: number;
}

export interface HeatGroup {
  readonly title: string;
  readonly y: number;
  readonly height: number;
}

export interface HeatRows {
  readonly rows: readonly HeatRow[];
  readonly groups: readonly HeatGroup[];
  readonly rowHeight: number;
  /** Of everything; more than the room there is where even the thinnest lines don't fit. */
  readonly height: number;
  /** Lines are high enough for a name each. */
  readonly named: boolean;
}

const THICKEST = 20;
/** 150 layers on a small screen: a line can still be seen, pointed at and walked to. */
const THINNEST = 2;
const NAMED_FROM = 11;

const gapFor = (height: number) => (height >= 16 ? 10 : height >= 8 ? 6 : height >= 5 ? 3 : 2);

/** layers: the whole record; shown: places of those that are wanted, rising; room: CSS px there are. Lines are as high as
 * fits, so that the whole model is seen at once; only below 2 px the map becomes longer than the room. */
export function heatRows(layers: readonly Layer[], shown: readonly number[], room: number): HeatRows {
  const groups = grouped(layers, shown);
  const gaps = Math.max(0, groups.length - 1);
  const height = rowHeight(shown.length, gaps, room);
  const rows: HeatRow[] = [];
  const titles: HeatGroup[] = [];
  let y = 0;
  for (const [k, group] of groups.entries()) {
    if (k > 0) y += gapFor(height);
    titles.push({ title: group.title, y, height: group.layers.length * height });
    for (const layer of group.layers) {
      rows.push({ layer, name: shortName(layers[layer] as Layer, group.prefix), y });
      y += height;
    }
  }
  return { rows, groups: titles, rowHeight: height, height: y, named: height >= NAMED_FROM };
}

/** Lines without groups, in the order given: `order` are places in the record. Names say the block too. */
export function orderedRows(layers: readonly Layer[], order: readonly number[], room: number): HeatRows {
  const height = rowHeight(order.length, 0, room);
  const rows = order.map((place, k) => {
    const layer = layers[place] as Layer;
    const name = shortName(layer, prefixOf(layer));
    return { layer: place, name: layer.block === null ? name : `${layer.block} ${name}`, y: k * height };
  });
  return { rows, groups: [], rowHeight: height, height: order.length * height, named: height >= NAMED_FROM };
}

function rowHeight(rows: number, gaps: number, room: number): number {
  let height = THICKEST;
  while (height > THINNEST && rows * height + gaps * gapFor(height) > room) height -= 1;
  return height;
}

interface Group {
  readonly title: string;
  readonly prefix: string;
  readonly layers: number[];
}

function grouped(layers: readonly Layer[], shown: readonly number[]): Group[] {
  const groups: Group[] = [];
  let key = "";
  const lastBlock = layers.findLastIndex((layer) => layer.block !== null);
  for (const place of shown) {
    const layer = layers[place] as Layer;
    const next =
      layer.block !== null ? `Block ${layer.block}` : place < lastBlock ? "Embed" : lastBlock < 0 ? "" : "Final";
    if (next !== key || groups.length === 0) groups.push({ title: next, prefix: prefixOf(layer), layers: [] });
    key = next;
    groups.at(-1)?.layers.push(place);
  }
  return groups;
}

/** The part of the path that names the block: `transformer.h.3.` of `transformer.h.3.attn.c_attn`. */
function prefixOf(layer: Layer): string {
  if (layer.block === null) return "";
  return /^(?:.*?\.)?(?:\d+)\./.exec(layer.path)?.[0] ?? "";
}

function shortName(layer: Layer, prefix: string): string {
  if (layer.role === "token_embedding" && layer.block === null) return "token emb";
  if (layer.role === "position_embedding" && layer.block === null) return "position emb";
  const rest =
    prefix !== "" && layer.path.startsWith(prefix)
      ? layer.path.slice(prefix.length)
      : (layer.path.split(".").at(-1) ?? "");
  return rest.replaceAll(".", " ");
}

/** The row at a height, or null in a gap or outside. */
export function rowAt(map: HeatRows, y: number): HeatRow | null {
  let [low, high] = [0, map.rows.length - 1];
  while (low <= high) {
    const middle = (low + high) >> 1;
    const row = map.rows[middle] as HeatRow;
    if (y < row.y) high = middle - 1;
    else if (y >= row.y + map.rowHeight) low = middle + 1;
    else return row;
  }
  return null;
}
