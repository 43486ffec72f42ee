/** The evidence of a finding, drawn by uPlot: its series, the threshold with its name, the steps of the finding shaded. */

import type uPlot from "uplot";
import { decades, type EvidenceColumns } from "../../findings/evidence";
import { brief, integer, number } from "../../format";
import { token } from "../draw";
import type { Look, Told } from "./plot";

export interface SeriesPen {
  readonly color: string;
  readonly dash: readonly number[];
}

/** What is marked in it. */
export interface Marked {
  readonly first: number;
  readonly last: number;
  readonly thresholdName: string;
  /** Class of the finding's severity. */
  readonly severity: string;
}

/** Beside the upright axis. */
const MOST_LABELS = 5;
/** Two points so near are drawn as one. */
const NARROW_PX = 3;

export function drawEvidence(
  Plot: typeof uPlot,
  box: HTMLElement,
  data: EvidenceColumns,
  pens: readonly SeriesPen[],
  marked: Marked,
  look: Look,
  told: Told,
): uPlot {
  const color = (name: string) => token(box, name);
  const axis = {
    stroke: color("text3"),
    font: `11px ${color("font")}`,
    grid: { stroke: color("divider"), width: 1 },
    ticks: { show: false },
  };
  const [low, high] = data.ends;
  const few = data.steps.length <= 24;
  const options: uPlot.Options = {
    width: look.width,
    height: look.height,
    padding: [8, 8, 0, 0],
    legend: { show: false },
    scales: {
      x: { time: false, range: [data.range[0], data.range[1]] },
      y: data.log ? { distr: 3, range: [low, high] } : { range: [low, high] },
    },
    axes: [
      {
        ...axis,
        size: 24,
        space: 64,
        values: (_, splits) => splits.map((step) => (Number.isInteger(step) ? integer(step) : "")),
      },
      {
        ...axis,
        size: 48,
        space: 28,
        ...(data.log && { splits: () => decades(data.ends, MOST_LABELS) }),
        values: (_, splits) => splits.map((value) => (value === null ? "" : brief(value))),
        ...(data.log && { filter: (_: uPlot, splits: number[]) => splits }),
      },
    ],
    series: [
      {},
      ...pens.map((pen) => ({
        points: { show: few, size: 4, fill: pen.color },
        stroke: pen.color,
        width: 1.75,
        dash: [...pen.dash],
      })),
    ],
    cursor: { y: false, points: { show: false }, drag: { x: false, y: false, setScale: false } },
    hooks: {
      ready: [(chart) => mark(chart, data, marked), told.ready],
      setCursor: [
        (chart) => {
          const { left } = chart.cursor;
          told.hover(left === undefined || left === null || left < 0 ? null : chart.posToVal(left, "x"));
        },
      ],
    },
  };
  const columns = [Array.from(data.steps), ...data.values] as uPlot.AlignedData;
  return new Plot(options, columns, box);
}

/** Elements over and under the lines: they can be read, and look as the page's styles say. */
function mark(chart: uPlot, data: EvidenceColumns, { first, last, thresholdName, severity }: Marked): void {
  const width = chart.over.clientWidth;
  const place = (step: number) => Math.min(width, Math.max(0, chart.valToPos(step, "x")));
  const [from, to] = [place(first), place(last)];
  const outside = first > data.range[1] || last < data.range[0];
  if (!outside) {
    const range = document.createElement("div");
    range.className = `evidence-range ${severity}`;
    const wide = Math.max(NARROW_PX, to - from);
    range.style.left = `${Math.min(from, width - wide)}px`;
    range.style.width = `${wide}px`;
    chart.under.append(range);
  }
  if (data.threshold === null) return;
  const y = chart.valToPos(data.threshold, "y");
  const line = document.createElement("div");
  line.className = "evidence-threshold";
  line.style.top = `${y}px`;
  line.setAttribute("data-value", String(data.threshold));
  const name = document.createElement("span");
  name.textContent = thresholdName === "" ? `threshold ${number(data.threshold)}` : thresholdName;
  // Near the upper edge there is no room above the line.
  if (y < 18) name.className = "below";
  line.append(name);
  chart.over.append(line);
}
