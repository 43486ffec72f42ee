/** The rows as shaded balls; as flat discs when they are many; as a density when they are very many. */

import { GLSL3, Points, RawShaderMaterial } from "three";
import { densityOfShare } from "../crowding";
import { DENSITY_ROWS, FLAT_ROWS, shading } from "../palette";
import { NEAREST } from "../projected";
import type { Shot, Visual } from "../visual";
import type { CloudBuffers } from "./cloud_buffers";
import { CUE, GROUND, HEAD, type SharedUniforms } from "./common";

export const VERTEX = /* glsl */ `${HEAD}
in vec3 origin;
in vec3 destination;
in vec4 color;
in float size;
uniform mat4 viewProjection;
uniform mat4 projection;
uniform float pixelRatio;
uniform float mixing;
uniform float distanceToTarget;
uniform float sizeFactor;
uniform float haloWidth;
uniform int hovered;
uniform float hoverScale;
uniform vec2 canvasSize;
${CUE}
flat out vec3 base;
flat out float radius;
flat out float reach;
flat out float fading;
#ifdef NUMBERED
flat out uint number;
#endif
void main() {
  vec4 place = viewProjection * vec4(mix(origin, destination, mixing), 1.0);
  float depth = place.w;
  if (size <= 0.0 || depth < distanceToTarget * 0.02) {
    gl_Position = vec4(2.0, 2.0, 2.0, 1.0);
    gl_PointSize = 0.0;
    return;
  }
  float grown = gl_VertexID == hovered ? hoverScale : 1.0;
  radius = size * sizeFactor * grown * pow(min(distanceToTarget / depth, ${NEAREST.toFixed(1)}), 1.15) * pixelRatio;
  reach = radius + haloWidth * pixelRatio + 0.5;
  base = color.rgb;
#ifdef NUMBERED
  number = uint(gl_VertexID) + 1u;
#endif
  fading = max(cue(depth) * CUE_SHARE, (1.0 - color.a) * 0.78);
  // The ball's front decides what it hides: lines that end in its middle stay inside.
  float ahead = min(radius * depth * 2.0 / (projection[1][1] * canvasSize.y), depth * 0.5);
  float front = (place.z + projection[2][2] * ahead) / (depth - ahead) * depth;
  gl_Position = vec4(place.xy, front, depth);
  gl_PointSize = 2.0 * reach;
}`;

const BALL = /* glsl */ `${HEAD}
${GROUND}
uniform float shine;
uniform float rim;
uniform float edge;
uniform float pixelRatio;
uniform float haloWidth;
flat in vec3 base;
flat in float radius;
flat in float reach;
flat in float fading;
out vec4 result;
void main() {
  vec2 q = (gl_PointCoord * 2.0 - 1.0) * reach / radius;
  float d = length(q) * radius;
  float whole = clamp(radius + haloWidth * pixelRatio - d + 0.5, 0.0, 1.0);
  if (whole <= 0.0) discard;
  // Light from the upper left: a soft round shine there, darker toward the far edge.
  float t = length(q - vec2(-0.26, -0.30));
  vec3 lit = mix(base, vec3(1.0), shine * clamp(1.0 - t / 0.82, 0.0, 1.0));
  lit *= 1.0 - rim * smoothstep(0.7, 1.32, t);
  float spot = smoothstep(0.36, 0.0, length(q - vec2(-0.36, -0.40)));
  lit = mix(lit, vec3(1.0), spot * spot * shine * 0.5);
  lit *= 1.0 - edge * clamp(d - radius + 1.25 * pixelRatio, 0.0, 1.0);
  vec3 canvas = ground(gl_FragCoord.xy);
  lit = mix(lit, canvas, fading);
  float body = clamp(radius - d + 0.5, 0.0, 1.0);
  result = vec4(mix(canvas, lit, body) * whole, whole);
}`;

const DISC = /* glsl */ `${HEAD}
${GROUND}
uniform float rim;
uniform float pixelRatio;
uniform float density;
flat in vec3 base;
flat in float radius;
flat in float reach;
flat in float fading;
out vec4 result;
void main() {
  float d = length(gl_PointCoord * 2.0 - 1.0) * reach;
  float body = clamp(radius - d + 0.5, 0.0, 1.0);
  if (body <= 0.3) discard;
  // A darker last pixel parts neighbours of one colour.
  vec3 lit = base * (1.0 - rim * (1.0 - density) * clamp(d - radius + 1.1 * pixelRatio, 0.0, 1.0));
  float alpha = density > 0.0 ? body * density * (1.0 - fading) : body;
  result = vec4((density > 0.0 ? lit : mix(lit, canvasColor, fading)) * alpha, alpha);
}`;

function pointUniforms(shared: SharedUniforms) {
  return {
    ...shared,
    mixing: { value: 0 },
    distanceToTarget: { value: 1 },
    sizeFactor: { value: 1 },
    haloWidth: { value: 0 },
    hovered: { value: -1 },
    hoverScale: { value: 1 },
    shine: { value: 0 },
    rim: { value: 0 },
    edge: { value: 0 },
    density: { value: 0 },
  };
}

export type PointUniforms = ReturnType<typeof pointUniforms>;

/** The points, and what their shader was told for the last picture. */
export interface PointsVisual extends Visual {
  readonly object: Points;
  readonly uniforms: PointUniforms;
}

export function createPoints(shared: SharedUniforms, buffers: CloudBuffers): PointsVisual {
  const uniforms = pointUniforms(shared);
  const make = (fragmentShader: string) =>
    new RawShaderMaterial({
      glslVersion: GLSL3,
      vertexShader: VERTEX,
      fragmentShader,
      uniforms,
      transparent: true,
      premultipliedAlpha: true,
    });
  const ball = make(BALL);
  const disc = make(DISC);
  const object = new Points(buffers.geometry, ball);
  object.frustumCulled = false;

  function style(rows: number): void {
    const dense = rows > DENSITY_ROWS;
    const flat = rows > FLAT_ROWS;
    object.material = flat ? disc : ball;
    disc.depthTest = disc.depthWrite = !dense;
    uniforms.haloWidth.value = flat ? 0 : 1.25;
  }

  return {
    object,
    uniforms,
    update(props) {
      style(props.rows);
    },
    draw(shot: Readonly<Shot>) {
      const { props, palette } = shot;
      object.geometry = buffers.geometry;
      uniforms.density.value = densityOfShare(props.rows, shot.sample.share);
      object.visible = props.rows > 0;
      uniforms.mixing.value = props.mix;
      uniforms.distanceToTarget.value = shot.view.distance;
      uniforms.sizeFactor.value = shot.sizeFactor;
      uniforms.hovered.value = props.hovered ?? -1;
      uniforms.hoverScale.value = shot.hoverScale;
      const light = shading(palette.dark);
      uniforms.shine.value = light.shine;
      uniforms.rim.value = light.rim;
      uniforms.edge.value = palette.dark ? 0 : 0.2;
    },
    dispose() {
      ball.dispose();
      disc.dispose();
    },
  };
}
