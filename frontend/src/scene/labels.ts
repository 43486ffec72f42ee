// biome-ignore-all lint/style/noNonNullAssertion: typed arrays, indexed inside their length
/** Names beside the points. */

import { displayed } from "./glyphs";
import { type LabelKind, LabelOrder } from "./label_order";
import { DENSITY_ROWS, FLAT_ROWS } from "./palette";
import { Placement } from "./placement";
import { type Lettering, MONO, type Stamps, stampAt } from "./stamps";
import type { SceneProps } from "./types";
import type { Shot } from "./visual";

/** So many at least, and on a large canvas one for each so many px². */
const MOST = 46;
const ROOM_FOR_ONE = 12_000;
const MOST_NARROW = 26;
const MOST_ALL = 300;
const NARROW = 600;
/** Rows that ask and find no place cost time too. */
const MOST_ASKED = 500;
const MOST_ASKED_OF_MANY = 120;
/** Far labels keep so much of their opacity. */
const FAR_ALPHA = 0.62;

const PLAIN: Lettering = { font: `12px ${MONO}`, height: 14, color: (p) => (p.dark ? p.text : p.quietText) };
const STRONG: Lettering = { font: `500 13px ${MONO}`, height: 15, color: (p) => p.text };
const PILL: Lettering = {
  font: `500 15px ${MONO}`,
  height: 23,
  color: (p) => p.onAccent,
  pill: { color: (p) => p.accent, padding: 7, corner: 5 },
};
const LETTERING: Record<LabelKind, Lettering> = {
  selected: PILL,
  hovered: STRONG,
  neighbour: STRONG,
  hit: STRONG,
  plain: PLAIN,
};

export function mostLabels(width: number, height: number): number {
  return width < NARROW ? MOST_NARROW : Math.max(MOST, Math.floor((width * height) / ROOM_FOR_ONE));
}

export class Labels {
  /** For the rows' labels and for everything else that has to keep clear of them. */
  readonly placement = new Placement();
  readonly #order = new LabelOrder();
  /** Place taken in the last picture, -1 = none; [R]. */
  #places = new Int8Array(0);
  #next = new Int8Array(0);
  #texts: string[] = [];

  update(props: Readonly<SceneProps>, changed: ReadonlySet<keyof SceneProps>): void {
    const anew = this.#places.length !== props.rows;
    if (anew) {
      this.#places = new Int8Array(props.rows).fill(-1);
      this.#next = new Int8Array(props.rows).fill(-1);
    }
    if (anew || changed.has("labels")) this.#texts = props.labels.map(displayed);
    if (anew || changed.has("labelPriority")) this.#order.rankBy(props.labelPriority, props.rows);
    const naming = ["selected", "hovered", "links", "trails", "hits", "labelMode"] as const;
    if (anew || naming.some((key) => changed.has(key))) this.#order.name(props);
  }

  /** Draws on a context scaled to CSS px. `placement` must have been reset for this picture, with what labels keep out of. */
  draw(context: CanvasRenderingContext2D, shot: Readonly<Shot>, stamps: Stamps): void {
    const { props, view } = shot;
    const most = props.labelMode === "all" ? MOST_ALL : mostLabels(view.width, view.height);
    this.#next.fill(-1);
    let placed = 0;
    const { first, kinds } = this.#order;
    for (let k = 0; k < first.length && placed < most; k += 1) {
      if (this.#place(context, shot, stamps, first[k]!, kinds[k]!)) placed += 1;
    }
    const others = props.labelMode === "all" || (props.labelMode === "auto" && props.hits.length === 0);
    if (others && props.rows <= DENSITY_ROWS) {
      this.#order.sort(shot.order, this.#places);
      const patience = props.rows > FLAT_ROWS ? MOST_ASKED_OF_MANY : MOST_ASKED;
      const asked = Math.min(this.#order.restCount, props.labelMode === "all" ? 4 * patience : patience);
      for (let k = 0; k < asked && placed < most; k += 1) {
        if (this.#place(context, shot, stamps, this.#order.rest[k]!, "plain")) placed += 1;
      }
    }
    context.globalAlpha = 1;
    [this.#places, this.#next] = [this.#next, this.#places];
  }

  #place(
    context: CanvasRenderingContext2D,
    shot: Readonly<Shot>,
    stamps: Stamps,
    row: number,
    kind: LabelKind,
  ): boolean {
    const { points, view } = shot;
    const radius = points.radius[row]!;
    const text = this.#texts[row];
    const [x, y] = [points.x[row]!, points.y[row]!];
    const off = x < -radius || y < -radius || x > view.width + radius || y > view.height + radius;
    if (radius === 0 || text === undefined || off) return false;
    const stamp = stamps.get(text, LETTERING[kind]);
    const room = kind === "selected" ? radius + 8 : kind === "hovered" ? radius * shot.hoverScale : radius;
    const sticky = this.#places[row]!;
    const place = this.placement.place(x, y, room, stamp.width, stamp.height, row, sticky, kind === "selected");
    if (place < 0) return false;
    this.#next[row] = place;
    const cue = Math.min(1, Math.max(0, (points.depth[row]! - shot.near) / (shot.far - shot.near)));
    context.globalAlpha = kind === "plain" && !view.flat ? 1 - (1 - FAR_ALPHA) * cue : 1;
    stampAt(context, stamp, this.placement.x, this.placement.y, shot.pixelRatio);
    return true;
  }
}
