/** The model's own architecture as blocks. It fills its pane, which is positioned. */

import { useEffect } from "preact/hooks";
import { compact, integer, plural } from "../format";
import { comparing, pairColors, shortRunName } from "../store/compare";
import { isFullScreen, toggleFullScreen } from "../store/full_screen";
import { followPaint } from "../store/layer_paint";
import { layers, shownLayers } from "../store/layers";
import { facesApproximate, followThumbs, thumbsAbsent } from "../store/load_thumbs";
import { drawn, modelFallback } from "../store/model_view";
import { fallback } from "../store/picture";
import { layout, mode, setMode } from "../store/settings";
import { layersModel as model, layersRun as run, side, sideLetter, sideName } from "../store/side";
import { paintBy } from "../store/statistics";
import { layersSeen } from "../store/view";
import { IconButton } from "./controls";
import { LayerCard } from "./layer_card";
import { LayersLegend } from "./layers_legend";
import { ModelCanvas } from "./model_canvas";
import { modelScene } from "./model_scene";
import { NoModel } from "./no_model";
import { PhaseNote } from "./phase_note";
import { Roving } from "./roving";
import { SaveMenu } from "./save_menu";
import { SideSwitch } from "./side_switch";

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
          <Heading />
          <p>
            {known ? subtitle() : "Reading the model"}
            {known && <PhaseNote which={side.value} />}
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

function Heading() {
  if (!comparing.value) return <h1>Layers</h1>;
  const name = shortRunName(sideName.value);
  return (
    <h1 class="run-title" title={name}>
      <span class="dot" style={{ background: pairColors.value[side.value === "a" ? 0 : 1] }} />
      <span>
        Layers of {sideLetter.value} · {name}
      </span>
    </h1>
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
      {/* The cloud says it over every view. */}
      {modelFallback.value && !fallback.value && mode.value === "3d" && (
        <p class="layers-note">
          {modelFallback.value === "context-lost"
            ? "The graphics driver stopped. The 2D view is shown until it is back."
            : "3D is not available in this browser. The 2D view is shown."}
        </p>
      )}
    </>
  );
}

function Tools() {
  const flat = mode.value === "2d";
  return (
    <Roving along="row" class="tools" label="View of the layers">
      <SideSwitch label="Layers of" />
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
    </Roving>
  );
}
