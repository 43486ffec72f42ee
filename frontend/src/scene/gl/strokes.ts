/** Strokes as camera-facing ribbons with soft edges: the canvas itself isn't antialiased. */

import {
  BufferAttribute,
  DynamicDrawUsage,
  GLSL3,
  InstancedBufferGeometry,
  InstancedInterleavedBuffer,
  InterleavedBufferAttribute,
  Mesh,
  RawShaderMaterial,
} from "three";
import { type Segments, STROKE } from "../segments";
import type { Shot, Visual } from "../visual";
import { CUE, HEAD, type SharedUniforms } from "./common";

const VERTEX = /* glsl */ `${HEAD}
in vec2 place;
in vec3 a;
in vec3 b;
in vec4 shape;
in vec3 color;
uniform mat4 view;
uniform mat4 projection;
uniform vec2 canvasSize;
uniform float pixelRatio;
uniform float farShare;
${CUE}
out vec2 offset;
out float halfWidth;
out vec4 tint;
void main() {
  vec4 va = view * vec4(a, 1.0);
  vec4 vb = view * vec4(b, 1.0);
  // Cut at the near plane, or the far side of the viewer would be drawn.
  float near = -projection[3][2] / (1.0 - projection[2][2]) * 1.01;
  if (va.z > -near && vb.z > -near) { gl_Position = vec4(2.0, 2.0, 2.0, 1.0); return; }
  if (va.z > -near) va = mix(vb, va, (-near - vb.z) / (va.z - vb.z));
  else if (vb.z > -near) vb = mix(va, vb, (-near - va.z) / (vb.z - va.z));
  vec4 ca = projection * va;
  vec4 cb = projection * vb;
  vec2 pa = ca.xy / ca.w * canvasSize * 0.5;
  vec2 pb = cb.xy / cb.w * canvasSize * 0.5;
  vec2 along = pb - pa;
  float span = length(along);
  bool isDot = span < 0.01;
  vec2 direction = isDot ? vec2(1.0, 0.0) : along / span;
  float width = mix(shape.x, shape.y, place.x) * pixelRatio;
  halfWidth = 0.5 * max(width, 1.0);
  float reach = halfWidth + 1.0;
  float ahead = isDot ? (place.x * 2.0 - 1.0) * reach : 0.0;
  offset = vec2(ahead, place.y * reach);
  vec4 end = place.x < 0.5 ? ca : cb;
  end.xy += (direction * ahead + vec2(-direction.y, direction.x) * offset.y) / canvasSize * 2.0 * end.w;
  gl_Position = end;
  float depth = place.x < 0.5 ? -va.z : -vb.z;
  float alpha = mix(shape.z, shape.w, place.x) * mix(1.0, farShare, cue(depth));
  // Thinner than a pixel means fainter.
  tint = vec4(color, alpha * min(width, 1.0));
}`;

const FRAGMENT = /* glsl */ `${HEAD}
in vec2 offset;
in float halfWidth;
in vec4 tint;
out vec4 result;
void main() {
  float edge = clamp(halfWidth - length(offset) + 0.5, 0.0, 1.0);
  float alpha = tint.a * edge;
  result = vec4(tint.rgb * alpha, alpha);
}`;

/** @param choose which strokes of a picture these are. @param farShare share of their opacity left at the back. */
export function createStrokes(
  shared: SharedUniforms,
  choose: (shot: Readonly<Shot>) => Segments,
  farShare: number,
): Visual {
  const material = new RawShaderMaterial({
    glslVersion: GLSL3,
    vertexShader: VERTEX,
    fragmentShader: FRAGMENT,
    uniforms: { ...shared, farShare: { value: farShare } },
    transparent: true,
    premultipliedAlpha: true,
    depthWrite: false,
  });
  let geometry = new InstancedBufferGeometry();
  let buffer: InstancedInterleavedBuffer | null = null;
  let shown: Segments | null = null;
  let version = -1;
  const object = new Mesh(geometry, material);
  object.frustumCulled = false;

  function build(data: Float32Array): InstancedInterleavedBuffer {
    geometry.dispose();
    geometry = new InstancedBufferGeometry();
    geometry.setAttribute("place", new BufferAttribute(new Float32Array([0, -1, 1, -1, 0, 1, 1, 1]), 2));
    geometry.setIndex([0, 1, 2, 2, 1, 3]);
    const made = new InstancedInterleavedBuffer(data, STROKE, 1);
    made.setUsage(DynamicDrawUsage);
    geometry.setAttribute("a", new InterleavedBufferAttribute(made, 3, 0));
    geometry.setAttribute("b", new InterleavedBufferAttribute(made, 3, 3));
    geometry.setAttribute("shape", new InterleavedBufferAttribute(made, 4, 6));
    geometry.setAttribute("color", new InterleavedBufferAttribute(made, 3, 10));
    object.geometry = geometry;
    return made;
  }

  return {
    object,
    update() {},
    draw(shot) {
      const strokes = choose(shot);
      object.visible = strokes.count > 0;
      if (!object.visible || (strokes === shown && strokes.version === version)) return;
      if (buffer === null || buffer.array !== strokes.data) buffer = build(strokes.data);
      buffer.clearUpdateRanges();
      buffer.addUpdateRange(0, strokes.count * STROKE);
      buffer.needsUpdate = true;
      geometry.instanceCount = strokes.count;
      shown = strokes;
      version = strokes.version;
    },
    dispose() {
      geometry.dispose();
      material.dispose();
    },
  };
}
