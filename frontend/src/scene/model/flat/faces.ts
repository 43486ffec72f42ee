// biome-ignore-all lint/style/noNonNullAssertion: typed arrays, indexed inside their length
/** The faces of the flat drawing: a canvas under the diagram's lines and words. */

import { type Atlas, blendLevels, type Patch } from "../atlas";
import type { Box } from "../boxes";
import { meanShare, RECEDED, wantedBox } from "../looks";
import type { Stage } from "../stage";
import type { ModelProps } from "../types";

const UNKNOWN = { dark: ["#545454", "#3e3e3e"], light: ["#c4c4c4", "#a8a8a8"] } as const;
const ZERO = { dark: "#141414", light: "#787878" } as const;

export class FlatFaces {
  readonly canvas = document.createElement("canvas");
  readonly #context = this.canvas.getContext("2d");
  /** The blended atlas in colours. */
  readonly #sheet = document.createElement("canvas");
  #ratio = 1;
  #painted: ModelProps["faces"] = null;
  #ramp: Uint8Array | null = null;

  resize(width: number, height: number, pixelRatio: number): void {
    this.#ratio = pixelRatio;
    this.canvas.width = Math.max(1, Math.round(width * pixelRatio));
    this.canvas.height = Math.max(1, Math.round(height * pixelRatio));
  }

  draw(stage: Stage): void {
    const context = this.#context;
    if (context === null) return;
    const { props, view } = stage;
    if (props.faces !== this.#painted || props.ramp !== this.#ramp) this.#paintSheet(props);
    context.setTransform(this.#ratio, 0, 0, this.#ratio, 0, 0);
    context.clearRect(0, 0, view.width, view.height);
    context.imageSmoothingEnabled = false;
    const unit = view.scale / view.distance;
    for (const box of stage.boxes) {
      const x = view.centreX + (box.low[0] - view.target[0]) * unit;
      const y = view.centreY - (box.high[1] - view.target[1]) * unit;
      const [width, height] = [(box.high[0] - box.low[0]) * unit, (box.high[1] - box.low[1]) * unit];
      if (x > view.width || y > view.height || x + width < 0 || y + height < 0) continue;
      context.globalAlpha = wantedBox(box, props.shown) ? 1 : RECEDED;
      if (box.plate) {
        context.fillStyle = stage.palette.dark ? "rgb(255 255 255 / 3%)" : "rgb(0 0 0 / 3%)";
        context.fillRect(x, y, width, height);
        continue;
      }
      const patch = box.slab ? props.faces?.atlas.patches.get(box.source) : undefined;
      if (patch) this.#picture(context, patch, box, x, y, width, height);
      else this.#flat(context, shareOfBox(box, props), props, x, y, width, height);
      for (const { share } of box.slab?.seams ?? []) {
        if (share === 0) continue;
        context.fillStyle = "rgb(0 0 0 / 88%)";
        context.fillRect(x, y + height * share - 0.75, width, 1.5);
      }
    }
    context.globalAlpha = 1;
  }

  dispose(): void {
    this.canvas.remove();
  }

  #picture(
    context: CanvasRenderingContext2D,
    patch: Patch,
    box: Box,
    x: number,
    y: number,
    width: number,
    height: number,
  ): void {
    const { columns, rows } = patch;
    if (!box.slab?.transposed) {
      context.drawImage(this.#sheet, patch.x, patch.y, columns, rows, x, y, width, height);
      return;
    }
    // Columns downward: across and down change places.
    context.save();
    context.translate(x, y);
    context.transform(0, 1, 1, 0, 0, 0);
    context.drawImage(this.#sheet, patch.x, patch.y, columns, rows, 0, 0, height, width);
    context.restore();
  }

  #flat(
    context: CanvasRenderingContext2D,
    share: number,
    props: ModelProps,
    x: number,
    y: number,
    width: number,
    height: number,
  ): void {
    const { ramp, theme } = props;
    if (Number.isNaN(share)) {
      context.fillStyle = hatching(context, theme);
    } else if (share < 0) context.fillStyle = ZERO[theme];
    else {
      const at = Math.round(Math.min(1, share) * 255) * 3;
      context.fillStyle = `rgb(${ramp[at]} ${ramp[at + 1]} ${ramp[at + 2]})`;
    }
    context.fillRect(x, y, width, height);
  }

  #paintSheet(props: ModelProps): void {
    const { faces, ramp } = props;
    this.#painted = faces;
    this.#ramp = ramp;
    if (!faces) return;
    const { atlas, before, after, mix } = faces;
    if (this.#sheet.width !== atlas.width || this.#sheet.height !== atlas.height) {
      this.#sheet.width = atlas.width;
      this.#sheet.height = atlas.height;
    }
    const context = this.#sheet.getContext("2d");
    if (!context) return;
    const image = context.createImageData(atlas.width, atlas.height);
    colorsOf(image.data, atlas, before, after, mix, props);
    context.putImageData(image, 0, 0);
  }
}

/** RGBA of each cell of the atlas, blended as the shader does. */
export function colorsOf(
  out: Uint8ClampedArray,
  atlas: Atlas,
  before: Uint8Array,
  after: Uint8Array,
  mix: number,
  { ramp, theme }: Pick<ModelProps, "ramp" | "theme">,
): void {
  const dark = theme === "dark";
  for (let i = 0; i < before.length; i += 1) {
    const share = blendLevels(before[i]!, after[i]!, mix);
    let [r, g, b] = [0, 0, 0];
    if (Number.isNaN(share)) {
      // Broken cells are chequered greys.
      const odd = ((i % atlas.width) + Math.floor(i / atlas.width)) % 2 === 1;
      r = g = b = dark ? (odd ? 84 : 62) : odd ? 196 : 168;
    } else if (share < 0) r = g = b = dark ? 20 : 120;
    else {
      const at = Math.round(share * 255) * 3;
      [r, g, b] = [ramp[at]!, ramp[at + 1]!, ramp[at + 2]!];
    }
    out[i * 4] = r;
    out[i * 4 + 1] = g;
    out[i * 4 + 2] = b;
    out[i * 4 + 3] = 255;
  }
}

function shareOfBox(box: Box, { shares }: ModelProps): number {
  return box.slab ? shares[box.source]! : box.tile ? meanShare(box.tile.layers, shares) : Number.NaN;
}

const patterns = new Map<string, CanvasPattern>();

/** Stripes at 45 degrees, which no value looks like. */
function hatching(context: CanvasRenderingContext2D, theme: "dark" | "light"): CanvasPattern | string {
  const had = patterns.get(theme);
  if (had) return had;
  const tile = document.createElement("canvas");
  tile.width = tile.height = 6;
  const inner = tile.getContext("2d");
  if (!inner) return UNKNOWN[theme][0];
  for (let y = 0; y < 6; y += 1) {
    for (let x = 0; x < 6; x += 1) {
      inner.fillStyle = UNKNOWN[theme][(x + y) % 6 < 2 ? 1 : 0] as string;
      inner.fillRect(x, y, 1, 1);
    }
  }
  const made = context.createPattern(tile, "repeat");
  if (made) patterns.set(theme, made);
  return made ?? UNKNOWN[theme][0];
}
