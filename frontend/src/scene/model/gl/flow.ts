/** The flow between the boxes: the residual stream, branches, ties, and where a branch comes back. */

import { BufferAttribute, BufferGeometry, DoubleSide, GLSL3, Mesh, RawShaderMaterial } from "three";
import { DEPTH } from "../../../architecture/types";
import { HEAD, type SharedUniforms } from "../../gl/common";
import type { Palette } from "../../palette";
import { inkOf } from "../inks";
import type { Bands } from "../ribbons";

const VERTEX = /* glsl */ `${HEAD}
in vec2 position;
in vec4 tint;
uniform mat4 viewProjection;
flat out vec3 shown;
void main() {
  gl_Position = viewProjection * vec4(position, ${(DEPTH / 2).toFixed(1)} + tint.w * 6.0, 1.0);
  shown = tint.rgb;
}`;
const FRAGMENT = /* glsl */ `${HEAD}
flat in vec3 shown;
out vec4 color;
void main() {
  color = vec4(shown, 1.0);
}`;

export class Flow {
  readonly mesh: Mesh;
  readonly #material: RawShaderMaterial;
  #geometry = new BufferGeometry();

  constructor(shared: SharedUniforms) {
    this.#material = new RawShaderMaterial({
      glslVersion: GLSL3,
      vertexShader: VERTEX,
      fragmentShader: FRAGMENT,
      side: DoubleSide,
      uniforms: { viewProjection: shared.viewProjection },
    });
    this.mesh = new Mesh(this.#geometry, this.#material);
    this.mesh.frustumCulled = false;
  }

  build({ corners, inks }: Bands, palette: Palette): void {
    const places = Float32Array.from(corners);
    const tints = new Uint8Array(inks.length * 12);
    for (const [i, ink] of inks.entries()) {
      const [r, g, b] = inkOf(ink, palette);
      // What is nearer, as a share of a byte: nodes before the stream, the stream before branches.
      const near = ink === "node" ? 255 : ink === "stream" ? 128 : 0;
      for (let k = 0; k < 3; k += 1) tints.set([r, g, b, near], i * 12 + k * 4);
    }
    const had = this.#geometry.getAttribute("position");
    if (had === undefined || had.array.length !== places.length) {
      this.#geometry.dispose();
      this.#geometry = new BufferGeometry();
      this.#geometry.setAttribute("position", new BufferAttribute(places, 2));
      this.#geometry.setAttribute("tint", new BufferAttribute(tints, 4, true));
      this.mesh.geometry = this.#geometry;
      return;
    }
    (had.array as Float32Array).set(places);
    had.needsUpdate = true;
    const tint = this.#geometry.getAttribute("tint");
    (tint.array as Uint8Array).set(tints);
    tint.needsUpdate = true;
  }

  dispose(): void {
    this.#geometry.dispose();
    this.#material.dispose();
  }
}
