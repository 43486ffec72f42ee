/** Above the map of two runs: which of them is shown, over which steps they differ, what the colours mean. */

import { wholeGradient } from "../colors/color";
import { divergingGradient } from "../colors/diverging";
import { integer, number, plural } from "../format";
import { comparing, pairColors } from "../store/compare";
import {
  type HeatShown,
  heatDifference,
  heatShown,
  otherHeat,
  otherScale,
  showHeat,
  statInOther,
} from "../store/compare_heat";
import { palette, theme } from "../store/settings";
import { statName, statTick } from "../store/stat_names";
import { stat } from "../store/statistics";
import { Segmented } from "./controls";
import { Explain } from "./explain";
import { SaveMenu } from "./save_menu";

const CHOICES: readonly { value: HeatShown; name: string }[] = [
  { value: "a", name: "A" },
  { value: "b", name: "B" },
  { value: "difference", name: "Difference" },
];

export function HeatRuns() {
  if (!comparing.value) return null;
  return (
    <div class="heat-runs">
      <Segmented label="Map of" value={heatShown.value} choices={CHOICES} onChange={showHeat} />
    </div>
  );
}

export function CompareHeatHead() {
  const name = statName(stat.value);
  const both = heatShown.value === "difference";
  return (
    <header class="heat-head">
      <div class="title">
        <h1>
          {both ? `${name.name}, B against A` : <RunB name={name.name} />}
          <Explain of={both ? ["view:difference", `stat:${stat.value}`] : `stat:${stat.value}`} />
        </h1>
        <p>{said(both)}</p>
      </div>
      <div class="heat-legend">{both ? <DifferenceScale /> : <OwnScale />}</div>
      <div class="heat-tools">
        <HeatRuns />
        {both && <Unmatched />}
        <SaveMenu of="heat" />
      </div>
    </header>
  );
}

function RunB({ name }: { name: string }) {
  return (
    <>
      <span class="dot" style={{ background: pairColors.value[1] }} /> B · {name}
    </>
  );
}

function said(both: boolean): string {
  if (!statInOther.value) return "B has not recorded it";
  if (!both) return otherHeat.value ? `${plural(otherHeat.value.layers, "layer")} · colours as in A` : "Reading";
  const found = heatDifference.value;
  if (!found) return "Reading";
  if (!found.range) return "The runs have no steps in common";
  const [first, last] = found.range;
  return `${plural(found.matched, "layer")} in both · steps ${integer(first)}–${integer(last)}, which both have`;
}

function Unmatched() {
  const found = heatDifference.value;
  if (!found) return null;
  const parts = [
    found.onlyA.length > 0 ? `${plural(found.onlyA.length, "layer")} in A only` : "",
    found.onlyB.length > 0 ? `${plural(found.onlyB.length, "layer")} in B only` : "",
  ].filter((part) => part !== "");
  if (parts.length === 0) return null;
  const names = [...found.onlyA.map((path) => `A: ${path}`), ...found.onlyB.map((path) => `B: ${path}`)];
  return <span title={names.slice(0, 40).join("\n")}>{parts.join(", ")}: nothing to compare with</span>;
}

function DifferenceScale() {
  const found = heatDifference.value;
  const scale = otherScale.value;
  if (!found || !scale) return null;
  const end = found.log ? `${number(2 ** scale.high)}×` : statTick(stat.value, scale.high);
  return (
    <div class="heat-scale" title={scale.clipped ? "Differences beyond the ends have the colour of the end." : ""}>
      <span class="figure">A larger, {found.log ? end : `−${end}`}</span>
      <div class="heat-ramp">
        <i style={{ background: divergingGradient(theme.value) }} />
        <span style={{ left: "50%" }}>equal</span>
      </div>
      <span class="figure">{found.log ? end : `+${end}`}, B larger</span>
    </div>
  );
}

function OwnScale() {
  const scale = otherScale.value;
  if (!scale) return null;
  return (
    <div class="heat-scale">
      <span class="figure">{statTick(stat.value, scale.low)}</span>
      <div class="heat-ramp">
        <i style={{ background: wholeGradient(palette.value) }} />
      </div>
      <span class="figure">{statTick(stat.value, scale.high)}</span>
    </div>
  );
}
