/** Colour, size, labels, trails. */

import { integer } from "../format";
import { shownColorBy, trailCount, trailSteps } from "../store/appearance";
import { embedding, rowNoun } from "../store/runs";
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
  trails,
} from "../store/settings";
import { Segmented, Select, Switch } from "./controls";

export function Looks() {
  const one = embedding.value;
  const counted = !!one?.counts;
  const named = !!one?.labels || !one;
  const colorChoices: { value: ColorBy; name: string; disabled?: boolean }[] = [
    { value: "class", name: named ? "Class" : rowNoun.value === "position" ? "Position" : "Id" },
    { value: "norm", name: "Norm" },
    { value: "gradient", name: "Gradient" },
    { value: "displacement", name: "Moved" },
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
