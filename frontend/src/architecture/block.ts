/** One block: attention above the stream, MLP below, as they follow each other in the model. Pure. */

import { faceOf, THINNEST } from "./size";
import { type Layer, type Slab, WIDTH, type Wire } from "./types";

export const GAP = 16;
/** From the stream to the nearest slab's norm, and from there to the slab. */
const STANDOFF = 26;
const NORM_ROOM = 22;
/** More experts than these are told as a number. */
export const MOST_EXPERTS = 2;

export interface Place {
  readonly layer: Layer;
  readonly ordinal: number;
}

export interface BlockDrawing {
  readonly slabs: Slab[];
  readonly wires: Wire[];
  readonly nodes: number[];
  readonly hidden: number[];
  /** What isn't drawn, in words; "" = nothing. */
  readonly note: string;
  readonly width: number;
  readonly top: number;
  readonly bottom: number;
}

const ATTENTION_IN = ["attn_qkv", "attn_q", "attn_k", "attn_v"];
const MLP_IN = ["mlp_gate", "mlp_up"];
const QKV = ["Q", "K", "V"];

/** The layers of one block, drawn from x on; the stream lies at y = 0. */
export function drawBlock(places: readonly Place[], x: number, model: number): BlockDrawing {
  const drawing = new Drawing(places, x, model);
  return drawing.draw();
}

class Drawing {
  readonly slabs: Slab[] = [];
  readonly wires: Wire[] = [];
  readonly nodes: number[] = [];
  readonly hidden: number[] = [];
  note = "";
  readonly #used = new Set<number>();
  readonly #block: number | null;

  constructor(
    readonly places: readonly Place[],
    readonly x: number,
    readonly model: number,
  ) {
    this.#block = places[0]?.layer.block ?? null;
  }

  draw(): BlockDrawing {
    const isAttention = (place: Place) => place.layer.role.startsWith("attn_");
    const isMlp = (place: Place) => place.layer.role.startsWith("mlp_");
    const attention = this.places.filter(isAttention);
    const mlp = this.#fewExperts(this.places.filter(isMlp));
    const before = this.#normsBefore(attention);
    const width = Math.max(
      this.#branch(
        attention.filter((p) => ATTENTION_IN.includes(p.layer.role)),
        attention,
        before.attention,
        1,
      ),
      this.#branch(
        mlp.filter((p) => MLP_IN.includes(p.layer.role)),
        mlp,
        before.mlp,
        -1,
      ),
    );
    const rest = this.#rest(width);
    const tops = this.slabs.map((slab) => slab.y + slab.height);
    const bottoms = this.slabs.map((slab) => slab.y);
    return {
      slabs: this.slabs,
      wires: this.wires,
      nodes: this.nodes,
      hidden: this.hidden,
      note: this.note,
      width: Math.max(width, rest, WIDTH),
      top: Math.max(0, ...tops),
      bottom: Math.min(0, ...bottoms),
    };
  }

  /** Norms that stand before the attention's matrices in the model go with it, the others with the MLP. */
  #normsBefore(attention: readonly Place[]): { attention: Place[]; mlp: Place[] } {
    const last = Math.max(-1, ...attention.map((place) => place.ordinal));
    const norms = this.places.filter((place) => place.layer.role === "norm");
    const before = norms.filter((place) => place.ordinal < last);
    const after = norms.filter((place) => place.ordinal >= last);
    // A model that lists all its norms first, or all last, has one for each branch all the same.
    if (attention.length > 0 && after.length === 0 && before.length > 1)
      return { attention: before.slice(0, 1), mlp: before.slice(1) };
    if (before.length === 0 && after.length > 1) return { attention: after.slice(0, 1), mlp: after.slice(1) };
    return { attention: before, mlp: after };
  }

  /** side: 1 = above the stream, -1 = below. Returns how wide the branch is. */
  #branch(inner: readonly Place[], all: readonly Place[], norms: readonly Place[], side: 1 | -1): number {
    if (all.length === 0 && norms.length === 0) return 0;
    let away = STANDOFF;
    for (const norm of norms) {
      this.#put(norm, this.x, side, away);
      away += THINNEST + NORM_ROOM;
    }
    if (all.length === 0) return WIDTH;
    const outer = all.filter((place) => !inner.includes(place));
    const entry = this.x + WIDTH / 2;
    let [x, reach] = [this.x, 0];
    const stacked = side === 1;
    let stack = away;
    const columns: Slab[] = [];
    for (const place of inner) {
      const slab = this.#put(place, x, side, stacked ? stack : away);
      columns.push(slab);
      if (stacked) stack += slab.height + 4;
      else x += slab.width + GAP;
      reach = Math.max(reach, slab.width);
    }
    if (stacked && inner.length > 0) x += reach + GAP;
    this.#wire([entry, 0, entry, side * away]);
    for (const place of outer) {
      const face = faceOf(place.layer, this.model);
      const slab = this.#put(place, x, side, away);
      const middle = x + face.width / 2;
      const from = columns.at(-1) ?? slab;
      if (columns.length > 0 && stacked) {
        const height = from.y + from.height / 2;
        this.#wire([from.x + from.width, height, middle, height, middle, slab.y + slab.height]);
      } else if (columns.length > 0) {
        const height = slab.y + slab.height / 2;
        this.#wire([from.x + from.width, height, slab.x, height]);
      }
      this.#wire([middle, side * away, middle, 0]);
      this.nodes.push(middle, 0);
      columns.push(slab);
      x += face.width + GAP;
    }
    return x - GAP - this.x;
  }

  /** Of many experts the first are drawn, the rest is told as a number. */
  #fewExperts(mlp: readonly Place[]): Place[] {
    const expertOf = ({ layer }: Place) => layer.path.split(".").slice(0, -1).join(".");
    const experts = [...new Set(mlp.map(expertOf))];
    if (experts.length <= MOST_EXPERTS + 1) return [...mlp];
    const shown = new Set(experts.slice(0, MOST_EXPERTS));
    for (const place of mlp.filter((one) => !shown.has(expertOf(one)))) {
      this.hidden.push(place.ordinal);
      this.#used.add(place.ordinal);
    }
    this.note = `${experts.length - MOST_EXPERTS} more experts`;
    return mlp.filter((one) => shown.has(expertOf(one)));
  }

  /** Whatever has no place in the flow stands below, in a row. */
  #rest(width: number): number {
    const left = this.places.filter((place) => !this.#used.has(place.ordinal));
    const lowest = Math.min(0, ...this.slabs.map((slab) => slab.y));
    let x = this.x;
    for (const place of left) {
      const face = faceOf(place.layer, this.model);
      if (x > this.x && x + face.width > this.x + Math.max(width, 2 * WIDTH)) {
        this.hidden.push(place.ordinal);
        continue;
      }
      this.#put(place, x, -1, -lowest + GAP);
      x += face.width + GAP;
    }
    return x - this.x;
  }

  #put(place: Place, x: number, side: 1 | -1, away: number): Slab {
    const { layer, ordinal } = place;
    const face = faceOf(layer, this.model);
    // With fewer key and value heads the record doesn't say where one ends: then none is drawn.
    const thirds = layer.role === "attn_qkv" && layer.shape[0] === 3 * (layer.shape[1] ?? 0);
    const seams = thirds ? QKV.map((name, k) => ({ name, share: k / 3 })) : [];
    const slab: Slab = {
      layer: ordinal,
      name: layer.path.split(".").at(-1) ?? layer.path,
      block: this.#block,
      x,
      y: side === 1 ? away : -away - face.height,
      seams,
      tiedTo: layer.tied_to,
      ...face,
    };
    this.slabs.push(slab);
    this.#used.add(ordinal);
    return slab;
  }

  #wire(points: number[]): void {
    this.wires.push({ kind: "branch", points, block: this.#block });
  }
}
