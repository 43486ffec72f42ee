// biome-ignore-all lint/style/noNonNullAssertion: typed arrays, indexed inside their length
/** The rows' attributes on the GPU, shared by the points, their shadows and their ids. Uploads only what became another array. */

import { BufferAttribute, BufferGeometry, DynamicDrawUsage } from "three";
import { DENSITY_ROWS, FLAT_ROWS } from "../palette";
import type { SceneProps } from "../types";
import type { Shot } from "../visual";

/** Opacity byte of a row that a search passed over: the shader lets it recede. */
const RECEDED = 0;
const PLAIN = 255;

export class CloudBuffers {
  /** The index holds the drawn rows in the order they are drawn in. Another object with another number of rows. */
  geometry = new BufferGeometry();
  /** Uploads of positions and of the order since the start, for tests of "nothing is sent twice". */
  positionUploads = 0;
  orderUploads = 0;
  #rows = -1;
  /** Version of the sample in the index. */
  #ordered = -1;
  #from = new BufferAttribute(new Float32Array(0), 3);
  #to = new BufferAttribute(new Float32Array(0), 3);
  #color = new BufferAttribute(new Uint8Array(0), 4, true);
  #size = new BufferAttribute(new Float32Array(0), 1);
  #index = new BufferAttribute(new Uint32Array(0), 1);

  /** Of all that is held here and, once drawn, on the GPU. */
  get bytes(): number {
    const all = [this.#from, this.#to, this.#color, this.#size, this.#index];
    return all.reduce((sum, { array }) => sum + array.byteLength, 0);
  }

  update(props: Readonly<SceneProps>, changed: ReadonlySet<keyof SceneProps>): void {
    const anew = props.rows !== this.#rows;
    if (anew) this.#build(props);
    else this.#move(props);
    if (anew || changed.has("colors") || changed.has("hits")) this.#paint(props);
    if (anew || changed.has("sizes") || changed.has("visible") || changed.has("from") || changed.has("to")) {
      this.#measure(props);
    }
  }

  /** Just before each picture: which rows, in which order. Balls blend their edges over what is behind: the far ones first. Discs go front to
   *  back: what a near one hides isn't shaded at all. A density stays in the sample's own order, which is sent only when it changed. */
  order(shot: Readonly<Shot>): void {
    const { sample, order } = shot;
    const index = this.#index.array as Uint32Array;
    if (this.#rows > DENSITY_ROWS) {
      if (this.#ordered !== sample.version) {
        index.set(sample.rows);
        this.#index.clearUpdateRanges();
        this.#index.needsUpdate = true;
        this.#ordered = sample.version;
        this.orderUploads += 1;
      }
      this.geometry.setDrawRange(sample.start, sample.count);
      return;
    }
    const { rows, count } = order;
    if (this.#rows > FLAT_ROWS) for (let k = 0; k < count; k += 1) index[k] = rows[count - 1 - k]!;
    else index.set(rows);
    this.#index.clearUpdateRanges();
    this.#index.addUpdateRange(0, count);
    this.#index.needsUpdate = true;
    this.orderUploads += 1;
    this.geometry.setDrawRange(0, count);
  }

  dispose(): void {
    this.geometry.dispose();
  }

  #build(props: Readonly<SceneProps>): void {
    this.dispose();
    this.geometry = new BufferGeometry();
    this.#rows = props.rows;
    this.#ordered = -1;
    const dynamic = (attribute: BufferAttribute) => attribute.setUsage(DynamicDrawUsage);
    this.#from = dynamic(new BufferAttribute(props.from, 3));
    this.#to = dynamic(new BufferAttribute(props.to, 3));
    this.#color = dynamic(new BufferAttribute(new Uint8Array(props.rows * 4), 4, true));
    this.#size = dynamic(new BufferAttribute(new Float32Array(props.rows), 1));
    this.#index = dynamic(new BufferAttribute(new Uint32Array(props.rows), 1));
    this.positionUploads += 2;
    this.geometry.setAttribute("color", this.#color);
    this.geometry.setAttribute("size", this.#size);
    this.geometry.setIndex(this.#index);
    this.#bind();
  }

  /** In playback the snapshot after becomes the one before: then the two buffers change places and one is uploaded. */
  #move(props: Readonly<SceneProps>): void {
    const crossed = props.from === this.#to.array || props.to === this.#from.array;
    const same = props.from === this.#from.array && props.to === this.#to.array;
    if (crossed && !same) {
      [this.#from, this.#to] = [this.#to, this.#from];
      this.#bind();
    }
    this.#send(this.#from, props.from);
    this.#send(this.#to, props.to);
  }

  #send(attribute: BufferAttribute, array: Float32Array): void {
    if (attribute.array === array) return;
    attribute.array = array;
    attribute.needsUpdate = true;
    this.positionUploads += 1;
  }

  #bind(): void {
    this.geometry.setAttribute("origin", this.#from);
    this.geometry.setAttribute("destination", this.#to);
  }

  #paint(props: Readonly<SceneProps>): void {
    const out = this.#color.array as Uint8Array;
    const rest = props.hits.length > 0 ? RECEDED : PLAIN;
    for (let row = 0; row < props.rows; row += 1) {
      out[row * 4] = props.colors[row * 3]!;
      out[row * 4 + 1] = props.colors[row * 3 + 1]!;
      out[row * 4 + 2] = props.colors[row * 3 + 2]!;
      out[row * 4 + 3] = rest;
    }
    for (const row of props.hits) out[row * 4 + 3] = PLAIN;
    this.#color.needsUpdate = true;
  }

  /** Size 0 = not drawn: hidden, or not finite at either snapshot. GPUs differ in what NaN does, so it never decides there. */
  #measure(props: Readonly<SceneProps>): void {
    const out = this.#size.array as Float32Array;
    const { from, to, sizes, visible } = props;
    let different = false;
    for (let row = 0, i = 0; row < props.rows; row += 1, i += 3) {
      const sum = from[i]! + from[i + 1]! + from[i + 2]! + to[i]! + to[i + 1]! + to[i + 2]!;
      const size = visible[row] === 1 && Number.isFinite(sum) ? sizes[row]! : 0;
      if (out[row] !== size) {
        out[row] = size;
        different = true;
      }
    }
    if (different) this.#size.needsUpdate = true;
  }
}
