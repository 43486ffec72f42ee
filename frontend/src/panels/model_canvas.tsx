/** The bridge to the layers scene: what the store holds goes in as props, what the pointer does comes out as actions. */

import { effect } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { wholeRamp } from "../colors/color";
import { integer, plural } from "../format";
import { createModelScene } from "../scene/model";
import type { ModelProps } from "../scene/model/types";
import type { Pose } from "../scene/types";
import { modelBackAsked } from "../store/camera";
import { layerLevels } from "../store/finding_marks";
import { findingShown } from "../store/finding_shown";
import { flow, painted, shares } from "../store/layer_paint";
import { chosenLayer, hoveredLayer, layerPath, layers, shownLayers } from "../store/layers";
import { faces } from "../store/load_thumbs";
import {
  choosePointed,
  drawn,
  followLayout,
  hoveredBlock,
  type Pointed,
  pointAt,
  tellModelFallback,
  tellPicture,
} from "../store/model_view";
import { activationNotes } from "../store/probe";
import { economize, layout as form, labelMode, mode, palette, reducedMotion, theme } from "../store/settings";
import { screenRests } from "../store/video";
import { layersSeen } from "../store/view";
import type { Layer } from "../wire.gen";
import { roleWords } from "./layer_words";
import { setModelScene } from "./model_scene";

/** Path of the layer that was chosen in this view last. */
let chosenHere: string | null = null;

export function ModelCanvas() {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const container = box.current as HTMLDivElement;
    const stopLayout = followLayout();
    let sent = propsNow();
    chosenHere = layerPath.peek();
    let flyTo: number | null = null;
    /** Where the camera stood when a finding was opened, and where the finding has brought it. */
    let stood: { readonly pose: Pose | null; brought: string } | null = null;
    let asked = modelBackAsked.peek();
    const made = createModelScene(container, sent, {
      onHover: pointAt,
      onChoose: choose,
      onFallback: tellModelFallback,
      onPicture: tellPicture,
    });
    setModelScene(made);
    // The browser tests ask the scene itself where a layer is drawn.
    Object.assign(container, { model: made });
    const stop = effect(() => {
      const back = modelBackAsked.value !== asked;
      const open = findingShown.value !== null;
      if (!layersSeen.value || screenRests.value) return;
      if (back && stood && JSON.stringify(made.pose) === stood.brought) {
        if (stood.pose) made.show(stood.pose);
        else made.fit();
      }
      asked = modelBackAsked.value;
      if (!open) stood = null;
      else stood ??= { pose: made.pose, brought: JSON.stringify(made.pose) };
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
      if (stood) stood.brought = JSON.stringify(made.pose);
      flyTo = null;
    });
    return () => {
      stop();
      stopLayout();
      made.destroy();
      setModelScene(null);
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

function choose(hit: Pointed): void {
  if (hit === null || "layer" in hit) chosenHere = hit === null ? null : (layers.peek()[hit.layer]?.path ?? null);
  choosePointed(hit);
}

/** What is to be seen of the model now. */
export function propsNow(): ModelProps {
  const list = layers.value;
  const words = wordsFor(list);
  return {
    theme: theme.value,
    mode: mode.value,
    reducedMotion: reducedMotion.value,
    layout: drawn.value,
    ...words,
    notes: activationNotes.value,
    labelMode: labelMode.value,
    mayEconomize: economize.value,
    levels: layerLevels.value,
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
  // Beside the outermost slabs stand their names.
  wide: { top: 64, right: 24, bottom: 48, left: 16 },
  tablet: { top: 64, right: 24, bottom: 48, left: 16 },
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
