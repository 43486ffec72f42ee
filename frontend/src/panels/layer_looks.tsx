/** What colours the layers, and on which scale. */

import { heatShown } from "../store/compare_heat";
import { phaseLines, setPhaseLines } from "../store/heat_view";
import { palette, setPalette } from "../store/settings";
import { statChoices } from "../store/stat_names";
import {
  type HeatColors,
  heatColors,
  paintBy,
  setHeatColors,
  setPaintBy,
  setStat,
  stat,
  stats,
} from "../store/statistics";
import { view } from "../store/view";
import { Select, Switch } from "./controls";

const WEIGHTS = "weights";

export function LayerLooks() {
  const blocksShown = view.value === "layers";
  const known = statChoices(stats.value);
  const choices = blocksShown ? [{ value: WEIGHTS, name: "Weights" }, ...known] : known;
  const byWeights = blocksShown && paintBy.value === "weights";
  // Which weights are large says a ratio only.
  const scales: { value: HeatColors; name: string }[] = [
    { value: "auto", name: "Auto" },
    { value: "log", name: "Log" },
    { value: "linear", name: "Linear" },
  ];
  return (
    <>
      <Select
        label="Colour by"
        explain={byWeights ? "measure:weights" : `stat:${stat.value}`}
        value={byWeights ? WEIGHTS : stat.value}
        disabled={choices.length === 0}
        choices={choices.length > 0 ? choices : [{ value: stat.value, name: "No statistics" }]}
        onChange={(value) => {
          if (value === WEIGHTS) setPaintBy("weights");
          else {
            setStat(value);
            if (blocksShown) setPaintBy("stat");
          }
        }}
      />
      <div class="pair">
        {byWeights ? (
          <Select
            label="Scale"
            value="log"
            disabled
            title="Sizes of weights are shown by their ratios"
            choices={[{ value: "log", name: "Log" }]}
            onChange={() => {}}
          />
        ) : (
          <Select
            label="Scale"
            value={heatColors.value}
            choices={scales}
            onChange={setHeatColors}
            explain="control:scale"
          />
        )}
        <Select
          label="Colours"
          explain="control:palette"
          value={palette.value}
          choices={[
            { value: "viridis", name: "Viridis" },
            { value: "cividis", name: "Cividis" },
          ]}
          onChange={setPalette}
        />
      </div>
      {!blocksShown && heatShown.value !== "difference" && (
        <Switch label="Phase lines" on={phaseLines.value} onChange={setPhaseLines} />
      )}
    </>
  );
}
