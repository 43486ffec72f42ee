/** A small chart of one row through the run, with the cursor on it. */

import { effect } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { extent, mapper, roomy } from "../axis";
import { brief, number } from "../format";
import { indexAt } from "../store/curves";
import { theme } from "../store/settings";
import { cursorStep } from "../store/timeline";
import { useSize } from "../use_size";
import { band, line, prepare, token } from "./draw";

interface SparkProps {
  title: string;
  reading: string;
  steps: Float64Array;
  values: Float32Array;
  band?: { low: Float32Array; high: Float32Array };
  color: string;
  log?: boolean;
}

const HEIGHT = 46;
const AXIS = 44;

export function Spark(props: SparkProps) {
  const box = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const cursor = useRef<HTMLDivElement>(null);
  const dot = useRef<HTMLDivElement>(null);
  const size = useSize(box);
  const width = size.value.width;

  const series = props.band ? [props.values, props.band.low, props.band.high] : [props.values];
  const found = extent(series, props.log);
  const ends: [number, number] | null = found && (props.log ? roomy(found) : [Math.min(0, found[0]), found[1]]);

  useEffect(() => {
    if (canvas.current && ends) draw(canvas.current, props, ends, width - AXIS);
  }, [props.steps, props.values, props.band?.low, props.color, width, theme.value]);

  useEffect(() => {
    const { steps, values, log } = props;
    const full = width - AXIS;
    const range = extent([steps]);
    return effect(() => {
      moveCursor(cursorStep.value);
    });

    function moveCursor(at: number | null): void {
      const shown = at !== null && full > 0 && range !== null;
      if (!cursor.current || !dot.current) return;
      cursor.current.hidden = !shown;
      dot.current.hidden = !shown;
      if (!shown) return;
      const x = mapper(range[0], range[1], 0, full)(Math.min(range[1], Math.max(range[0], at)));
      cursor.current.style.transform = `translateX(${x}px)`;
      const edges = ends ?? [0, 1];
      const y = onLine(steps, values, at, mapper(edges[0], edges[1], HEIGHT - 4, 4, log));
      dot.current.hidden = !Number.isFinite(y);
      dot.current.style.transform = `translate(${x}px, ${y}px)`;
    }
  }, [props.steps, props.values, width]);

  const short = (ends ?? []).map(brief);
  // Ends that lie close together need their third figure.
  const written = short[0] === short[1] ? (ends ?? []).map(number) : short;

  return (
    <figure class="spark">
      <figcaption>
        <span>{props.title}</span>
        <b>{props.reading}</b>
      </figcaption>
      <div ref={box} class="spark-box" style={{ height: `${HEIGHT}px` }}>
        <canvas ref={canvas} />
        <div ref={cursor} class="spark-cursor" hidden />
        <div ref={dot} class="spark-dot" style={{ background: props.color }} hidden />
        {ends && (
          <>
            <span class="spark-high">{written[1]}</span>
            <span class="spark-low">{written[0]}</span>
          </>
        )}
      </div>
    </figure>
  );
}

/** Height of the line as it is drawn: straight between two points. */
function onLine(steps: Float64Array, values: Float32Array, at: number, map: (value: number) => number): number {
  const before = Math.max(0, indexAt(steps, at));
  const after = Math.min(before + 1, steps.length - 1);
  const [from, to] = [map(values[before] ?? Number.NaN), map(values[after] ?? Number.NaN)];
  const span = (steps[after] as number) - (steps[before] as number);
  const share = span > 0 ? Math.min(1, Math.max(0, (at - (steps[before] as number)) / span)) : 0;
  return share === 0 ? from : from + (to - from) * share;
}

function draw(canvas: HTMLCanvasElement, props: SparkProps, ends: [number, number], width: number): void {
  const context = prepare(canvas, width, HEIGHT);
  const range = extent([props.steps]);
  if (!context || !range) return;
  const x = mapper(range[0], range[1], 0, width);
  const map = mapper(ends[0], ends[1], HEIGHT - 4, 4, props.log);
  const y = (value: number) => (props.log && value <= 0 ? Number.NaN : map(value));
  if (props.band) {
    const [fill, edge] = [token(canvas, "band-fill"), token(canvas, "band-edge")];
    band(context, props.steps, props.band.low, props.band.high, x, y, fill, edge);
  }
  line(context, props.steps, props.values, x, y, { color: props.color, width: 1.75 });
}
