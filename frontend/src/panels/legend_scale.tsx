/** Continuous scales in the legend: of colours with their ramp, of sizes with two balls, the ends written at both. */

import { gradient } from "../colors/color";
import { brief, integer, number } from "../format";
import { type Scale, shareOn } from "../rows/scales";
import { colorMeasure, shownColorBy, shownSizeBy, sizeMeasure, uncolored } from "../store/appearance";
import { numbersExact, rowNumbers } from "../store/load_numbers";
import type { Measure } from "../store/measures";
import { rowNoun } from "../store/runs";
import { subject } from "../store/selection";
import { type ColorBy, palette, type SizeBy, theme } from "../store/settings";
import { stepRange } from "../store/timeline";
import { Grey } from "./legend_entries";

type Named = ColorBy | SizeBy;

const SHORT: Partial<Record<Named, string>> = {
  norm: "norm",
  gradient: "gradient",
  displacement: "displacement",
  count: "count",
};

function longName(by: Named): string {
  switch (by) {
    case "norm":
      return "Vector norm";
    case "gradient":
      return "Gradient norm";
    case "displacement":
      return `Displacement since step ${integer(stepRange.value?.[0])}`;
    case "count":
      return "Count in the training text";
    default:
      return rowNoun.value === "position" ? "Position" : "Id";
  }
}

/** Ends of what is counted are whole numbers. */
const written = (by: Named, value: number) =>
  by === "count" || by === "class" ? integer(Math.round(value)) : number(value);

/** Why there is no scale: nothing has come yet, or what came has no such value. */
function missing(by: Named): string {
  const here = by === "count" || by === "class" || rowNumbers.value.length > 0;
  return here ? "not recorded" : "reading";
}

/** Norms, gradients and displacements are known at some steps and lie on a line between. */
const interpolated = (by: Named) => by !== "count" && by !== "class" && !numbersExact.value;

export function ColorScale() {
  const by = shownColorBy.value;
  const scale = colorMeasure.value?.scale.value ?? null;
  return (
    <span class="color-scale">
      <span class="scale-name">{longName(by)}</span>
      {scale ? (
        <>
          <span class="figure">{written(by, scale.low)}</span>
          <i class="ramp" style={{ background: gradient(palette.value, theme.value) }}>
            <Here measure={colorMeasure.value} scale={scale} />
          </i>
          <span class="figure">{written(by, scale.high)}</span>
          {scale.log && <span>log</span>}
          {interpolated(by) && <span class="figure wide-note">between steps</span>}
          {uncolored.value > 0 && <Grey>{integer(uncolored.value)} not known</Grey>}
        </>
      ) : (
        <span class="figure">{missing(by)}</span>
      )}
    </span>
  );
}

/** Where the row stands that the inspector tells of. */
function Here({ measure, scale }: { measure: Measure | null; scale: Scale }) {
  const row = subject.value;
  const share = row === null ? Number.NaN : shareOn(scale, measure?.values.value?.[row] ?? Number.NaN);
  if (Number.isNaN(share)) return null;
  return <b class="ramp-mark" style={{ left: `${share * 100}%` }} />;
}

export function SizeScale() {
  const by = shownSizeBy.value;
  if (by === "same") return null;
  const scale = sizeMeasure.value?.scale.value ?? null;
  const name = SHORT[by] ?? "";
  if (!scale) {
    return (
      <span class="legend-size">
        Size: {name}, {missing(by)}
      </span>
    );
  }
  const ends = [scale.low, scale.high].map((value) => (by === "count" ? written(by, value) : brief(value)));
  const told = `Size: ${longName(by)}, from ${ends[0]} to ${ends[1]}${scale.log ? ", logarithmic" : ""}`;
  return (
    <span class="legend-size" title={told}>
      <i class="ball" style={{ width: "6px", height: "6px" }} />
      <span class="figure">{ends[0]}</span>
      <i class="ball" style={{ width: "14px", height: "14px" }} />
      <span class="figure">{ends[1]}</span>
      <span>
        {name}
        {scale.log && <span class="wide-note">, log</span>}
      </span>
    </span>
  );
}
