/** The radial ground behind everything. */

import { BufferAttribute, BufferGeometry, GLSL3, Mesh, RawShaderMaterial } from "three";
import type { Visual } from "../visual";
import { GROUND, HEAD, type SharedUniforms } from "./common";

const VERTEX = /* glsl */ `${HEAD}
in vec2 position;
void main() { gl_Position = vec4(position, 1.0, 1.0); }`;

const FRAGMENT = /* glsl */ `${HEAD}
${GROUND}
out vec4 result;
void main() {
  float grain = fract(52.9829189 * fract(dot(gl_FragCoord.xy, vec2(0.06711056, 0.00583715)))) - 0.5;
  result = vec4(ground(gl_FragCoord.xy) + grain / 255.0, 1.0);
}`;

export function createBackdrop(shared: SharedUniforms): Visual {
  const geometry = new BufferGeometry();
  // One triangle that covers the canvas.
  geometry.setAttribute("position", new BufferAttribute(new Float32Array([-1, -1, 3, -1, -1, 3]), 2));
  const material = new RawShaderMaterial({
    glslVersion: GLSL3,
    vertexShader: VERTEX,
    fragmentShader: FRAGMENT,
    uniforms: shared,
    depthTest: false,
    depthWrite: false,
  });
  const object = new Mesh(geometry, material);
  object.frustumCulled = false;
  return {
    object,
    update() {},
    draw() {},
    dispose() {
      geometry.dispose();
      material.dispose();
    },
  };
}
