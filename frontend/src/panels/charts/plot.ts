/** One chart of a statistic over steps, drawn by uPlot: band, envelope, line. Knows no signals; what moves on it is DOM. */

import type uPlot from "uplot";
import { extent } from "../../axis";
import { brief, integer } from "../../format";
import { token } from "../draw";

export interface ChartData {
  /** [C], rising. */
  readonly steps: Float64Array;
  /** [C] each, NaN = not measured. */
  readonly shown: ArrayLike<number>;
  /** Lowest and highest of each column. */
  readonly low: ArrayLike<number>;
  readonly high: ArrayLike<number>;
  /** Ends of the healthy band, NaN = none on this side; null = there is no band. */
  readonly band: { readonly low: ArrayLike<number>; readonly high: ArrayLike<number> } | null;
  readonly log: boolean;
  /** First and last step of the chart. */
  readonly range: readonly [number, number];
}

/** The ends of the upright axis, with a little room; null = nothing was measured. A band is shown as far as it is near:
 * it mustn't flatten the line. */
export function endsOf(data: ChartData): [number, number] | null {
  const found = extent([data.low, data.high, data.shown], data.log);
  if (!found) return null;
  let [low, high] = found;
  const band = data.band && extent([data.band.low, data.band.high], data.log);
  if (data.log) {
    if (band) [low, high] = [Math.min(low, Math.max(band[0], low / 10)), Math.max(high, Math.min(band[1], high * 10))];
    const room = high > low ? (high / low) ** 0.06 : 1.5;
    return [low / room, high * room];
  }
  const height = high - low || Math.abs(high) || 1;
  if (band) {
    [low, high] = [Math.min(low, Math.max(band[0], low - height)), Math.max(high, Math.min(band[1], high + height))];
  }
  const room = high > low ? (high - low) * 0.06 : height / 2;
  return [found[0] >= 0 ? Math.max(0, low - room) : low - room, high + room];
}

/** As uPlot wants them: null where there is nothing to draw. An end that the band lacks lies beyond the chart. */
export function columnsOf(data: ChartData, ends: readonly [number, number]): (number | null)[][] {
  const list = (values: ArrayLike<number>) =>
    Array.from(values, (value) => (Number.isFinite(value) && !(data.log && value <= 0) ? value : null));
  const { band } = data;
  const has = (i: number) => !Number.isNaN(band?.low[i]) || !Number.isNaN(band?.high[i]);
  const clamp = (value: number) => Math.min(ends[1], Math.max(ends[0], value));
  const edge = (values: ArrayLike<number> | undefined, missing: number) =>
    Array.from(data.steps, (_, i) => {
      const value = values?.[i] ?? Number.NaN;
      return band && has(i) ? clamp(Number.isNaN(value) ? missing : value) : null;
    });
  return [
    Array.from(data.steps),
    edge(band?.high, ends[1]),
    edge(band?.low, ends[0]),
    list(data.high),
    list(data.low),
    list(data.shown),
  ];
}

export interface Look {
  readonly width: number;
  readonly height: number;
  /** Numbers beside and below; without, the line takes all of the room. */
  readonly axes: boolean;
}

export interface Told {
  /** The pointer is over this step, or none. */
  hover(step: number | null): void;
  /** A part was marked, with axes only. */
  mark(from: number, to: number): void;
  /** Its scales are known: uPlot finds them a moment after it was made. */
  ready(chart: uPlot): void;
}

/** Puts the chart into `box`; uPlot's `destroy` takes it out again. */
export function drawChart(
  Plot: typeof uPlot,
  box: HTMLElement,
  data: ChartData,
  ends: [number, number],
  look: Look,
  told: Told,
): uPlot {
  const color = (name: string) => token(box, name);
  const font = `11px ${color("font")}`;
  const quiet = { points: { show: false }, stroke: "transparent", width: 0 };
  const edge = { points: { show: false }, stroke: color("band-edge"), width: 1, dash: [2, 3] };
  const axis = {
    show: look.axes,
    stroke: color("text3"),
    font,
    grid: { stroke: color("divider"), width: 1 },
    ticks: { show: false },
  };
  const options: uPlot.Options = {
    width: look.width,
    height: look.height,
    padding: look.axes ? [8, 12, 0, 0] : [2, 0, 2, 0],
    legend: { show: false },
    scales: {
      x: { time: false, range: [data.range[0], data.range[1]] },
      y: data.log ? { distr: 3, range: ends } : { range: ends },
    },
    axes: [
      { ...axis, size: 28, values: (_, splits) => splits.map((step) => (Number.isInteger(step) ? integer(step) : "")) },
      { ...axis, size: 60, values: (_, splits) => splits.map((value) => (value === null ? "" : brief(value))) },
    ],
    series: [
      {},
      edge,
      edge,
      quiet,
      quiet,
      { points: { show: data.steps.length === 1, size: 5 }, stroke: color("train"), width: 1.75 },
    ],
    bands: [
      { series: [1, 2], fill: color("band-fill") },
      { series: [3, 4], fill: `color-mix(in srgb, ${color("train")} 24%, transparent)` },
    ],
    cursor: {
      y: false,
      points: { show: false },
      drag: { x: look.axes, y: false, setScale: false },
    },
    hooks: {
      ready: [told.ready],
      setCursor: [
        (chart) => {
          const { left } = chart.cursor;
          told.hover(left === undefined || left === null || left < 0 ? null : chart.posToVal(left, "x"));
        },
      ],
      setSelect: [
        (chart) => {
          const { left, width } = chart.select;
          if (width < 4) return;
          told.mark(chart.posToVal(left, "x"), chart.posToVal(left + width, "x"));
          chart.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
        },
      ],
    },
  };
  return new Plot(options, columnsOf(data, ends) as uPlot.AlignedData, box);
}

/** Stands the hairline at a step that was pointed at elsewhere. */
export function moveHairline(chart: uPlot, step: number | null): void {
  const { min, max } = chart.scales.x as { min?: number; max?: number };
  const inside = step !== null && min !== undefined && max !== undefined && step >= min && step <= max;
  const left = inside ? chart.valToPos(step, "x") : -10;
  if (chart.cursor.left !== left) chart.setCursor({ left, top: inside ? 0 : -10 }, false);
}
