/** Uniforms that all visuals share by reference, and the pieces of shader text that more than one needs. */

import { Matrix4, Vector2, Vector3 } from "three";
import { REACH } from "../ground";
import { DEPTH_CUE } from "../palette";
import { matrices } from "../pose";
import type { Rgb } from "../types";
import type { Shot } from "../visual";

export function sharedUniforms() {
  return {
    view: { value: new Matrix4() },
    viewProjection: { value: new Matrix4() },
    projection: { value: new Matrix4() },
    /** Canvas px. */
    canvasSize: { value: new Vector2(1, 1) },
    pixelRatio: { value: 1 },
    /** Near and far depth of the fade toward the canvas colour. */
    cueRange: { value: new Vector2(0, 1) },
    canvasColor: { value: new Vector3() },
    centreColor: { value: new Vector3() },
  };
}

export type SharedUniforms = ReturnType<typeof sharedUniforms>;

const viewMatrix = new Float32Array(16);
const projection = new Float32Array(16);

export function fillShared(uniforms: SharedUniforms, shot: Readonly<Shot>, pixelRatio: number): void {
  const { view, palette } = shot;
  const reach = Math.max(shot.far - shot.near, view.distance * 0.1) * 2;
  const near = Math.max(view.distance * 0.02, shot.near - reach);
  matrices(view, near, shot.far + reach, viewMatrix, projection);
  uniforms.view.value.fromArray(viewMatrix);
  uniforms.projection.value.fromArray(projection);
  uniforms.viewProjection.value.multiplyMatrices(uniforms.projection.value, uniforms.view.value);
  uniforms.canvasSize.value.set(view.width * pixelRatio, view.height * pixelRatio);
  uniforms.pixelRatio.value = pixelRatio;
  uniforms.cueRange.value.set(shot.near, shot.far);
  unit(uniforms.canvasColor.value, palette.canvas);
  unit(uniforms.centreColor.value, palette.centre);
}

export function unit(out: Vector3, color: Rgb): Vector3 {
  return out.set(color[0] / 255, color[1] / 255, color[2] / 255);
}

/** The ground's colour under a pixel: what halos and far points are mixed with. */
export const GROUND = /* glsl */ `
uniform vec2 canvasSize;
uniform vec3 canvasColor;
uniform vec3 centreColor;
vec3 ground(vec2 pixel) {
  return mix(centreColor, canvasColor, smoothstep(0.0, ${REACH.toFixed(2)}, length(pixel / canvasSize * 2.0 - 1.0)));
}`;

/** Share of the canvas colour at a depth. */
export const CUE = /* glsl */ `
uniform vec2 cueRange;
float cue(float depth) {
  return clamp((depth - cueRange.x) / (cueRange.y - cueRange.x), 0.0, 1.0);
}
const float CUE_SHARE = ${DEPTH_CUE.toFixed(2)};`;

export const HEAD = /* glsl */ `precision highp float;
precision highp int;`;
