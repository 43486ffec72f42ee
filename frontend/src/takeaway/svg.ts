/** The picture as SVG: circles, lines and words, sharp at any size. Pure. */

import { blend, shading } from "../scene/palette";
import type { Paint, Shape, Vectors, Words } from "../scene/shapes";
import type { Rgb } from "../scene/types";
import type { Sheet } from "./sheet";
import type { Item } from "./sheet_pieces";
import { Definitions } from "./svg_definitions";
import { attributes, escaped, hex, number, paintOf, type Writable } from "./svg_text";

const HALO = 1.25;

/** The sheet with the drawing in it. Layout and colours are those of the screen; words keep the width they have there whatever font a
 *  program finds for them. */
export function svgOf(drawing: Vectors, sheet: Sheet, title: string, description: string): string {
  const { width, height, top, bottom, colors } = sheet;
  const definitions = new Definitions(drawing.dark);
  const inner = drawing.shapes.map((shape) => shapeText(shape, definitions)).join("\n");
  const around = sheet.items.map((item) => itemText(item, definitions)).join("\n");
  const size = { x: 0, y: number(top), width: number(drawing.width), height: number(bottom - top) };
  return `<?xml version="1.0" encoding="UTF-8"?>
<svg xmlns="http://www.w3.org/2000/svg"${attributes({ width: number(width), height: number(height) })} viewBox="0 0 ${number(width)} ${number(height)}" role="img">
<title>${escaped(title)}</title>
<desc>${escaped(description)}</desc>
<defs>
${definitions.text()}
</defs>
<rect${attributes({ width: "100%", height: "100%", fill: colors.panel })}/>
<svg${attributes(size)}>
${drawing.ground === false ? "" : '<rect width="100%" height="100%" fill="url(#ground)"/>'}
<g stroke-linecap="butt">
${inner}
</g>
</svg>
<path d="M0 ${number(top - 0.5)}H${number(width)}M0 ${number(bottom + 0.5)}H${number(width)}"${attributes({ stroke: colors.line })}/>
${around}
</svg>
`;
}

function shapeText(shape: Shape, definitions: Definitions): string {
  switch (shape.kind) {
    case "line":
      return `<line${attributes({
        x1: number(shape.x1),
        y1: number(shape.y1),
        x2: number(shape.x2),
        y2: number(shape.y2),
        stroke: hex(shape.color),
        "stroke-width": number(shape.width, 2),
        "stroke-opacity": opacity(shape.alpha),
      })}/>`;
    case "disc":
      return circle(shape.x, shape.y, shape.edge ? shape.radius - 0.5 : shape.radius, {
        fill: hex(shape.color),
        ...(shape.edge ? { stroke: hex(shape.edge) } : {}),
        opacity: opacity(shape.alpha),
      });
    case "ball": {
      const halo = circle(shape.x, shape.y, shape.radius + HALO, { fill: hex(shape.ground) });
      const fill = `url(#${definitions.ball(shape.color)})`;
      const edge = shape.edged ? { stroke: hex(edgeOf(shape.color)), "stroke-opacity": "0.6" } : {};
      const radius = shape.edged ? shape.radius - 0.5 : shape.radius;
      const body = circle(shape.x, shape.y, radius, { fill, ...edge, opacity: opacity(shape.alpha) });
      return halo + body;
    }
    case "shadow":
      return `<ellipse${attributes({
        cx: number(shape.x),
        cy: number(shape.y),
        rx: number(shape.rx, 2),
        ry: number(shape.ry, 2),
        fill: "url(#shadow)",
        opacity: opacity(shape.alpha),
      })}/>`;
    case "path":
      return `<path${attributes({
        d: shape.data,
        ...painted("fill", shape.fill, definitions),
        ...painted("stroke", shape.stroke, definitions),
        "stroke-width": shape.stroke === null ? undefined : number(shape.width, 2),
        "stroke-dasharray": shape.stroke === null || shape.dash.length === 0 ? undefined : shape.dash.join(" "),
        "stroke-linejoin": shape.stroke !== null && shape.round ? "round" : undefined,
        "shape-rendering": shape.crisp ? "crispEdges" : undefined,
        opacity: opacity(shape.alpha),
      })}/>`;
    case "words":
      return wordsText(shape);
    case "pixels":
      return `<image${attributes({
        x: number(shape.x),
        y: number(shape.y),
        width: number(shape.width),
        height: number(shape.height),
        href: shape.href,
        preserveAspectRatio: "none",
      })}/>`;
  }
}

function edgeOf(color: Rgb): Rgb {
  const { rim } = shading(false);
  return blend(color, [0, 0, 0], rim + 0.2);
}

function wordsText({ x, y, width, text, font, color, alpha, halo }: Words): string {
  const ink = paintOf(color);
  const edge = halo === null ? null : paintOf(halo.color);
  return `<text${attributes({
    x: number(x),
    y: number(y),
    "text-anchor": "middle",
    ...fontOf(font),
    textLength: text === "" ? undefined : number(width),
    lengthAdjust: "spacingAndGlyphs",
    "xml:space": /^\s|\s$|\s\s/.test(text) ? "preserve" : undefined,
    fill: ink.color,
    "fill-opacity": opacity(ink.alpha),
    stroke: edge?.color,
    "stroke-width": halo === null ? undefined : number(halo.width),
    "stroke-opacity": edge === null ? undefined : opacity(edge.alpha),
    "stroke-linejoin": halo === null ? undefined : "round",
    "paint-order": halo === null ? undefined : "stroke",
    opacity: opacity(alpha),
  })}>${escaped(text)}</text>`;
}

function itemText(item: Item, definitions: Definitions): string {
  switch (item.kind) {
    case "word":
      return `<text${attributes({
        x: number(item.x),
        y: number(item.y),
        ...fontOf(item.font),
        textLength: item.text === "" ? undefined : number(item.width),
        lengthAdjust: "spacingAndGlyphs",
        "xml:space": /^\s|\s$|\s\s/.test(item.text) ? "preserve" : undefined,
        fill: item.color,
      })}>${escaped(item.text)}</text>`;
    case "dot":
      return circle(item.x, item.y, item.radius, { fill: item.color });
    case "ring":
      return circle(item.x, item.y, item.radius - 0.75, { fill: "none", stroke: item.color, "stroke-width": "1.5" });
    case "ramp":
      return `<rect${attributes({
        x: number(item.x),
        y: number(item.y),
        width: number(item.width),
        height: number(item.height),
        rx: "3",
        fill: `url(#${definitions.ramp(item.colors)})`,
      })}/>`;
    case "outline":
      return `<path${attributes({
        d: item.data,
        transform: `translate(${number(item.x)} ${number(item.y)})${item.scale === 1 ? "" : ` scale(${number(item.scale, 4)})`}`,
        ...(item.pen === null
          ? { fill: item.color }
          : { fill: "none", stroke: item.color, "stroke-width": item.pen, "stroke-linecap": "round" }),
      })}/>`;
  }
}

function circle(x: number, y: number, radius: number, rest: Writable): string {
  return `<circle${attributes({ cx: number(x), cy: number(y), r: number(Math.max(0.1, radius), 2), ...rest })}/>`;
}

function painted(name: "fill" | "stroke", paint: Paint | null, definitions: Definitions): Writable {
  if (paint === null) return name === "fill" ? { fill: "none" } : {};
  if (typeof paint !== "string") return { [name]: `url(#${definitions.radial(paint)})` };
  const { color, alpha } = paintOf(paint);
  return { [name]: color, [`${name}-opacity`]: opacity(alpha) };
}

/** Left out where nothing shows through. */
function opacity(alpha: number): string | undefined {
  return alpha >= 0.995 ? undefined : number(Math.max(0, alpha), 2);
}

/** A canvas' font, "500 12px Roboto, sans-serif", as attributes. */
function fontOf(font: string): Writable {
  const [, weight, size, family] = /^(?:(\d+)\s+)?([\d.]+)px\s+(.+)$/.exec(font) ?? [];
  return { "font-family": (family ?? "sans-serif").replaceAll('"', "'"), "font-size": size, "font-weight": weight };
}
