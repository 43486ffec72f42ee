// biome-ignore-all lint/style/noNonNullAssertion: typed arrays, indexed inside their length
/** All boxes in one draw: slabs with their faces, plates, folded blocks. */

import {
  BoxGeometry,
  DataTexture,
  GLSL3,
  InstancedBufferAttribute,
  InstancedBufferGeometry,
  Mesh,
  NearestFilter,
  RawShaderMaterial,
  RGBAFormat,
  RGFormat,
  UnsignedByteType,
  Vector3,
} from "three";
import type { SharedUniforms } from "../../gl/common";
import { unit } from "../../gl/common";
import type { Palette } from "../../palette";
import type { Atlas } from "../atlas";
import type { Box } from "../boxes";
import { meanShare, RECEDED, wantedBox } from "../looks";
import type { Faces, ModelProps } from "../types";
import { FRAGMENT, VERTEX } from "./box_shaders";

const KINDS = { slab: 0, tile: 1, plate: 2 } as const;
/** Not known, as the shader takes it: NaN doesn't travel well. */
const UNKNOWN = -2;

export class Boxes {
  readonly mesh: Mesh;
  readonly #cube = new BoxGeometry(1, 1, 1);
  #geometry = new InstancedBufferGeometry();
  readonly #material: RawShaderMaterial;
  readonly #ramp = texture(256, 1, true);
  #pictures = texture(1, 1, false);
  #looks = new InstancedBufferAttribute(new Float32Array(4), 4);
  #boxes: readonly Box[] = [];
  #atlas: Atlas | null = null;
  #painted: { before: Uint8Array | null; after: Uint8Array | null } = { before: null, after: null };

  constructor(shared: SharedUniforms) {
    this.#material = new RawShaderMaterial({
      glslVersion: GLSL3,
      vertexShader: VERTEX,
      fragmentShader: FRAGMENT,
      uniforms: {
        viewProjection: shared.viewProjection,
        canvasSize: shared.canvasSize,
        canvasColor: shared.canvasColor,
        centreColor: shared.centreColor,
        pixelRatio: shared.pixelRatio,
        ramp: { value: this.#ramp },
        pictures: { value: this.#pictures },
        blend: { value: 0 },
        ink: { value: new Vector3() },
        side: { value: new Vector3() },
        top: { value: new Vector3() },
        none: { value: new Vector3() },
        stripe: { value: new Vector3() },
        zero: { value: new Vector3() },
      },
    });
    this.mesh = new Mesh(this.#geometry, this.#material);
    this.mesh.frustumCulled = false;
  }

  build(boxes: readonly Box[]): void {
    this.#boxes = boxes;
    // A new one each time: the renderer remembers of each geometry how many instances it first had, and draws no more.
    this.#geometry.dispose();
    this.#geometry = new InstancedBufferGeometry();
    this.#geometry.index = this.#cube.index;
    this.#geometry.setAttribute("position", this.#cube.getAttribute("position"));
    this.#geometry.setAttribute("normal", this.#cube.getAttribute("normal"));
    this.mesh.geometry = this.#geometry;
    const count = boxes.length;
    const [lows, sizes] = [new Float32Array(count * 3), new Float32Array(count * 3)];
    for (const [i, { low, high }] of boxes.entries()) {
      lows.set(low, i * 3);
      for (let axis = 0; axis < 3; axis += 1) sizes[i * 3 + axis] = high[axis]! - low[axis]!;
    }
    this.#looks = new InstancedBufferAttribute(new Float32Array(count * 4), 4);
    this.#geometry.setAttribute("low", new InstancedBufferAttribute(lows, 3));
    this.#geometry.setAttribute("size", new InstancedBufferAttribute(sizes, 3));
    this.#geometry.setAttribute("spot", new InstancedBufferAttribute(new Float32Array(count * 4), 4));
    this.#geometry.setAttribute("looks", this.#looks);
    this.#geometry.instanceCount = count;
  }

  color(palette: Palette): void {
    const { uniforms } = this.#material;
    const grey = (name: string, level: number) => (uniforms[name]!.value as Vector3).setScalar(level / 255);
    unit(uniforms.ink!.value as Vector3, palette.ink);
    grey("side", palette.dark ? 64 : 176);
    grey("top", palette.dark ? 148 : 214);
    grey("none", palette.dark ? 84 : 196);
    grey("stripe", palette.dark ? 62 : 168);
    grey("zero", palette.dark ? 20 : 120);
  }

  ramp(colors: Uint8Array): void {
    const data = this.#ramp.image.data as Uint8Array;
    for (let i = 0; i < 256; i += 1) data.set([colors[i * 3]!, colors[i * 3 + 1]!, colors[i * 3 + 2]!, 255], i * 4);
    this.#ramp.needsUpdate = true;
  }

  /** Uploads what is new of the pictures; the blend itself is one number. */
  faces(props: Readonly<ModelProps>): void {
    const { uniforms } = this.#material;
    const { faces } = props;
    uniforms.blend!.value = faces?.mix ?? 0;
    const [before, after] = [faces?.before ?? null, faces?.after ?? null];
    const had = this.#painted;
    if (!faces || (before === had.before && after === had.after)) return;
    this.#painted = { before, after };
    this.#pictures = filled(this.#pictures, faces);
    uniforms.pictures!.value = this.#pictures;
  }

  /** Which part of the texture each face shows. */
  patches(props: Readonly<ModelProps>, anew: boolean): void {
    const atlas = props.faces?.atlas ?? null;
    if (!anew && atlas === this.#atlas) return;
    this.#atlas = atlas;
    const patches = this.#geometry.getAttribute("spot") as InstancedBufferAttribute;
    for (const [i, box] of this.#boxes.entries()) {
      const patch = box.slab ? atlas?.patches.get(box.source) : undefined;
      patches.setXYZW(i, patch?.x ?? 0, patch?.y ?? 0, patch?.columns ?? 0, patch?.rows ?? 0);
    }
    patches.needsUpdate = true;
  }

  /** Value, presence, kind and how the face lies. */
  looks(props: Readonly<ModelProps>): void {
    const { array } = this.#looks;
    for (const [i, { kind, source, slab, tile, plate }] of this.#boxes.entries()) {
      const share = slab ? props.shares[source]! : tile ? meanShare(tile.layers, props.shares) : Number.NaN;
      array[i * 4] = Number.isNaN(share) ? UNKNOWN : share;
      array[i * 4 + 1] = wantedBox(this.#boxes[i] as Box, props.shown) ? 1 : RECEDED;
      array[i * 4 + 2] = KINDS[kind] + (plate?.folded ? 1 : 0);
      array[i * 4 + 3] = (slab?.transposed ? 1 : 0) + 2 * (slab?.seams.length ?? 0);
    }
    this.#looks.needsUpdate = true;
  }

  dispose(): void {
    this.#geometry.dispose();
    this.#cube.dispose();
    this.#material.dispose();
    for (const one of [this.#ramp, this.#pictures]) one.dispose();
  }
}

/** Both pictures in one texture, so that one look finds both. */
function filled(had: DataTexture, { atlas, before, after }: Faces): DataTexture {
  const { width, height } = atlas;
  let used = had;
  if (had.image.width !== width || had.image.height !== height) {
    had.dispose();
    used = texture(width, height, false);
  }
  const data = used.image.data as Uint8Array;
  for (let i = 0; i < before.length; i += 1) {
    data[i * 2] = before[i]!;
    data[i * 2 + 1] = after[i]!;
  }
  used.needsUpdate = true;
  return used;
}

function texture(width: number, height: number, color: boolean): DataTexture {
  const data = new Uint8Array(width * height * (color ? 4 : 2));
  const made = new DataTexture(data, width, height, color ? RGBAFormat : RGFormat, UnsignedByteType);
  made.magFilter = NearestFilter;
  made.minFilter = NearestFilter;
  made.unpackAlignment = 1;
  made.needsUpdate = true;
  return made;
}
