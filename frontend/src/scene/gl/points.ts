/** The rows as shaded balls; as flat discs when they are many; as a density when they are very many. */

import { AdditiveBlending, GLSL3, NormalBlending, Points, RawShaderMaterial } from "three";
import { DENSITY_ROWS, FLAT_ROWS, shading } from "../palette";
import type { Shot, Visual } from "../visual";
import type { CloudBuffers } from "./cloud_buffers";
import { CUE, GROUND, HEAD, type SharedUniforms } from "./common";

const VERTEX = /* glsl */ `${HEAD}
in vec3 origin;
in vec3 destination;
in vec4 color;
in float size;
uniform mat4 view;
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
void main() {
  vec4 seen = view * vec4(mix(origin, destination, mixing), 1.0);
  float depth = -seen.z;
  if (size <= 0.0 || depth < distanceToTarget * 0.02) {
    gl_Position = vec4(2.0, 2.0, 2.0, 1.0);
    gl_PointSize = 0.0;
    return;
  }
  float grown = gl_VertexID == hovered ? hoverScale : 1.0;
  radius = size * sizeFactor * grown * pow(distanceToTarget / depth, 1.15) * pixelRatio;
  reach = radius + haloWidth * pixelRatio + 0.5;
  base = color.rgb;
  fading = max(cue(depth) * CUE_SHARE, (1.0 - color.a) * 0.78);
  // The ball's front decides what it hides: lines that end in its middle stay inside.
  vec4 place = projection * seen;
  float front = radius * depth * 2.0 / (projection[1][1] * canvasSize.y);
  vec4 frontPlace = projection * vec4(seen.xy, min(seen.z + front, -0.02 * distanceToTarget), 1.0);
  gl_Position = vec4(place.xy, frontPlace.z / frontPlace.w * place.w, place.w);
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
  float t = length(q - vec2(-0.32, -0.36)) / 1.48;
  vec3 lit = mix(mix(base, vec3(1.0), shine), base, smoothstep(-0.1, 0.62, t));
  lit *= 1.0 - rim * smoothstep(0.5, 1.0, t);
  float spot = smoothstep(0.36, 0.0, length(q - vec2(-0.36, -0.40)));
  lit = mix(lit, vec3(1.0), spot * spot * shine * 0.5);
  lit *= 1.0 - edge * clamp(d - radius + 1.25 * pixelRatio, 0.0, 1.0);
  vec3 canvas = ground(gl_FragCoord.xy);
  lit = mix(lit, canvas, fading);
  float body = clamp(radius - d + 0.5, 0.0, 1.0);
  result = vec4(mix(canvas, lit, body), whole);
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
  if (body <= 0.0) discard;
  // A darker last pixel parts neighbours of one colour.
  vec3 lit = base * (1.0 - rim * (1.0 - density) * 1.4 * clamp(d - radius + 1.1 * pixelRatio, 0.0, 1.0));
  result = density > 0.0
    ? vec4(lit, body * density * (1.0 - fading))
    : vec4(mix(lit, canvasColor, fading), body);
}`;

export function createPoints(shared: SharedUniforms, buffers: CloudBuffers): Visual {
  const uniforms = {
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
  const make = (fragmentShader: string) =>
    new RawShaderMaterial({ glslVersion: GLSL3, vertexShader: VERTEX, fragmentShader, uniforms, transparent: true });
  const ball = make(BALL);
  const disc = make(DISC);
  const object = new Points(buffers.sorted, ball);
  object.frustumCulled = false;

  function style(rows: number, dark: boolean): void {
    const dense = rows > DENSITY_ROWS;
    const flat = rows > FLAT_ROWS;
    object.material = flat ? disc : ball;
    disc.depthTest = disc.depthWrite = !dense;
    disc.blending = dense && dark ? AdditiveBlending : NormalBlending;
    uniforms.density.value = dense ? (dark ? 0.34 : 0.42) : 0;
    uniforms.haloWidth.value = flat ? 0 : 1.25;
  }

  return {
    object,
    update(props) {
      style(props.rows, props.theme === "dark");
    },
    draw(shot: Readonly<Shot>) {
      const { props, palette } = shot;
      object.geometry = props.rows > DENSITY_ROWS ? buffers.plain : buffers.sorted;
      if (props.rows <= DENSITY_ROWS) buffers.sort(shot.order.rows, shot.order.count);
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
