/** The time dock: the loss curve is the time axis. Drag anywhere on it to scrub. */

import { useComputed, useSignalEffect } from "@preact/signals";
import { useRef, useState } from "preact/hooks";
import { mapper } from "../axis";
import type { Hit } from "../comparing/nearest_curve";
import { integer } from "../format";
import { comparing } from "../store/compare";
import { overlaying } from "../store/compare_curves";
import { curvesKnown, train, validation } from "../store/curves";
import { setHoverStep } from "../store/hover_step";
import { loopAll, loopOver, loopPart, seekStep } from "../store/playback";
import { runs } from "../store/runs";
import { layout, loop, theme } from "../store/settings";
import { GUTTER, MARGIN, PHONE_GUTTER, stepAxis } from "../store/step_axis";
import { cursorStep, loadedVersion, snapshots, step, stepRange } from "../store/timeline";
import { useSize } from "../use_size";
import { CurveCard, curveHeight, linesOf, pointedAt } from "./dock_curves";
import { Readings, RunReadings } from "./dock_readings";
import { prepare } from "./draw";
import { FindingMarks } from "./finding_marks";
import { HoverLine } from "./hover_line";
import { drawLoss, type Plot, stepLabels } from "./loss_chart";
import { PhaseStrip, stripBottom } from "./phase_strip";
import { SessionMarks } from "./session_marks";

/** A press on a button that moves farther is a drag. */
const DRAG_PX = 5;

export function Dock() {
  const box = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const line = useRef<HTMLDivElement>(null);
  const veil = useRef<HTMLDivElement>(null);
  const marks = useRef<HTMLDivElement>(null);
  const pill = useRef<HTMLSpanElement>(null);
  const markedFrom = useRef<number | null>(null);
  /** Where a button over the plot was pressed: moved from there it is a drag like any other. */
  const pressedAt = useRef<number | null>(null);
  const size = useSize(box);
  const [pointed, setPointed] = useState<Hit | null>(null);

  const plot = useComputed<Plot>(() => ({
    left: layout.value === "phone" ? PHONE_GUTTER : GUTTER,
    right: Math.max(GUTTER + 40, size.value.width - MARGIN),
    top: stripBottom(layout.value === "phone", comparing.value) + 4,
    bottom: size.value.height - 28,
  }));
  const steps = stepAxis;

  const labels = useComputed(() => (steps.value && size.value.width > 0 ? stepLabels(plot.value, steps.value) : []));

  useSignalEffect(() => {
    theme.value;
    loadedVersion.value;
    const range = steps.value;
    const { width, height } = size.value;
    if (!canvas.current) return;
    if (!range) {
      prepare(canvas.current, width, height);
      return;
    }
    const lines = linesOf(canvas.current);
    drawLoss(canvas.current, { width, height, plot: plot.value, steps: range, snapshots: snapshots.value, lines });
  });

  // The cursor moves 60 times a second in playback: only these two elements are touched.
  useSignalEffect(() => {
    const range = steps.value;
    const at = cursorStep.value;
    const { left, right } = plot.value;
    const shown = range !== null && at !== null && size.value.width > 0;
    for (const part of [line.current, veil.current]) if (part) part.hidden = !shown;
    if (!shown || !line.current || !veil.current) return;
    const x = mapper(range[0], range[1], left, right)(at);
    line.current.style.transform = `translateX(${x}px)`;
    // The number under the line stays whole at both ends.
    const half = (pill.current?.offsetWidth ?? 0) / 2 + 2;
    const shift = Math.min(0, size.value.width - half - x) + Math.max(0, half - x);
    if (pill.current) pill.current.style.marginLeft = `${shift}px`;
    // A number of the axis that the pill would cut is left out.
    for (const [i, label] of labels.value.entries()) {
      const mark = marks.current?.children[i] as HTMLElement | undefined;
      if (mark) mark.style.opacity = Math.abs(label.x - x - shift) < half + label.width / 2 + 4 ? "0" : "1";
    }
    // Scaled, not resized: the compositor does it without a new layout.
    veil.current.style.transform = `translateX(${x + 1}px) scaleX(${Math.max(0, right - x) / 1000})`;
  });

  function stepUnder(event: PointerEvent): number | null {
    const range = steps.peek();
    if (!range || !box.current) return null;
    const x = event.clientX - box.current.getBoundingClientRect().left;
    const { left, right } = plot.peek();
    return mapper(left, right, range[0], range[1])(Math.min(right, Math.max(left, x)));
  }

  /** Dragged with Shift it marks what is looped; a mere click with Shift gives the whole run back. */
  function drag(event: PointerEvent, begins: boolean): void {
    const at = stepUnder(event);
    if (at === null) return;
    if (begins) {
      markedFrom.current = event.shiftKey ? at : null;
      if (event.shiftKey) loopAll();
    }
    if (markedFrom.current === null) seekStep(at);
    else if (at !== markedFrom.current) loopOver(markedFrom.current, at);
  }

  const part = loop.value ? loopPart.value : null;
  const range = steps.value;
  const across = range && mapper(range[0], range[1], plot.value.left, plot.value.right);
  const looped =
    across && part && part.last !== null
      ? { left: `${across(part.first)}px`, width: `${across(part.last) - across(part.first)}px` }
      : null;
  const empty = runs.value.length === 0 || steps.value === null;
  return (
    <section class="dock" aria-label="Time" style={{ "--plot-top": `${plot.value.top}px` }}>
      {layout.value !== "phone" && (overlaying.value ? <RunReadings /> : <Readings />)}
      {empty && <p class="dock-note">The loss curve becomes the time axis</p>}
      {!empty && curvesKnown.value && !train.value && !validation.value && !overlaying.value && (
        <p class="dock-note">No loss curve in this run: pass loss to step(), or log a scalar with “loss” in its name</p>
      )}
      <div
        class="dock-stage"
        onPointerDown={(event) => {
          if (event.button !== 0) return;
          if ((event.target as Element).closest("button, .insight-card")) pressedAt.current = event.clientX;
          else {
            box.current?.setPointerCapture(event.pointerId);
            drag(event, true);
          }
        }}
        onPointerMove={(event) => {
          const pressed = pressedAt.current;
          const buttons = event.buttons % 2 === 1;
          if (box.current?.hasPointerCapture(event.pointerId)) drag(event, false);
          else if (pressed !== null && buttons && Math.abs(event.clientX - pressed) > DRAG_PX) {
            pressedAt.current = null;
            box.current?.setPointerCapture(event.pointerId);
            drag(event, true);
          } else if (!buttons) pressedAt.current = null;
          setHoverStep(stepUnder(event));
          if (overlaying.value) setPointed(pointedAt(event, box.current, plot.peek(), steps.peek()));
        }}
        onPointerLeave={() => {
          setPointed(null);
          setHoverStep(null);
        }}
      >
        <div
          ref={box}
          class="dock-plot"
          role="slider"
          tabIndex={0}
          aria-label="Step"
          aria-valuemin={stepRange.value?.[0] ?? 0}
          aria-valuemax={stepRange.value?.[1] ?? 0}
          aria-valuenow={step.value ?? 0}
          aria-valuetext={`Step ${integer(step.value)}`}
        >
          <canvas ref={canvas} />
          <div ref={marks} class="dock-labels" aria-hidden="true">
            {labels.value.map((label) => (
              <span key={label.text} style={{ left: `${label.x}px` }}>
                {label.text}
              </span>
            ))}
          </div>
          {looped !== null && <div class="dock-loop" style={looped} />}
          <div ref={veil} class="dock-veil" hidden />
          <HoverLine plot={plot} />
          <div ref={line} class="dock-cursor" hidden>
            <span ref={pill} class="pill">
              <CursorStep />
            </span>
          </div>
          {pointed && <CurveCard hit={pointed} width={size.value.width} />}
        </div>
        {across && <PhaseStrip which="a" across={across} left={plot.value.left} right={plot.value.right} />}
        {across && comparing.value && (
          <PhaseStrip which="b" across={across} left={plot.value.left} right={plot.value.right} />
        )}
        {across && (
          <FindingMarks
            across={across}
            height={(which, at) => curveHeight(plot.value, which, at)}
            top={plot.value.top}
            bottom={plot.value.bottom}
            width={size.value.width}
          />
        )}
      </div>
      {across && <SessionMarks across={across} />}
    </section>
  );
}

function CursorStep() {
  return <>{integer(step.value)}</>;
}
