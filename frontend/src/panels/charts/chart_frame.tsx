/** Where a chart stands: the time cursor over it, and the hairline that all charts share. A click goes to that step. */

import { effect } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type uPlot from "uplot";
import { hoverStep, setHoverStep } from "../../store/hover_step";
import { seekStep } from "../../store/playback";
import { theme } from "../../store/settings";
import { cursorStep } from "../../store/timeline";
import { useSize } from "../../use_size";
import { type Look, moveHairline, type Told } from "./plot";
import { usePlotter } from "./uplot";

interface ChartFrameProps {
  /** Another object draws anew. */
  data: object;
  height: number;
  axes: boolean;
  /** First and last step of the chart. */
  range: readonly [number, number];
  /** What it shows, in a sentence. */
  label: string;
  /** Beyond its ends the cursor stands at them; otherwise it is hidden there. */
  clamped: boolean;
  draw(Plot: typeof uPlot, box: HTMLElement, look: Look, told: Told): uPlot;
  /** What the dot on the cursor stands at; NaN = no dot. */
  valueAt(step: number): number;
  onMark?(from: number, to: number): void;
}

const FAR_PX = 3;

export function ChartFrame({ data, height, axes, range, label, clamped, draw, valueAt, onMark }: ChartFrameProps) {
  const box = useRef<HTMLDivElement>(null);
  const cursor = useRef<HTMLDivElement>(null);
  const dot = useRef<HTMLDivElement>(null);
  const pressedAt = useRef<number | null>(null);
  const width = useSize(box).value.width;
  const Plot = usePlotter();

  useEffect(() => {
    if (!Plot || Plot === "failed" || !box.current || width <= 0) return;
    const stops: (() => void)[] = [];
    const made = draw(
      Plot,
      box.current,
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
  }, [Plot, data, width, height, axes, theme.value]);

  /** In playback 60 times a second: two elements are moved, nothing is drawn. */
  function moveCursor(made: uPlot, at: number | null): void {
    if (!cursor.current || !dot.current) return;
    const [first, last] = range;
    const shown = at !== null && (clamped || (at >= first && at <= last));
    cursor.current.hidden = dot.current.hidden = !shown;
    if (!shown) return;
    const step = Math.min(last, Math.max(first, at));
    const [left, top] = [made.over.offsetLeft, made.over.offsetTop];
    const x = left + made.valToPos(step, "x");
    cursor.current.style.transform = `translateX(${x}px)`;
    cursor.current.style.top = `${top}px`;
    cursor.current.style.height = `${made.over.clientHeight}px`;
    const y = top + made.valToPos(valueAt(step), "y");
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
