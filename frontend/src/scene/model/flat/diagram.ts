// biome-ignore-all lint/style/noNonNullAssertion: typed arrays, indexed inside their length
/** The flat drawing: an SVG of the same layout, each slab a control that the keyboard reaches and a reader names. */

import type { Layout } from "../../../architecture/types";
import { css } from "../../palette";
import type { Path } from "../../shapes";
import { inkOf } from "../inks";
import { bandsOf } from "../ribbons";
import type { Stage } from "../stage";
import type { ModelProps } from "../types";
import { FlatFaces } from "./faces";

const SVG = "http://www.w3.org/2000/svg";

export interface DiagramHooks {
  /** The keyboard went to a slab, or left (null). */
  reached(layer: number | null): void;
  choose(layer: number): void;
}

export interface DiagramKeys {
  /** From a layer to its neighbour in the direction (dx, dy) of the screen. */
  step(dx: number, dy: number, from?: number): void;
  zoom(factor: number): void;
  focus(): void;
  fit(): void;
}

const ARROWS: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

export class Diagram {
  readonly element = document.createElement("div");
  readonly faces = new FlatFaces();
  readonly svg = document.createElementNS(SVG, "svg");
  readonly #flow = make("g");
  readonly #plates = make("g");
  readonly #slabs = make("g");
  readonly #bySlab = new Map<number, SVGRectElement>();
  #layout: Layout | null = null;

  constructor(readonly hooks: DiagramHooks) {
    this.svg.setAttribute("role", "group");
    this.svg.setAttribute("aria-label", "Layers of the model. Arrow keys go from layer to layer.");
    Object.assign(this.svg.style, { position: "absolute", inset: "0", width: "100%", height: "100%" });
    this.svg.append(this.#plates, this.#flow, this.#slabs);
    Object.assign(this.faces.canvas.style, { position: "absolute", inset: "0", width: "100%", height: "100%" });
    this.element.append(this.faces.canvas, this.svg);
  }

  update(stage: Stage, changed: ReadonlySet<keyof ModelProps>): void {
    const { props, palette } = stage;
    if (props.layout !== this.#layout || changed.has("told")) this.#build(stage);
    if (changed.has("theme") || changed.has("layout") || changed.has("flow") || changed.has("told")) {
      this.#flow.replaceChildren(...flowOf(stage));
      for (const plate of this.#plates.children) {
        plate.setAttribute("stroke", css(palette.ink, 0.2));
        plate.setAttribute("fill", "transparent");
      }
    }
    for (const [layer, rect] of this.#bySlab) {
      const [color, width] = edgeOf(layer, props, palette.dark, css(palette.accent));
      rect.setAttribute("stroke", color);
      rect.setAttribute("stroke-width", String(width));
      rect.setAttribute("aria-pressed", String(props.selected === layer));
    }
    const reached = this.#bySlab.has(props.selected ?? -1) ? props.selected : (props.layout.slabs[0]?.layer ?? null);
    for (const [layer, rect] of this.#bySlab) rect.tabIndex = layer === reached ? 0 : -1;
  }

  /** By the view of this moment. */
  draw(stage: Stage): void {
    const { view } = stage;
    const unit = view.scale / view.distance;
    const place = `matrix(${unit} 0 0 ${-unit} ${view.centreX - view.target[0] * unit} ${view.centreY + view.target[1] * unit})`;
    for (const part of [this.#plates, this.#flow, this.#slabs]) part.setAttribute("transform", place);
    this.faces.draw(stage);
  }

  /** What the SVG holds, by the view of this moment, in CSS px: edges of plates and slabs, and the bands. */
  lines({ view, props, palette }: Stage): Path[] {
    const unit = view.scale / view.distance;
    const x = (at: number) => (view.centreX + (at - view.target[0]) * unit).toFixed(2);
    const y = (at: number) => (view.centreY - (at - view.target[1]) * unit).toFixed(2);
    const plain = { kind: "path", dash: [], round: false, alpha: 1 } as const;
    const edge = (rect: Rect, stroke: string, width: number): Path => {
      const [left, right] = [x(rect.x), x(rect.x + rect.width)];
      const [low, high] = [y(rect.y), y(rect.y + rect.height)];
      return { ...plain, data: `M${left} ${low}H${right}V${high}H${left}Z`, fill: null, stroke, width };
    };
    const bands = bandPaths(props, (at, above) => `${x(at)} ${y(above)}`).map(([ink, data]): Path => {
      const color = css(inkOf(ink, palette));
      return { ...plain, data, fill: color, stroke: color, width: 0.6 * unit };
    });
    return [
      ...props.layout.plates.map((plate) => edge(plate, css(palette.ink, 0.2), 1)),
      ...bands.filter(({ data }) => data !== ""),
      ...props.layout.slabs.map((slab) => edge(slab, ...edgeOf(slab.layer, props, palette.dark, css(palette.accent)))),
    ];
  }

  /** The keyboard follows what was chosen, where it is here already. */
  follow(layer: number): void {
    if (this.svg.contains(document.activeElement)) this.#bySlab.get(layer)?.focus({ preventScroll: true });
  }

  /** The keys of the 3D drawing, on each slab. */
  listen(keys: DiagramKeys, signal: AbortSignal): void {
    const pressed = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      const layer = Number((event.target as SVGElement).dataset.layer);
      const arrow = ARROWS[event.key];
      if (arrow) keys.step(...arrow, layer);
      else if (event.key === "Enter" || event.key === " ") this.hooks.choose(layer);
      else if (event.key === "+" || event.key === "=") keys.zoom(1.25);
      else if (event.key === "-" || event.key === "_") keys.zoom(0.8);
      else if (event.key === "f" || event.key === "F") keys.focus();
      else if (event.key === "0") keys.fit();
      else return;
      event.preventDefault();
      event.stopPropagation();
    };
    this.#slabs.addEventListener("keydown", pressed, { signal });
  }

  dispose(): void {
    this.element.remove();
  }

  #build({ props }: Stage): void {
    const { layout } = props;
    this.#layout = layout;
    this.#bySlab.clear();
    this.#plates.replaceChildren(...layout.plates.map((plate) => rectOf(plate)));
    const slabs = layout.slabs.map((slab) => {
      const rect = rectOf(slab);
      rect.setAttribute("fill", "transparent");
      rect.setAttribute("role", "button");
      rect.setAttribute("aria-label", props.told[slab.layer] ?? slab.name);
      rect.dataset.layer = String(slab.layer);
      rect.addEventListener("focus", () => this.hooks.reached(slab.layer));
      rect.addEventListener("blur", () => this.hooks.reached(null));
      this.#bySlab.set(slab.layer, rect);
      return rect;
    });
    this.#slabs.replaceChildren(...slabs);
  }
}

interface Rect {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Colour and width of a slab's edge. */
function edgeOf(layer: number, props: ModelProps, dark: boolean, accent: string): [string, number] {
  const [chosen, hovered] = [props.selected === layer, props.hovered === layer];
  const plain = dark ? "rgb(0 0 0 / 45%)" : "rgb(0 0 0 / 30%)";
  return [chosen || hovered ? accent : plain, chosen ? 2.25 : hovered ? 1.75 : 1];
}

function rectOf({ x, y, width, height }: Rect): SVGRectElement {
  const rect = make("rect");
  for (const [name, value] of Object.entries({ x, y, width, height })) rect.setAttribute(name, String(value));
  rect.setAttribute("vector-effect", "non-scaling-stroke");
  return rect;
}

/** The bands of the 3D drawing, one path for each ink. place: how a point is written. */
function bandPaths({ layout, flow }: ModelProps, place: (x: number, y: number) => string) {
  const { corners, inks } = bandsOf(layout, flow);
  const paths = new Map<string, string[]>();
  for (const [i, ink] of inks.entries()) {
    const [a, b, c] = [0, 2, 4].map((k) => place(corners[i * 6 + k]!, corners[i * 6 + k + 1]!));
    const parts = paths.get(ink) ?? [];
    parts.push(`M${a}L${b}L${c}Z`);
    paths.set(ink, parts);
  }
  return (["tie", "branch", "stream", "node"] as const).map((ink) => [ink, (paths.get(ink) ?? []).join("")] as const);
}

function flowOf({ props, palette }: Stage): SVGElement[] {
  const short = (value: number) => Number(value.toFixed(2));
  return bandPaths(props, (x, y) => `${short(x)} ${short(y)}`).map(([ink, data]) => {
    const path = make("path");
    path.setAttribute("d", data);
    const color = css(inkOf(ink, palette));
    path.setAttribute("fill", color);
    // Triangles beside each other would show a hair between them.
    path.setAttribute("stroke", color);
    path.setAttribute("stroke-width", "0.6");
    return path;
  });
}

function make<K extends keyof SVGElementTagNameMap>(name: K): SVGElementTagNameMap[K] {
  return document.createElementNS(SVG, name);
}
