// biome-ignore-all lint/style/noNonNullAssertion: typed arrays, indexed inside their length
/** Thin rings round marked rows, hidden by what stands before them. */

import { BufferAttribute, BufferGeometry, GLSL3, Points, RawShaderMaterial } from "three";
import { NEAREST } from "../projected";
import { RING_GAP, RING_WIDTH } from "../rings";
import type { Shot, Visual } from "../visual";
import type { CloudBuffers } from "./cloud_buffers";
import { CUE, HEAD, type SharedUniforms } from "./common";

/** Attributes lent by the points. */
const LENT = ["origin", "destination", "size"] as const;

const VERTEX = /* glsl */ `${HEAD}
in vec3 origin;
in vec3 destination;
in float size;
in vec3 tint;
uniform mat4 viewProjection;
uniform mat4 projection;
uniform float pixelRatio;
uniform float mixing;
uniform float distanceToTarget;
uniform float sizeFactor;
uniform int hovered;
uniform float hoverScale;
uniform vec2 canvasSize;
${CUE}
flat out vec3 line;
flat out float middle;
flat out float reach;
void main() {
  vec4 place = viewProjection * vec4(mix(origin, destination, mixing), 1.0);
  float depth = place.w;
  if (size <= 0.0 || depth < distanceToTarget * 0.02) {
    gl_Position = vec4(2.0, 2.0, 2.0, 1.0);
    gl_PointSize = 0.0;
    return;
  }
  float grown = gl_VertexID == hovered ? hoverScale : 1.0;
  float radius = size * sizeFactor * grown * pow(min(distanceToTarget / depth, ${NEAREST.toFixed(1)}), 1.15) * pixelRatio;
  middle = radius + ${RING_GAP.toFixed(2)} * pixelRatio;
  reach = middle + ${(RING_WIDTH / 2).toFixed(2)} * pixelRatio + 1.0;
  line = tint;
  // As deep as the front of its ball, and a hair nearer, so that its own ball never cuts it.
  float ahead = min(radius * depth * 2.02 / (projection[1][1] * canvasSize.y), depth * 0.5);
  float front = (place.z + projection[2][2] * ahead) / (depth - ahead) * depth;
  gl_Position = vec4(place.xy, front, depth);
  gl_PointSize = 2.0 * reach;
}`;

const FRAGMENT = /* glsl */ `${HEAD}
uniform float pixelRatio;
flat in vec3 line;
flat in float middle;
flat in float reach;
out vec4 result;
void main() {
  float off = abs(length(gl_PointCoord * 2.0 - 1.0) * reach - middle);
  float alpha = clamp(${(RING_WIDTH / 2).toFixed(2)} * pixelRatio - off + 0.5, 0.0, 1.0);
  if (alpha <= 0.0) discard;
  result = vec4(line * alpha, alpha);
}`;

export function createRings(shared: SharedUniforms, buffers: CloudBuffers): Visual {
  const uniforms = {
    ...shared,
    mixing: { value: 0 },
    distanceToTarget: { value: 1 },
    sizeFactor: { value: 1 },
    hovered: { value: -1 },
    hoverScale: { value: 1 },
  };
  const material = new RawShaderMaterial({
    glslVersion: GLSL3,
    vertexShader: VERTEX,
    fragmentShader: FRAGMENT,
    uniforms,
    transparent: true,
    premultipliedAlpha: true,
    depthWrite: false,
  });
  let geometry = new BufferGeometry();
  const object = new Points(geometry, material);
  object.frustumCulled = false;
  let version = -1;

  function rebuild({ rings, props }: Readonly<Shot>): void {
    forget();
    geometry = new BufferGeometry();
    const tint = new Uint8Array(props.rows * 3);
    for (const row of rings.rows) tint.set(rings.colors[rings.of[row]! - 1]!, row * 3);
    geometry.setAttribute("tint", new BufferAttribute(tint, 3, true));
    geometry.setIndex(new BufferAttribute(rings.rows, 1));
    object.geometry = geometry;
    version = rings.version;
  }

  /** The points' own attributes go back first: they live on without the rings. */
  function forget(): void {
    for (const name of LENT) geometry.deleteAttribute(name);
    geometry.dispose();
  }

  return {
    object,
    update() {},
    draw(shot) {
      object.visible = shot.rings.rows.length > 0;
      if (!object.visible) return;
      if (version !== shot.rings.version) rebuild(shot);
      // The points' buffers change places in playback.
      for (const name of LENT) geometry.setAttribute(name, buffers.geometry.getAttribute(name));
      uniforms.mixing.value = shot.props.mix;
      uniforms.distanceToTarget.value = shot.view.distance;
      uniforms.sizeFactor.value = shot.sizeFactor;
      uniforms.hovered.value = shot.props.hovered ?? -1;
      uniforms.hoverScale.value = shot.hoverScale;
    },
    dispose() {
      forget();
      material.dispose();
    },
  };
}
