/** Which row is seen in front at a place: the points once more, as numbers, into a small target round it. */

import {
  Camera,
  GLSL3,
  NearestFilter,
  NoBlending,
  Points,
  RawShaderMaterial,
  Scene,
  type WebGLRenderer,
  WebGLRenderTarget,
} from "three";
import { nearestId } from "../picking";
import type { CloudBuffers } from "./cloud_buffers";
import { HEAD } from "./common";
import { type PointUniforms, VERTEX } from "./points";

/** The row counted from 1, in four bytes; 0 = nothing, which also a halo shows: it is the ground's colour. */
const FRAGMENT = /* glsl */ `${HEAD}
uniform float pixelRatio;
uniform float haloWidth;
flat in float radius;
flat in float reach;
flat in uint number;
out vec4 result;
void main() {
  float d = length(gl_PointCoord * 2.0 - 1.0) * reach;
  if (d > radius + haloWidth * pixelRatio) discard;
  uint id = d > radius ? 0u : number;
  result = vec4(uvec4(id, id >> 8u, id >> 16u, id >> 24u) & 255u) / 255.0;
}`;

/** How often an answer is asked after, ms. */
const POLL_MS = 3;

export class IdPass {
  readonly #target = new WebGLRenderTarget(1, 1, {
    minFilter: NearestFilter,
    magFilter: NearestFilter,
    generateMipmaps: false,
  });
  readonly #material: RawShaderMaterial;
  readonly #object: Points;
  readonly #scene = new Scene();
  readonly #camera = new Camera();
  readonly #gl: WebGL2RenderingContext;
  readonly #packed: WebGLBuffer | null;
  #pixels = new Uint8Array(4);
  /** Runs until the answer under way is there. */
  #poll: ReturnType<typeof setTimeout> | 0 = 0;
  #next: (() => void) | null = null;

  constructor(
    readonly renderer: WebGLRenderer,
    readonly points: Points,
    readonly buffers: CloudBuffers,
    uniforms: PointUniforms,
  ) {
    this.#gl = renderer.getContext() as WebGL2RenderingContext;
    this.#packed = this.#gl.createBuffer();
    this.#material = new RawShaderMaterial({
      glslVersion: GLSL3,
      defines: { NUMBERED: 1 },
      vertexShader: VERTEX,
      fragmentShader: FRAGMENT,
      uniforms,
      blending: NoBlending,
    });
    this.#object = new Points(points.geometry, this.#material);
    this.#object.frustumCulled = false;
    this.#scene.matrixWorldAutoUpdate = false;
    this.#camera.matrixWorldAutoUpdate = false;
    this.#scene.add(this.#object);
  }

  /** The last picture's rows can still be drawn. Buffers of other rows since then have taken theirs away; drawing those would bring them back
   *  to the GPU for good. */
  get #drawn(): boolean {
    return this.points.geometry === this.buffers.geometry && !this.#gl.isContextLost();
  }

  /** The row in front at (x, y) as last drawn, else the nearest within `reach`, else null; all in canvas px. Waits for the GPU. */
  pick(x: number, y: number, reach: number): number | null {
    if (!this.#drawn) return null;
    const side = this.#draw(x, y, reach);
    this.#gl.readPixels(0, 0, side, side, this.#gl.RGBA, this.#gl.UNSIGNED_BYTE, this.#pixels);
    this.renderer.setRenderTarget(null);
    return nearestId(this.#pixels, side, reach);
  }

  /** The same, told to `done` once the GPU has come so far. Of what is asked meanwhile the last is answered next. */
  point(x: number, y: number, reach: number, done: (row: number | null) => void): void {
    if (this.#poll !== 0) {
      this.#next = () => this.point(x, y, reach, done);
      return;
    }
    const gl = this.#gl;
    if (!this.#drawn) return;
    const side = this.#draw(x, y, reach);
    gl.bindBuffer(gl.PIXEL_PACK_BUFFER, this.#packed);
    gl.bufferData(gl.PIXEL_PACK_BUFFER, side * side * 4, gl.STREAM_READ);
    gl.readPixels(0, 0, side, side, gl.RGBA, gl.UNSIGNED_BYTE, 0);
    gl.bindBuffer(gl.PIXEL_PACK_BUFFER, null);
    this.renderer.setRenderTarget(null);
    const fence = gl.fenceSync(gl.SYNC_GPU_COMMANDS_COMPLETE, 0);
    gl.flush();
    const look = () => {
      this.#poll = 0;
      if (fence === null || gl.isContextLost()) return;
      if (gl.clientWaitSync(fence, 0, 0) === gl.TIMEOUT_EXPIRED) {
        this.#poll = setTimeout(look, POLL_MS);
        return;
      }
      gl.deleteSync(fence);
      gl.bindBuffer(gl.PIXEL_PACK_BUFFER, this.#packed);
      gl.getBufferSubData(gl.PIXEL_PACK_BUFFER, 0, this.#pixels, 0, side * side * 4);
      gl.bindBuffer(gl.PIXEL_PACK_BUFFER, null);
      done(nearestId(this.#pixels, side, reach));
      const next = this.#next;
      this.#next = null;
      next?.();
    };
    this.#poll = setTimeout(look, POLL_MS);
  }

  dispose(): void {
    clearTimeout(this.#poll);
    this.#gl.deleteBuffer(this.#packed);
    this.#target.dispose();
    this.#material.dispose();
  }

  /** Draws the square round (x, y), leaves the target bound, says how long its side is. The viewport is that of the whole canvas, moved so
   *  that the place lies in the middle of the target: what is cut off there is what the canvas cuts off, and nothing more. */
  #draw(x: number, y: number, reach: number): number {
    const half = Math.ceil(reach);
    const side = 2 * half + 1;
    const target = this.#target;
    const { width, height } = this.#gl.canvas;
    if (target.width < side) {
      target.setSize(side, side);
      this.#pixels = new Uint8Array(side * side * 4);
    }
    target.viewport.set(half - Math.floor(x), half - Math.floor(height - y), width, height);
    target.scissor.set(0, 0, side, side);
    target.scissorTest = true;
    const drawn = this.points.material as RawShaderMaterial;
    this.#material.depthTest = drawn.depthTest;
    this.#material.depthWrite = drawn.depthWrite;
    this.#object.geometry = this.points.geometry;
    this.#object.visible = this.points.visible;
    this.renderer.setRenderTarget(target);
    this.renderer.render(this.#scene, this.#camera);
    return side;
  }
}
