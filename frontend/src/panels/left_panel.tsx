/** What is shown and how. Rows of an embedding: search, colour, size, labels, trails; layers: search, kinds, blocks, colour. */

import { runColor } from "../colors/color";
import { comparing, shortRunName } from "../store/compare";
import { chooseRun, embeddings, model, runName, runOrdinal, runs } from "../store/runs";
import { layout, theme } from "../store/settings";
import { layersShown } from "../store/view";
import { CompareRuns } from "./compare_runs";
import { Select } from "./controls";
import { EmbeddingRows } from "./embedding_rows";
import { Filters } from "./filters";
import { Groups } from "./groups";
import { BlockRange, KindRows, LayersShown } from "./layer_filters";
import { LayerLooks } from "./layer_looks";
import { LayerSearch } from "./layer_search";
import { Looks } from "./looks";
import { ProjectionSelect } from "./projection_select";
import { SavedLine } from "./saved_file";
import { SearchField } from "./search_field";
import { ViewSwitch } from "./view_switch";

export function LeftPanel() {
  const none = runs.value.length === 0;
  return (
    <section class={none ? "left-panel off" : "left-panel"} inert={none} aria-label="What is shown">
      <div class="run-part">
        <RunSelect />
        <CompareRuns />
        <SavedLine />
      </div>
      {layout.value === "wide" && <ViewSwitch />}
      {layersShown.value ? <OfLayers /> : <OfEmbeddings />}
    </section>
  );
}

function OfLayers() {
  return (
    <>
      <LayerSearch />
      <KindRows />
      <BlockRange />
      <LayersShown />
      <LayerLooks />
    </>
  );
}

function OfEmbeddings() {
  // What would choose, colour and name points has none to do it to.
  if (model.value && embeddings.value.length === 0) return <EmbeddingRows />;
  return (
    <>
      <SearchField />
      <EmbeddingRows />
      <ProjectionSelect />
      <div class="folds">
        <Filters />
        <Groups />
      </div>
      <Looks />
    </>
  );
}

export function RunSelect({ hideLabel = false }: { hideLabel?: boolean }) {
  const list = runs.value;
  return (
    <Select
      label="Run"
      hideLabel={hideLabel}
      value={runName.value ?? ""}
      dot={list.length > 0 ? runColor(runOrdinal.value, theme.value) : undefined}
      disabled={list.length === 0}
      choices={
        list.length > 0
          ? list.map((info) => ({ value: info.run, name: `${comparing.value ? "A  " : ""}${shortRunName(info.run)}` }))
          : [{ value: "", name: "No run with records" }]
      }
      onChange={chooseRun}
    />
  );
}
