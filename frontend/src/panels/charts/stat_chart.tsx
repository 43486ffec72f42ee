/** A chart with the time cursor on it and the hairline that all charts share. A click on it goes to that step. */

import { effect } from "@preact/signals";
import { useEffect, useMemo, useRef } from "preact/hooks";
import type uPlot from "uplot";
import { indexAt } from "../../store/curves";
import { hoverStep, setHoverStep } from "../../store/hover_step";
import { seekStep } from "../../store/playback";
import { theme } from "../../store/settings";
import { cursorStep } from "../../store/timeline";
import { useSize } from "../../use_size";
import { type ChartData, drawChart, endsOf, moveHairline } from "./plot";
import { usePlotter } from "./uplot";

interface StatChartProps {
  data: ChartData;
  height: number;
  axes?: boolean;
  /** What it shows, in a sentence. */
  label: string;
  onMark?(from: number, to: number): void;
}

const FAR_PX = 3;

export function StatChart({ data, height, axes = false, label, onMark }: StatChartProps) {
  const box = useRef<HTMLDivElement>(null);
  const cursor = useRef<HTMLDivElement>(null);
  const dot = useRef<HTMLDivElement>(null);
  const pressedAt = useRef<number | null>(null);
  const width = useSize(box).value.width;
  const Plot = usePlotter();
  const ends = useMemo(() => endsOf(data), [data]);

  useEffect(() => {
    if (!Plot || Plot === "failed" || !box.current || !ends || width <= 0) return;
    const stops: (() => void)[] = [];
    const made = drawChart(
      Plot,
      box.current,
      data,
      ends,
      { width, height, axes },
      {
        hover: setHoverStep,
        mark: (from, to) => onMark?.(from, to),
        ready(chart) {
          stops.push(
            effect(() => {
              moveHairline(chart, hoverStep.value);
            }),
            effect(() => {
              moveCursor(chart, cursorStep.value);
            }),
          );
        },
      },
    );
    return () => {
      for (const stop of stops) stop();
      made.destroy();
    };
  }, [Plot, data, ends, width, height, axes, theme.value]);

  /** In playback 60 times a second: two elements are moved, nothing is drawn. */
  function moveCursor(made: uPlot, at: number | null): void {
    if (!cursor.current || !dot.current) return;
    const [first, last] = data.range;
    const shown = at !== null && (!axes || (at >= first && at <= last));
    cursor.current.hidden = dot.current.hidden = !shown;
    if (!shown) return;
    const step = Math.min(last, Math.max(first, at));
    const [left, top] = [made.over.offsetLeft, made.over.offsetTop];
    const x = left + made.valToPos(step, "x");
    cursor.current.style.transform = `translateX(${x}px)`;
    cursor.current.style.top = `${top}px`;
    cursor.current.style.height = `${made.over.clientHeight}px`;
    const y = top + made.valToPos(data.shown[Math.max(0, nearest(data.steps, step))] ?? Number.NaN, "y");
    dot.current.hidden = !Number.isFinite(y);
    if (Number.isFinite(y)) dot.current.style.transform = `translate(${x}px, ${y}px)`;
  }

  if (Plot === "failed") return <p class="hint">The charts could not be loaded. Load the page again.</p>;
  return (
    <div
      ref={box}
      class={axes ? "stat-chart with-axes" : "stat-chart"}
      style={{ height: `${height}px` }}
      role="img"
      aria-label={label}
      onPointerDown={(event) => {
        pressedAt.current = event.button === 0 ? event.clientX : null;
      }}
      onPointerUp={(event) => {
        const from = pressedAt.current;
        pressedAt.current = null;
        const step = hoverStep.peek();
        // What was dragged marks a part.
        if (from !== null && Math.abs(event.clientX - from) <= FAR_PX && step !== null) seekStep(step);
      }}
      onPointerLeave={() => setHoverStep(null)}
    >
      <div ref={cursor} class="chart-cursor" hidden />
      <div ref={dot} class="spark-dot chart-dot" hidden />
    </div>
  );
}

/** The column whose steps are nearest. */
function nearest(steps: Float64Array, step: number): number {
  const before = Math.max(0, indexAt(steps, step));
  const after = Math.min(steps.length - 1, before + 1);
  return (steps[after] as number) - step < step - (steps[before] as number) ? after : before;
}
