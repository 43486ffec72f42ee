/** What is shown and how: run, embedding, search, colour, size, labels, trails. */

import { runColor } from "../color";
import { integer, shape, wholePercent } from "../format";
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
  type Projection,
  palette,
  projection,
  setColorBy,
  setLabelMode,
  setPalette,
  setProjection,
  setSizeBy,
  setTrails,
  sizeBy,
  theme,
  trails,
} from "../store/settings";
import { cloud, step, varianceOverRun } from "../store/timeline";
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

const PROJECTIONS = {
  joint: "The three directions along which the rows differ most, over the whole run.",
  last: "The three directions along which the rows differ most at the last step.",
  clusters: "The three directions along which groups of rows differ most at the last step.",
  step: "The three directions along which the rows differ most at one step.",
};

function ProjectionSelect() {
  const chosen = projection.value;
  const kind = chosen.startsWith("step:") ? "step" : (chosen as Exclude<keyof typeof PROJECTIONS, "step">);
  const chosenStep = kind === "step" ? Number(chosen.slice(5)) : null;
  const choices: { value: Projection | "here"; name: string; disabled?: boolean }[] = [
    { value: "joint", name: "Whole run" },
    { value: "last", name: "Last step" },
    ...(chosenStep === null ? [] : [{ value: chosen, name: `Step ${integer(chosenStep)}` }]),
    { value: "here", name: "This step", disabled: !cloud.value },
    { value: "clusters", name: "Clusters" },
  ];
  const choose = (value: Projection | "here") => {
    if (value !== "here") setProjection(value);
    else if (step.peek() !== null) setProjection(`step:${step.peek() as number}`);
  };
  const title = `${PROJECTIONS[kind]} The same at every step, so that only what moves in the model moves here.`;
  return (
    <div>
      <Select label="Projection" value={chosen} choices={choices} onChange={choose} title={title} />
      {cloud.value && (
        <div class="select-note">
          <span>Variance over the run</span>
          <b>{wholePercent(varianceOverRun.value)}</b>
        </div>
      )}
    </div>
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
      <ProjectionSelect />
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
