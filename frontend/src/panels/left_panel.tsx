/** What is shown and how: run, embedding, search, colour, size, labels, trails. */

import { runColor } from "../color";
import { integer, shape } from "../format";
import { shownColorBy, trailCount, trailSteps } from "../store/appearance";
import {
  chooseEmbedding,
  chooseRun,
  embedding,
  embeddingName,
  embeddingPath,
  embeddings,
  rowNoun,
  runName,
  runOrdinal,
  runs,
} from "../store/runs";
import {
  type ColorBy,
  labelMode,
  palette,
  setColorBy,
  setLabelMode,
  setPalette,
  setSizeBy,
  setTrails,
  sizeBy,
  theme,
  trails,
} from "../store/settings";
import { Segmented, Select, Switch } from "./controls";
import { SearchField } from "./search_field";

export function LeftPanel() {
  const none = runs.value.length === 0;
  return (
    <div class={none ? "left-panel off" : "left-panel"} inert={none}>
      <RunSelect />
      <SearchField />
      <EmbeddingRows />
      <Looks />
    </div>
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
          ? list.map((info) => ({ value: info.run, name: info.run === "." ? "logdir itself" : info.run }))
          : [{ value: "", name: "No run with records" }]
      }
      onChange={chooseRun}
    />
  );
}

function EmbeddingRows() {
  const list = embeddings.value;
  const shown =
    list.length > 0
      ? list.map((one) => ({ path: one.path, name: embeddingName(one), size: shape(one.shape) }))
      : [
          { path: "", name: "Token embeddings", size: "" },
          { path: "-", name: "Position embeddings", size: "" },
        ];
  return (
    <fieldset class="rows">
      <legend class="field-label">Parameters</legend>
      {shown.map((one) => (
        <label key={one.path} class="check-row" title={`${one.path}  ${one.size}`}>
          <input
            type="radio"
            name="embedding"
            checked={one.path === embeddingPath.value}
            onChange={() => chooseEmbedding(one.path)}
          />
          <span class="name">{one.name}</span>
          <span class="size">{one.size}</span>
        </label>
      ))}
    </fieldset>
  );
}

function Looks() {
  const one = embedding.value;
  const counted = !!one?.counts;
  const named = !!one?.labels || !one;
  const colorChoices: { value: ColorBy; name: string; disabled?: boolean }[] = [
    { value: "class", name: named ? "Class" : rowNoun.value === "position" ? "Position" : "Id" },
    { value: "norm", name: "Norm" },
    { value: "gradient", name: "Gradient" },
    { value: "movement", name: "Moved" },
    { value: "count", name: counted ? "Count" : "Count (not logged)", disabled: !counted },
  ];
  const continuous = shownColorBy.value !== "class" || !named;
  return (
    <>
      <div class="pair">
        <Select label="Colour by" value={shownColorBy.value} choices={colorChoices} onChange={setColorBy} />
        <Select
          label="Size by"
          value={counted ? sizeBy.value : "same"}
          choices={[
            { value: "count", name: counted ? "Count" : "Count (not logged)", disabled: !counted },
            { value: "same", name: "Same" },
          ]}
          onChange={setSizeBy}
        />
      </div>
      {continuous && (
        <Select
          label="Colour scale"
          value={palette.value}
          choices={[
            { value: "viridis", name: "Viridis" },
            { value: "cividis", name: "Cividis" },
          ]}
          onChange={setPalette}
        />
      )}
      <div>
        <div class="field-label">Labels</div>
        <Segmented
          label="Labels"
          value={labelMode.value}
          choices={[
            { value: "off", name: "Off" },
            { value: "auto", name: "Auto" },
            { value: "all", name: "All" },
          ]}
          onChange={setLabelMode}
        />
      </div>
      <div>
        <Switch label="Trails" on={trails.value} onChange={setTrails} />
        {trails.value && trailCount.value > 0 && (
          <div class="trail-note">
            <span>
              {trailCount.value} fastest {rowNoun.value}s
            </span>
            <b>last {integer(trailSteps.value)} steps</b>
          </div>
        )}
      </div>
    </>
  );
}
