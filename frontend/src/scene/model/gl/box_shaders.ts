/** How a box is painted: its face by the matrix's cells or by one value, its sides in greys. */

import { GROUND, HEAD } from "../../gl/common";

export const VERTEX = /* glsl */ `${HEAD}
in vec3 position;
in vec3 normal;
in vec3 low;
in vec3 size;
in vec4 spot;
in vec4 looks;
uniform mat4 viewProjection;
out vec2 face;
flat out vec2 extent;
flat out vec3 outward;
flat out vec4 cells;
flat out vec4 look;
void main() {
  vec3 corner = position + 0.5;
  gl_Position = viewProjection * vec4(low + corner * size, 1.0);
  vec2 across = abs(normal.z) > 0.5 ? corner.xy : abs(normal.x) > 0.5 ? corner.zy : corner.xz;
  extent = abs(normal.z) > 0.5 ? size.xy : abs(normal.x) > 0.5 ? size.zy : size.xz;
  face = vec2(across.x, 1.0 - across.y);
  outward = normal;
  cells = spot;
  look = looks;
}`;

export const FRAGMENT = /* glsl */ `${HEAD}
in vec2 face;
flat in vec2 extent;
flat in vec3 outward;
flat in vec4 cells;
flat in vec4 look;
uniform sampler2D ramp;
uniform sampler2D pictures;
uniform float blend;
uniform float pixelRatio;
uniform vec3 ink;
uniform vec3 side;
uniform vec3 top;
uniform vec3 none;
uniform vec3 stripe;
uniform vec3 zero;
out vec4 color;
${GROUND}
// Stripes at 45 degrees, which no value looks like.
vec3 hatched() {
  vec2 at = gl_FragCoord.xy / pixelRatio;
  return mod(at.x + at.y, 6.0) < 2.2 ? stripe : none;
}
vec3 painted(float share) {
  if (share < -1.5) return hatched();
  if (share < -0.5) return zero;
  return texelFetch(ramp, ivec2(clamp(share, 0.0, 1.0) * 255.0 + 0.5, 0), 0).rgb;
}
// Mean over a few places of a pixel; what isn't finite or zero is never mixed into a colour. In a loop, because without a
// GPU both sides of a branch are worked out.
vec3 pictured(vec2 at, vec2 grid, bool turned, vec2 dx, vec2 dy, int taps) {
  float sum = 0.0;
  float known = 0.0;
  float zeros = 0.0;
  for (int k = 0; k < taps; k++) {
    float i = float(k) - 0.5 * float(taps - 1);
    float j = taps == 4 ? (k == 0 ? 1.0 : k == 1 ? -0.5 : k == 2 ? 0.5 : -1.0) * 0.33 : 0.5 * i;
    vec2 place = clamp(at + dx * i / float(taps) + dy * j, vec2(0.0), grid - 0.5);
    ivec2 cell = ivec2(turned ? place.yx : place);
    vec2 levels = floor(texelFetch(pictures, ivec2(cells.xy) + cell, 0).rg * 255.0 + 0.5);
    float nearer = blend < 0.5 ? levels.x : levels.y;
    float level = min(levels.x, levels.y) < 1.5 ? nearer : mix(levels.x, levels.y, blend);
    float valid = step(1.75, level);
    known += valid;
    sum += valid * level;
    zeros += step(0.5, level) * (1.0 - valid);
  }
  float share = known > 0.0 ? (sum / known - 2.0) / 253.0 : zeros > 0.0 ? -1.0 : -2.0;
  return painted(share);
}
void main() {
  float kind = look.z;
  vec3 under = ground(vec2(gl_FragCoord.x, canvasSize.y - gl_FragCoord.y));
  vec2 px = face * extent / max(fwidth(face * extent), vec2(1e-5));
  vec2 rest = (1.0 - face) * extent / max(fwidth(face * extent), vec2(1e-5));
  float edge = min(min(px.x, rest.x), min(px.y, rest.y)) / pixelRatio;
  if (kind > 1.5) {
    float line = 1.0 - smoothstep(0.6, 1.4, edge);
    float fill = outward.z > 0.5 ? (kind > 2.5 ? 0.05 : 0.028) : 0.1;
    color = vec4(mix(under, ink, mix(fill, 0.2, line)), 1.0);
    return;
  }
  vec3 shown;
  float more = look.w;
  bool turned = mod(more, 2.0) > 0.5;
  vec2 grid = max(turned ? cells.wz : cells.zw, vec2(1.0));
  vec2 at = face * grid;
  vec2 dx = dFdx(at);
  vec2 dy = dFdy(at);
  float small = max(length(dx), length(dy));
  int taps = outward.z < 0.5 || cells.z < 0.5 ? 0 : small < 0.3 ? 1 : small < 0.75 ? 2 : 4;
  vec3 picture = taps > 0 ? pictured(at, grid, turned, dx, dy, taps) : painted(look.x);
  // A hair between cells that are large enough for it.
  vec2 hair = abs(fract(at - 0.5) - 0.5) / max(fwidth(at), vec2(1e-5));
  float seam = taps == 1 ? 1.0 - smoothstep(0.0, 1.0, min(hair.x, hair.y) - 0.1) : 0.0;
  picture *= 1.0 - 0.26 * seam * (1.0 - smoothstep(0.14, 0.3, small));
  if (outward.z > 0.5) {
    shown = picture;
    float parts = floor(more / 2.0);
    if (parts > 1.5) {
      float part = face.y * parts;
      float gap = abs(fract(part + 0.5) - 0.5) / max(fwidth(part), 1e-5) / pixelRatio;
      if (part > 0.5 && part < parts - 0.5) shown *= mix(0.12, 1.0, smoothstep(0.7, 1.5, gap));
    }
    // What is only a few px wide would be all edge.
    float wide = min(extent.x / max(fwidth(face.x * extent.x), 1e-5), extent.y / max(fwidth(face.y * extent.y), 1e-5)) / pixelRatio;
    shown *= mix(mix(1.0, 0.62, smoothstep(4.0, 14.0, wide)), 1.0, smoothstep(0.5, 1.5, edge));
  } else if (outward.y > 0.5) shown = top;
  else shown = side * (outward.y < -0.5 ? 0.7 : outward.z < -0.5 ? 0.8 : 1.0);
  color = vec4(mix(under, shown, look.y), 1.0);
}`;
