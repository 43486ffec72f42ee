/** A small chart of the same thing in two runs on one axis, with the cursor on it. */

import { effect } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { extent, mapper } from "../axis";
import { brief } from "../format";
import { indexAt } from "../store/curves";
import { theme } from "../store/settings";
import { cursorStep } from "../store/timeline";
import { useSize } from "../use_size";
import { line, prepare, text, token } from "./draw";

interface Series {
  readonly steps: Float64Array;
  readonly values: Float32Array;
  readonly color: string;
}

const HEIGHT = 56;
const AXIS = 44;

export function PairSpark({ title, reading, a, b }: { title: string; reading: string; a: Series; b: Series }) {
  const box = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const cursor = useRef<HTMLDivElement>(null);
  const size = useSize(box);
  const width = size.value.width - AXIS;
  const found = extent([a.values, b.values]);
  const range = extent([a.steps, b.steps]);
  const ends = found && ([Math.min(0, found[0]), found[1]] as const);

  useEffect(() => {
    const context = canvas.current && prepare(canvas.current, width, HEIGHT);
    if (!context || !ends || !range || !canvas.current) return;
    const x = mapper(range[0], range[1], 0, width);
    const y = mapper(ends[0], ends[1], HEIGHT - 4, 6);
    const font = `11px ${token(canvas.current, "font")}`;
    for (const one of [b, a]) line(context, one.steps, one.values, x, y, { color: one.color, width: 1.75 });
    // Lines that cross or lie close are told apart by more than their colour: where they lie farthest apart.
    const apart = farthestApart(a, b, range);
    if (apart === null) return;
    const [yA, yB] = [y(apart.a), y(apart.b)];
    const inside = Math.abs(yA - yB) >= 30;
    const ink = token(canvas.current, "text1");
    const beside = (own: number, other: number) => own + (own < other === inside ? 9 : -9);
    const within = (at: number) => Math.min(HEIGHT - 6, Math.max(6, at));
    text(context, "A", x(apart.step), within(beside(yA, yB)), ink, "center", font);
    text(context, "B", x(apart.step), within(beside(yB, yA)), ink, "center", font);
  }, [a.values, b.values, a.color, b.color, width, theme.value]);

  useEffect(
    () =>
      effect(() => {
        const at = cursorStep.value;
        if (!cursor.current) return;
        const shown = at !== null && range !== null && width > 0;
        cursor.current.hidden = !shown;
        if (!shown) return;
        const x = mapper(range[0], range[1], 0, width)(Math.min(range[1], Math.max(range[0], at)));
        cursor.current.style.transform = `translateX(${x}px)`;
      }),
    [a.steps, b.steps, width],
  );

  return (
    <figure class="spark">
      <figcaption>
        <span>{title}</span>
        <b>{reading}</b>
      </figcaption>
      <div ref={box} class="spark-box" style={{ height: `${HEIGHT}px` }}>
        <canvas ref={canvas} />
        <div ref={cursor} class="spark-cursor" hidden />
        {ends && (
          <>
            <span class="spark-high">{brief(ends[1])}</span>
            <span class="spark-low">{brief(ends[0])}</span>
          </>
        )}
      </div>
    </figure>
  );
}

const PLACES = 24;

/** Of a few places along the axis, away from its ends. */
function farthestApart(a: Series, b: Series, [first, last]: readonly [number, number]) {
  let found: { readonly step: number; readonly a: number; readonly b: number } | null = null;
  for (let i = 2; i < PLACES - 1; i++) {
    const at = first + ((last - first) * i) / PLACES;
    const [one, two] = [a.values[indexAt(a.steps, at)], b.values[indexAt(b.steps, at)]];
    if (one === undefined || two === undefined || !Number.isFinite(one - two)) continue;
    if (!found || Math.abs(one - two) > Math.abs(found.a - found.b)) found = { step: at, a: one, b: two };
  }
  return found;
}
