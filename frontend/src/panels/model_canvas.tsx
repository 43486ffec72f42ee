/** The bridge to the layers scene: what the store holds goes in as props, what the pointer does comes out as actions. */

import { batch, effect, signal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { layoutModel } from "../architecture/layout";
import type { Layout } from "../architecture/types";
import { wholeRamp } from "../colors/color";
import { integer, plural } from "../format";
import { createModelScene } from "../scene/model";
import type { Hit, ModelHandle, ModelProps } from "../scene/model/types";
import { flow, painted, shares } from "../store/layer_paint";
import { chooseLayer, chosenLayer, hoveredLayer, hoverLayer, layerPath, layers, shownLayers } from "../store/layers";
import { faces } from "../store/load_thumbs";
import type { Fallback } from "../store/picture";
import { economize, layout as form, labelMode, mode, palette, reducedMotion, theme } from "../store/settings";
import { layersSeen } from "../store/view";
import type { Layer } from "../wire.gen";
import { roleWords } from "./layer_words";

/** Block that is unfolded, and the layout that follows from it. */
export const focusBlock = signal<number | null>(null);
export const drawn = signal<Layout>(layoutModel([]));
export const hoveredBlock = signal<number | null>(null);
/** Grows with each picture: what stands beside the model may have to move. */
export const pictures = signal(0);
export const modelFallback = signal<Fallback | null>(null);

/** Path of the layer that was chosen in this view last. */
let chosenHere: string | null = null;
let handle: ModelHandle | null = null;
/** The scene on screen, for its buttons and for pictures. */
export const modelScene = () => handle;

export function ModelCanvas() {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const container = box.current as HTMLDivElement;
    const stopLayout = followLayout();
    let sent = propsNow();
    chosenHere = layerPath.peek();
    let flyTo: number | null = null;
    const made = createModelScene(container, sent, {
      onHover: hover,
      onChoose: choose,
      onFallback: (reason) => {
        modelFallback.value = reason;
      },
      onPicture: () => {
        pictures.value++;
      },
    });
    handle = made;
    // The browser tests ask the scene itself where a layer is drawn.
    Object.assign(container, { model: made });
    const stop = effect(() => {
      if (!layersSeen.value) return;
      const props = propsNow();
      const changed: Partial<Record<keyof ModelProps, unknown>> = {};
      for (const name of Object.keys(props) as (keyof ModelProps)[])
        if (props[name] !== sent[name]) changed[name] = props[name];
      sent = props;
      made.update(changed as Partial<ModelProps>);
      // What was found by a search or in another panel may be out of sight, or still folded.
      if ("selected" in changed && layerPath.peek() !== chosenHere) flyTo = props.selected;
      chosenHere = layerPath.peek();
      if (flyTo === null || !made.place(flyTo)) return;
      made.focus(flyTo);
      flyTo = null;
    });
    return () => {
      stop();
      stopLayout();
      made.destroy();
      handle = null;
    };
  }, []);
  return (
    <div
      ref={box}
      class="model-canvas"
      role="application"
      aria-label="Layers of the model. Arrow keys go from layer to layer, F flies there, plus and minus zoom, 0 shows all."
    />
  );
}

/** The layout follows the model, and opens round a layer that was chosen while it was folded. */
function followLayout(): () => void {
  let of: readonly Layer[] | null = null;
  let focus: number | null = null;
  return effect(() => {
    const list = layers.value;
    const chosen = chosenLayer.value;
    const hidden = chosen !== null && drawn.peek().hidden.includes(chosen);
    if (list === of && hidden) focusBlock.value = list[chosen]?.block ?? null;
    if (list === of && focusBlock.value === focus) return;
    if (list !== of) focusBlock.value = chosen === null ? null : (list[chosen]?.block ?? null);
    of = list;
    focus = focusBlock.value;
    drawn.value = layoutModel(list, { focus });
  });
}

function hover(hit: Hit | null): void {
  batch(() => {
    hoverLayer(hit && "layer" in hit ? hit.layer : null);
    hoveredBlock.value = hit && "block" in hit ? hit.block : null;
  });
}

function choose(hit: Hit | null): void {
  batch(() => {
    hoveredBlock.value = null;
    if (hit && "block" in hit) focusBlock.value = hit.block;
    else {
      chosenHere = hit === null ? null : (layers.peek()[hit.layer]?.path ?? null);
      chooseLayer(hit === null ? null : hit.layer);
    }
  });
}

function propsNow(): ModelProps {
  const list = layers.value;
  const words = wordsFor(list);
  return {
    theme: theme.value,
    mode: mode.value,
    reducedMotion: reducedMotion.value,
    layout: drawn.value,
    ...words,
    labelMode: labelMode.value,
    mayEconomize: economize.value,
    shown: shownMask(list, shownLayers.value),
    hovered: hoveredLayer.value,
    selected: chosenLayer.value,
    hoveredBlock: hoveredBlock.value,
    faces: painted.value === "weights" ? faces.value : null,
    shares: shares.value,
    ramp: wholeRamp(palette.value),
    flow: flow.value,
    insets: INSETS[form.value],
  };
}

const INSETS = {
  wide: { top: 64, right: 0, bottom: 48, left: 0 },
  tablet: { top: 64, right: 0, bottom: 48, left: 0 },
  phone: { top: 60, right: 48, bottom: 68, left: 0 },
};

const words = new WeakMap<readonly Layer[], Pick<ModelProps, "paths" | "told" | "shapes">>();

/** One result per model: the scene compares by identity. */
function wordsFor(list: readonly Layer[]): Pick<ModelProps, "paths" | "told" | "shapes"> {
  let found = words.get(list);
  if (!found) {
    const shapes = list.map(({ shape }) => shape.map(integer).join(" × "));
    found = {
      paths: list.map((layer) => layer.path),
      shapes,
      told: list.map(
        (layer, i) => `${layer.path}, ${roleWords(layer)}, ${shapes[i]}, ${plural(layer.parameters, "weight")}`,
      ),
    };
    words.set(list, found);
  }
  return found;
}

let maskOf: readonly number[] | null = null;
let mask = new Uint8Array(0);

function shownMask(list: readonly Layer[], shown: readonly number[]): Uint8Array {
  if (maskOf === shown && mask.length === list.length) return mask;
  maskOf = shown;
  mask = new Uint8Array(list.length);
  for (const place of shown) mask[place] = 1;
  return mask;
}
