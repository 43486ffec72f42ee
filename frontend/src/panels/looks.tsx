/** Colour, size, labels, trails. */

import { integer } from "../format";
import { colorMeasure, counted, named, shownColorBy, shownSizeBy, trailCount, trailSteps } from "../store/appearance";
import { rowNoun } from "../store/runs";
import {
  type ColorBy,
  labelMode,
  palette,
  positionOrder,
  type SizeBy,
  setColorBy,
  setLabelMode,
  setPalette,
  setPositionOrder,
  setSizeBy,
  setTrails,
  trails,
} from "../store/settings";
import { cloud } from "../store/timeline";
import { FieldLabel, Segmented, Select, Switch } from "./controls";

export function Looks() {
  const noCounts = !counted.value;
  const count = noCounts ? "Count (not logged)" : "Count";
  const colorChoices: { value: ColorBy; name: string; disabled?: boolean }[] = [
    { value: "class", name: named.value ? "Class" : rowNoun.value === "position" ? "Position" : "Id" },
    { value: "cluster", name: "Cluster" },
    { value: "norm", name: "Norm" },
    { value: "gradient", name: "Gradient" },
    { value: "displacement", name: "Moved" },
    { value: "count", name: count, disabled: noCounts },
  ];
  const sizeChoices: { value: SizeBy; name: string; disabled?: boolean }[] = [
    { value: "same", name: "Same" },
    { value: "count", name: count, disabled: noCounts },
    { value: "norm", name: "Norm" },
    { value: "gradient", name: "Gradient" },
    { value: "displacement", name: "Moved" },
  ];
  return (
    <>
      <div class="pair">
        <Select
          label="Colour by"
          value={shownColorBy.value}
          choices={colorChoices}
          onChange={setColorBy}
          explain={`measure:${shownColorBy.value}`}
        />
        <Select
          label="Size by"
          value={shownSizeBy.value}
          choices={sizeChoices}
          onChange={setSizeBy}
          explain={`measure:${shownSizeBy.value}`}
        />
      </div>
      {colorMeasure.value && (
        <Select
          label="Colour scale"
          explain="control:palette"
          value={palette.value}
          choices={[
            { value: "viridis", name: "Viridis" },
            { value: "cividis", name: "Cividis" },
          ]}
          onChange={setPalette}
        />
      )}
      <div>
        <FieldLabel text="Labels" explain="control:labels" />
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
        <Switch label="Trails" on={trails.value} onChange={setTrails} explain="control:trails" />
        {trails.value && trailCount.value > 0 && (
          <div class="trail-note">
            <span>
              {trailCount.value} fastest {rowNoun.value}s
            </span>
            <b>last {integer(trailSteps.value)} steps</b>
          </div>
        )}
        {cloud.value?.parts.some((part) => part.embedding.role === "position_embedding") && (
          <Switch
            label="Position order"
            on={positionOrder.value}
            onChange={setPositionOrder}
            explain="control:position_order"
          />
        )}
      </div>
    </>
  );
}
