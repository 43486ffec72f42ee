/** A soft dot on the floor under each point: where it stands, seen without turning the cloud. */

import { GLSL3, Points, RawShaderMaterial } from "three";
import { SHADOW_ROWS } from "../palette";
import type { Visual } from "../visual";
import type { CloudBuffers } from "./cloud_buffers";
import { CUE, HEAD, type SharedUniforms } from "./common";

const VERTEX = /* glsl */ `${HEAD}
in vec3 origin;
in vec3 destination;
in vec4 color;
in float size;
uniform mat4 viewProjection;
uniform float flatness;
uniform float pixelRatio;
uniform float mixing;
uniform float distanceToTarget;
uniform float sizeFactor;
uniform float floorHeight;
uniform float strength;
${CUE}
flat out float squash;
flat out float alpha;
void main() {
  vec3 p = mix(origin, destination, mixing);
  vec4 place = viewProjection * vec4(p.x, floorHeight, p.z, 1.0);
  float depth = place.w;
  if (size <= 0.0 || depth < distanceToTarget * 0.02) {
    gl_Position = vec4(2.0, 2.0, 2.0, 1.0);
    gl_PointSize = 0.0;
    return;
  }
  gl_Position = place;
  gl_PointSize = max(3.0, size * sizeFactor * distanceToTarget / depth * pixelRatio * 1.3);
  squash = flatness;
  alpha = strength * mix(1.0, 0.45, cue(depth)) * mix(0.3, 1.0, color.a);
}`;

const FRAGMENT = /* glsl */ `${HEAD}
flat in float squash;
flat in float alpha;
out vec4 result;
void main() {
  vec2 q = gl_PointCoord * 2.0 - 1.0;
  q.y /= squash;
  float d = dot(q, q);
  if (d >= 1.0) discard;
  result = vec4(0.0, 0.0, 0.0, alpha * (1.0 - d) * (1.0 - 0.4 * d));
}`;

export function createShadows(shared: SharedUniforms, buffers: CloudBuffers): Visual {
  const uniforms = {
    ...shared,
    mixing: { value: 0 },
    distanceToTarget: { value: 1 },
    sizeFactor: { value: 1 },
    floorHeight: { value: 0 },
    strength: { value: 0 },
    flatness: { value: 1 },
  };
  const material = new RawShaderMaterial({
    glslVersion: GLSL3,
    vertexShader: VERTEX,
    fragmentShader: FRAGMENT,
    uniforms,
    transparent: true,
    premultipliedAlpha: true,
    depthTest: false,
    depthWrite: false,
  });
  const object = new Points(buffers.geometry, material);
  object.frustumCulled = false;
  return {
    object,
    update() {},
    draw(shot) {
      object.geometry = buffers.geometry;
      const { rows, measured } = shot.props;
      object.visible = rows > 0 && rows <= SHADOW_ROWS && measured !== false;
      uniforms.mixing.value = shot.props.mix;
      uniforms.distanceToTarget.value = shot.view.distance;
      uniforms.sizeFactor.value = shot.sizeFactor;
      // The floor's upward normal against the line of sight: how flat a circle on it looks.
      uniforms.flatness.value = Math.max(0.16, Math.abs(shot.view.rotation[7] ?? 1));
      uniforms.floorHeight.value = shot.box.low[1];
      // Many dots on one floor would add up to a black hole.
      uniforms.strength.value = shot.palette.shadow * Math.min(1, (120 / Math.max(1, shot.props.rows)) ** 0.36);
    },
    dispose() {
      material.dispose();
    },
  };
}
