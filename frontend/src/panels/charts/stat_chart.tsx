/** A chart of one statistic of a layer, with the time cursor on it. */

import { useMemo } from "preact/hooks";
import { indexAt } from "../../store/curves";
import { ChartFrame } from "./chart_frame";
import { type ChartData, drawChart, endsOf } from "./plot";

interface StatChartProps {
  data: ChartData;
  height: number;
  axes?: boolean;
  /** What it shows, in a sentence. */
  label: string;
  onMark?(from: number, to: number): void;
}

export function StatChart({ data, height, axes = false, label, onMark }: StatChartProps) {
  const ends = useMemo(() => endsOf(data), [data]);
  if (!ends) return <div class="stat-chart" style={{ height: `${height}px` }} role="img" aria-label={label} />;
  return (
    <ChartFrame
      data={data}
      height={height}
      axes={axes}
      range={data.range}
      label={label}
      clamped={!axes}
      draw={(Plot, box, look, told) => drawChart(Plot, box, data, ends, look, told)}
      valueAt={(step) => data.shown[Math.max(0, nearest(data.steps, step))] ?? Number.NaN}
      {...(onMark && { onMark })}
    />
  );
}

/** The column whose steps are nearest. */
function nearest(steps: Float64Array, step: number): number {
  const before = Math.max(0, indexAt(steps, step));
  const after = Math.min(steps.length - 1, before + 1);
  return (steps[after] as number) - step < step - (steps[before] as number) ? after : before;
}
