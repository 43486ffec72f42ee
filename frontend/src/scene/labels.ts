// biome-ignore-all lint/style/noNonNullAssertion: typed arrays, indexed inside their length
/** Names beside the points: how they look. */

import { displayed } from "./glyphs";
import { LabelLayout } from "./label_layout";
import type { LabelKind } from "./label_order";
import type { Placement } from "./placement";
import { type Lettering, MONO, type Stamp, type Stamps, stampAt } from "./stamps";
import type { SceneProps } from "./types";
import type { Shot } from "./visual";

/** Far labels keep so much of their opacity. */
const FAR_ALPHA = 0.62;

const PLAIN: Lettering = { font: `12px ${MONO}`, height: 14, color: (p) => (p.dark ? p.text : p.quietText) };
const STRONG: Lettering = { font: `500 13px ${MONO}`, height: 15, color: (p) => p.text };
const PILL: Lettering = {
  font: `500 15px ${MONO}`,
  height: 23,
  color: (p) => p.onAccent,
  pill: { color: (p) => p.accent, padding: 7, corner: 5 },
};
const LETTERING: Record<LabelKind, Lettering> = {
  selected: PILL,
  hovered: STRONG,
  neighbour: STRONG,
  hit: STRONG,
  plain: PLAIN,
};
const NOTHING = { width: 0, height: 0 };

export class Labels {
  readonly #layout = new LabelLayout();
  #texts: string[] = [];
  #stamps: Stamps | null = null;

  get placement(): Placement {
    return this.#layout.placement;
  }

  update(props: Readonly<SceneProps>, changed: ReadonlySet<keyof SceneProps>): void {
    if (changed.has("labels") || this.#texts.length !== props.rows) this.#texts = props.labels.map(displayed);
    this.#layout.update(props, changed);
  }

  /** Draws on a context scaled to CSS px. `placement` must have been reset for this picture, with what labels keep out of. */
  draw(context: CanvasRenderingContext2D, shot: Readonly<Shot>, stamps: Stamps): void {
    this.#stamps = stamps;
    const layout = this.#layout;
    layout.arrange(shot, this.#measure);
    const { points, view, near, far } = shot;
    for (let k = 0; k < layout.count; k += 1) {
      const row = layout.rows[k]!;
      const kind = layout.kinds[k]!;
      const cue = Math.min(1, Math.max(0, (points.depth[row]! - near) / (far - near)));
      context.globalAlpha = kind === "plain" && !view.flat ? 1 - (1 - FAR_ALPHA) * cue : 1;
      stampAt(context, this.#stampOf(row, kind)!, layout.x[k]!, layout.y[k]!, shot.pixelRatio);
    }
    context.globalAlpha = 1;
  }

  readonly #measure = (row: number, kind: LabelKind) => this.#stampOf(row, kind) ?? NOTHING;

  #stampOf(row: number, kind: LabelKind): Stamp | undefined {
    const text = this.#texts[row];
    return text === undefined ? undefined : this.#stamps?.get(text, LETTERING[kind]);
  }
}
