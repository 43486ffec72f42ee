// biome-ignore-all lint/style/noNonNullAssertion: typed arrays, indexed inside their length
/** The canvas above the cloud: ring of the selection, axis names, labels. The same over the 3D and the 2D drawing. */

import { drawAxisNames } from "./axis_names";
import { Labels } from "./labels";
import { Lasso } from "./lasso";
import { css } from "./palette";
import type { Placement } from "./placement";
import { Stamps } from "./stamps";
import type { Insets, SceneProps } from "./types";
import type { Shot } from "./visual";

const FAR = 1e5;
const RING = { gap: 4.5, width: 2, glow: 5 } as const;

export class Overlay {
  readonly canvas = document.createElement("canvas");
  readonly lasso = new Lasso();
  readonly #context = this.canvas.getContext("2d");
  readonly #labels = new Labels();
  readonly #stamps = new Stamps();

  resize(width: number, height: number, pixelRatio: number): void {
    this.canvas.width = Math.max(1, Math.round(width * pixelRatio));
    this.canvas.height = Math.max(1, Math.round(height * pixelRatio));
  }

  update(props: Readonly<SceneProps>, changed: ReadonlySet<keyof SceneProps>): void {
    this.#labels.update(props, changed);
  }

  /** A font arrived: words have to be drawn again. */
  fontsChanged(): void {
    this.#stamps.forget();
  }

  /** context: another one, by which the drawing is taken down. */
  draw(shot: Readonly<Shot>, context = this.#context): void {
    if (context === null) return;
    const { view, props, points, pixelRatio } = shot;
    context.setTransform(pixelRatio, 0, 0, pixelRatio, 0, 0);
    context.clearRect(0, 0, view.width, view.height);
    this.#stamps.prepare(shot.palette, pixelRatio);
    const { placement } = this.#labels;
    placement.reset(view.width, view.height, points);
    blockInsets(placement, view.width, view.height, props.insets);
    drawAxisNames(context, shot, this.#stamps, placement);
    const { selected } = props;
    if (selected !== null && (points.radius[selected] ?? 0) > 0) {
      const radius = points.radius[selected]! * (props.hovered === selected ? shot.hoverScale : 1) + RING.gap;
      drawRing(context, points.x[selected]!, points.y[selected]!, radius, shot);
      const reach = radius + RING.width / 2;
      placement.block(
        points.x[selected]! - reach,
        points.y[selected]! - reach,
        points.x[selected]! + reach,
        points.y[selected]! + reach,
      );
    }
    this.#labels.draw(context, shot, this.#stamps);
    this.lasso.draw(context, shot.palette);
  }

  dispose(): void {
    this.#stamps.forget();
    this.canvas.remove();
  }
}

function blockInsets(placement: Placement, width: number, height: number, insets: Insets): void {
  placement.block(-FAR, -FAR, FAR, insets.top);
  placement.block(-FAR, height - insets.bottom, FAR, FAR);
  placement.block(-FAR, -FAR, insets.left, FAR);
  placement.block(width - insets.right, -FAR, FAR, FAR);
}

/** A ring with a soft glow outside it. */
function drawRing(context: CanvasRenderingContext2D, x: number, y: number, radius: number, shot: Readonly<Shot>): void {
  const { accent, dark } = shot.palette;
  const [inner, outer] = [radius - 3, radius + RING.width / 2 + RING.glow];
  const glow = context.createRadialGradient(x, y, Math.max(0, inner), x, y, outer);
  glow.addColorStop(0, css(accent, dark ? 0.28 : 0.2));
  glow.addColorStop(0.45, css(accent, dark ? 0.46 : 0.38));
  glow.addColorStop(1, css(accent, 0));
  context.fillStyle = glow;
  context.beginPath();
  context.arc(x, y, outer, 0, 2 * Math.PI);
  context.arc(x, y, Math.max(0, inner), 0, 2 * Math.PI, true);
  context.fill();
  context.strokeStyle = css(accent);
  context.lineWidth = RING.width;
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
  context.stroke();
}
