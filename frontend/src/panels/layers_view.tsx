/** The model's own architecture as blocks. It fills its pane, which is positioned. */

import { useEffect } from "preact/hooks";
import { compact, integer, plural } from "../format";
import { isFullScreen, toggleFullScreen } from "../store/full_screen";
import { followPaint } from "../store/layer_paint";
import { layers, shownLayers } from "../store/layers";
import { facesApproximate, followThumbs, thumbsAbsent } from "../store/load_thumbs";
import { drawn, modelFallback } from "../store/model_view";
import { model, run } from "../store/runs";
import { layout, mode, setMode } from "../store/settings";
import { paintBy } from "../store/statistics";
import { layersSeen } from "../store/view";
import { IconButton } from "./controls";
import { LayerCard } from "./layer_card";
import { LayersLegend } from "./layers_legend";
import { ModelCanvas } from "./model_canvas";
import { modelScene } from "./model_scene";
import { NoModel } from "./no_model";
import { PhaseNote } from "./phase_note";
import { SaveMenu } from "./save_menu";

export function LayersView() {
  useEffect(() => {
    const stops = [
      followThumbs(() => layersSeen.value && paintBy.value === "weights"),
      followPaint(() => layersSeen.value),
    ];
    return () => {
      for (const stop of stops) stop();
    };
  }, []);
  const known = model.value?.run === run.value?.run ? model.value : null;
  if (known && known.layers.length === 0) return <NoModel />;
  return (
    <>
      <ModelCanvas />
      <div class="centre-top">
        <div class="title">
          <h1>Layers</h1>
          <p>
            {known ? subtitle() : "Reading the model"}
            {known && <PhaseNote />}
          </p>
          <Notes />
        </div>
        <Tools />
      </div>
      <LayersLegend />
      <LayerCard />
    </>
  );
}

/** "27 of 27 parameters · 804,096 weights · drawn to scale". */
function subtitle(): string {
  const all = layers.value;
  const { slabs, plates, hidden, recognized } = drawn.value;
  const weights = all.reduce((sum, layer) => sum + layer.parameters, 0);
  const parts = [
    `${integer(shownLayers.value.length)} of ${integer(all.length)} layers`,
    `${weights < 1e7 ? integer(weights) : compact(weights)} weights`,
  ];
  const cut = slabs.filter((slab) => slab.cut).length;
  parts.push(cut === 0 ? "drawn to scale" : `drawn to scale, ${integer(cut)} cut`);
  const folded = plates.filter((plate) => plate.folded).reduce((sum, plate) => sum + plate.last - plate.first + 1, 0);
  if (folded > 0) parts.push(`${plural(folded, "block")} folded`);
  else if (hidden.length > 0) parts.push(`${plural(hidden.length, "layer")} not drawn`);
  if (!recognized) parts.push("no transformer blocks recognized");
  return parts.join(" · ");
}

/** What isn't as it was asked for. */
function Notes() {
  const without = thumbsAbsent.value && paintBy.value === "weights";
  return (
    <>
      {without && <p class="layers-note">This run has no pictures of its matrices: a statistic colours them.</p>}
      {facesApproximate.value && !without && paintBy.value === "weights" && (
        <p class="layers-note hidden-text" role="status">
          Pictures beside this step are being read.
        </p>
      )}
      {modelFallback.value && mode.value === "3d" && (
        <p class="layers-note">3D is not available in this browser. The 2D view is shown.</p>
      )}
    </>
  );
}

function Tools() {
  const flat = mode.value === "2d";
  return (
    <div class="tools" role="toolbar" aria-label="View of the layers">
      {layout.value === "phone" ? (
        <IconButton
          icon={flat ? "orbit" : "flat"}
          label={flat ? "3D view (M)" : "2D view (M)"}
          onClick={() => setMode(flat ? "3d" : "2d")}
        />
      ) : (
        <>
          <IconButton icon="orbit" label="3D view (M)" pressed={!flat} onClick={() => setMode("3d")} />
          <IconButton icon="flat" label="2D view (M)" pressed={flat} onClick={() => setMode("2d")} />
        </>
      )}
      <IconButton icon="fit" label="Fit the whole model (0)" onClick={() => modelScene()?.fit()} />
      <IconButton
        icon="full"
        label={isFullScreen.value ? "Leave full screen (W)" : "Full screen (W)"}
        pressed={isFullScreen.value}
        onClick={() => void toggleFullScreen()}
        class="wide-only"
      />
      <SaveMenu of="layers" />
    </div>
  );
}
