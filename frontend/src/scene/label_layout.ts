// biome-ignore-all lint/style/noNonNullAssertion: typed arrays, indexed inside their length
/** Which rows get a label in a picture, and where: decided here, drawn elsewhere. */

import { isInView, type LabelKind, LabelOrder } from "./label_order";
import { DENSITY_ROWS, FLAT_ROWS } from "./palette";
import { Placement } from "./placement";
import type { SceneProps } from "./types";
import type { Shot } from "./visual";

/** So many at least, and on a large canvas one for each so many px². */
const MOST = 46;
const ROOM_FOR_ONE = 12_000;
const MOST_NARROW = 26;
const NARROW = 600;
/** More than these don't fit on any screen. */
const MOST_ALL = 1200;
/** Zooming in allows up to so many times as many: what is left in view is what the person came for. */
const MOST_ZOOMED = 2.5;
/** Rows that ask and find no place cost time too. */
const MOST_ASKED = 500;
const MOST_ASKED_OF_MANY = 300;
const MOST_ASKED_ALL = 6000;
/** Of more rows than these the important ones mostly stand in the midst of others: they may write over them. */
const CROWD = 300;

/** Width and height of a row's label, CSS px. */
export type Measure = (row: number, kind: LabelKind) => { readonly width: number; readonly height: number };

/** Up to so many times as many rows in view as labels are wanted, every row may have one: who stands alone is named too. */
const FEW = 2.5;

/** How many labels a canvas bears when `inView` of `drawn` rows are in view. */
export function mostLabels(width: number, height: number, inView: number, drawn: number): number {
  const most = width < NARROW ? MOST_NARROW : Math.max(MOST, (width * height) / ROOM_FOR_ONE);
  if (inView <= most * FEW) return inView;
  return Math.floor(most * Math.min(MOST_ZOOMED, (drawn / Math.max(1, inView)) ** 0.4));
}

export class LabelLayout {
  /** For the rows' labels and for everything else that has to keep clear of them. */
  readonly placement = new Placement();
  /** Labelled rows, with their kinds and upper left corners in CSS px; the first `count` are valid. */
  readonly rows = new Uint32Array(MOST_ALL);
  readonly kinds: LabelKind[] = [];
  readonly x = new Float32Array(MOST_ALL);
  readonly y = new Float32Array(MOST_ALL);
  count = 0;
  readonly #order = new LabelOrder();
  /** Place taken in the last picture, -1 = none; [R]. */
  #places = new Int8Array(0);
  #next = new Int8Array(0);

  update(props: Readonly<SceneProps>, changed: ReadonlySet<keyof SceneProps>): void {
    const anew = this.#places.length !== props.rows;
    if (anew) {
      this.#places = new Int8Array(props.rows).fill(-1);
      this.#next = new Int8Array(props.rows).fill(-1);
    }
    if (anew || changed.has("labelPriority")) this.#order.rankBy(props.labelPriority, props.rows);
    const naming = ["selected", "hovered", "links", "trails", "hits", "labelMode"] as const;
    if (anew || naming.some((key) => changed.has(key))) this.#order.name(props);
  }

  /** Lays out one picture. `placement` must have been reset for it, with what labels keep out of. */
  arrange(shot: Readonly<Shot>, measure: Measure): void {
    const { props, view } = shot;
    const order = this.#order;
    const all = props.labelMode === "all";
    this.#next.fill(-1);
    this.count = 0;
    order.sort(shot, this.#places);
    const most = all ? MOST_ALL : Math.min(MOST_ALL, mostLabels(view.width, view.height, order.inView, order.drawn));
    for (let k = 0; k < order.first.length && this.count < most; k += 1) {
      const kind = order.kinds[k]!;
      // Who was asked for is named, even over other points.
      this.#ask(shot, measure, order.first[k]!, kind, kind !== "plain" || props.rows > CROWD || all);
    }
    if (props.labelMode !== "off" && shot.labels) this.#askRest(shot, measure, most);
    [this.#places, this.#next] = [this.#next, this.#places];
  }

  #askRest(shot: Readonly<Shot>, measure: Measure, most: number): void {
    const { props, rings } = shot;
    const { rest, restCount, inView } = this.#order;
    const all = props.labelMode === "all";
    // A density shows no single rows, until it is come so near that it does.
    const dense = !all && props.rows > DENSITY_ROWS && inView > FLAT_ROWS;
    const patience = inView > FLAT_ROWS ? MOST_ASKED_OF_MANY : MOST_ASKED;
    const asked = Math.min(restCount, all ? MOST_ASKED_ALL : patience);
    // Of a crowd the first may write over others, so that the most important aren't the nameless ones in the middle; and who has a label
    // keeps it when another point comes under it.
    const crowd = props.rows > CROWD;
    const bold = all ? asked : crowd ? most / 2 : 0;
    for (let k = 0; k < asked && this.count < most; k += 1) {
      const row = rest[k]!;
      const ringed = rings.of[row]! > 0;
      if (!ringed && (dense || (!all && props.hits.length > 0))) continue;
      this.#ask(shot, measure, row, "plain", k < bold || (crowd && this.#places[row]! >= 0));
    }
  }

  #ask(shot: Readonly<Shot>, measure: Measure, row: number, kind: LabelKind, overPoints: boolean): void {
    const { points, props, view } = shot;
    if (!isInView(points, row, view.width, view.height)) return;
    const radius = points.radius[row]!;
    const { width, height } = measure(row, kind);
    if (width === 0) return;
    const room = kind === "selected" ? radius + 8 : kind === "hovered" ? radius * shot.hoverScale : radius;
    const [x, y, sticky, below] = [points.x[row]!, points.y[row]!, this.#places[row]!, kind === "selected"];
    let place = this.placement.place(x, y, room, width, height, row, sticky, below, overPoints);
    if (place < 0 && kind === "selected") place = this.placement.squeeze(x, y, room, width, height, props.insets);
    if (place < 0) return;
    this.#next[row] = place;
    this.rows[this.count] = row;
    this.kinds[this.count] = kind;
    this.x[this.count] = this.placement.x;
    this.y[this.count] = this.placement.y;
    this.count += 1;
  }
}
