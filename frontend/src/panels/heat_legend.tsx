/** The scale of the map: its colours, ends and ticks, and what is no value of it. */

import { logTicks, ticks } from "../axis";
import { wholeGradient } from "../colors/color";
import { type RobustScale, shareOf } from "../heat/scale";
import { beside, cursorColumn, heatStale, scaleWanted, shownHeat, wholeHeat } from "../store/heat_view";
import { chosenLayer } from "../store/layers";
import { palette, width } from "../store/settings";
import { exactStatValue, statName, statTick } from "../store/stat_names";

const TICKS = 4;
/** About as wide as the ramp is, and a figure of it. */
const NARROW_PX = 140;
const WIDE_PX = 206;
const WIDE_FROM = 1400;
const FIGURE_PX = 6.5;
/** Nearer to an end than this share of the ramp a tick's number would touch the end's. */
const CLEAR = 0.09;

export function HeatLegend() {
  const of = wholeHeat.value;
  if (!of) return null;
  const scale = scaleWanted.value;
  const isnt = beside.value.zero && (scale?.least ?? 0) > 0;
  return (
    <div class={heatStale.value ? "heat-legend stale" : "heat-legend"}>
      {scale === null ? (
        <span>{beside.value.zero ? "0 wherever it was measured" : nothingSaid(of.stat)}</span>
      ) : scale.least === scale.most ? (
        <span>
          {exactStatValue(of.stat, scale.least)} wherever it {isnt ? "isn’t 0" : "was measured"}
        </span>
      ) : (
        <Ramp stat={of.stat} scale={scale} />
      )}
    </div>
  );
}

function nothingSaid(stat: string): string {
  const { needs } = statName(stat);
  return needs ? `Nothing was measured. ${needs}` : "Nothing was measured";
}

function Ramp({ stat, scale }: { stat: string; scale: RobustScale }) {
  const px = width.value >= WIDE_FROM ? WIDE_PX : NARROW_PX;
  let free = Number.NEGATIVE_INFINITY;
  const marks = (scale.log ? logTicks : ticks)(scale.low, scale.high, TICKS)
    .map((value) => ({ value, share: shareOf(scale, value), text: statTick(stat, value) }))
    .filter(({ share, text }) => {
      const half = (text.length * FIGURE_PX) / 2 / px;
      if (share < CLEAR || share > 1 - CLEAR || share - half < free) return false;
      free = share + half + 8 / px;
      return true;
    });
  const range = `${exactStatValue(stat, scale.least)} to ${exactStatValue(stat, scale.most)}`;
  const beyond = `Values go from ${range}. Those beyond the ends have the colour of the end.`;
  return (
    <div class="heat-scale" title={scale.clipped ? beyond : `Values go from ${range}.`}>
      <span class="figure">{statTick(stat, scale.low)}</span>
      <div class="heat-ramp">
        <i style={{ background: wholeGradient(palette.value) }} />
        <Here scale={scale} />
        {marks.map(({ value, share, text }) => (
          <span key={value} style={{ left: `${share * 100}%` }}>
            {text}
          </span>
        ))}
      </div>
      <span class="figure">{statTick(stat, scale.high)}</span>
      <span class="heat-ends">
        {scale.log ? "log" : "linear"}
        {scale.clipped && <span class="heat-clipped">, ends at 2 % and 99.5 %</span>}
      </span>
    </div>
  );
}

/** Where the chosen layer stands at the cursor. */
function Here({ scale }: { scale: RobustScale }) {
  const [of, layer, column] = [shownHeat.value, chosenLayer.value, cursorColumn.value];
  if (!of || layer === null || column < 0) return null;
  const share = shareOf(scale, of.shown[layer * of.columns + column] ?? Number.NaN);
  return share >= 0 ? <b class="ramp-mark" style={{ left: `${share * 100}%` }} /> : null;
}

/** What no colour of the scale stands for: only what can be seen in this map. */
export function HeatOthers() {
  const { zero, missing, broken } = beside.value;
  const log = scaleWanted.value?.log ?? false;
  const entries = [
    { on: zero && log, kind: "zero", name: "0" },
    { on: missing, kind: "missing", name: "Not measured" },
    { on: broken, kind: "broken", name: "Not finite" },
  ].filter((entry) => entry.on);
  if (entries.length === 0) return null;
  return (
    <div class="heat-others">
      {entries.map(({ kind, name }) => (
        <span key={kind} data-entry={kind}>
          <i class={`cell-swatch ${kind}`} />
          {name}
        </span>
      ))}
    </div>
  );
}
