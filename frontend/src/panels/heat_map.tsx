/** The map itself: cells on a canvas, names beside it, the cursor across it; pointed at, clicked, zoomed, walked by keys. */

import { useComputed, useSignalEffect } from "@preact/signals";
import { useEffect, useMemo, useRef } from "preact/hooks";
import { mapper } from "../axis";
import { stepOf } from "../heat/cells";
import { inkOf } from "../heat/ink";
import { heatRows, orderedRows, rowAt } from "../heat/rows";
import { hoveredCell, mapScrolled, markedPart, markPart, pointAt, setMapScrolled } from "../store/heat_pointing";
import { scaleDrawn } from "../store/heat_scale";
import {
  bandsMarked,
  columnUnder,
  filledColumns,
  heatOrder,
  heatStale,
  lineOrder,
  mapAxis,
  mapEdges,
  moveBy,
  outsideShown,
  phaseLines,
  shownHeat,
  zoomBy,
  zoomTo,
} from "../store/heat_view";
import { chooseLayer, chosenLayer, hoverLayer, layers } from "../store/layers";
import { seekStep } from "../store/playback";
import { layout, palette, theme } from "../store/settings";
import { statName } from "../store/stat_names";
import { setHeatRange } from "../store/statistics";
import { GUTTER, MARGIN, PHONE_GUTTER } from "../store/step_axis";
import { cursorStep } from "../store/timeline";
import { heatSeen } from "../store/view";
import { useSize } from "../use_size";
import { token } from "./draw";
import { HeatCanvas } from "./heat_canvas";
import { HeatCard } from "./heat_card";
import { FindingFrames } from "./heat_findings";
import { listenToMap, type MapPoint } from "./heat_gestures";
import { onMapKey } from "./heat_keys";
import { HeatNames } from "./heat_names";
import { FocusedCell, RowFrames, Strip } from "./heat_over";
import { PhaseBorders } from "./heat_phases";

/** Below the last line. */
const FOOT = 8;
/** Of the steps above the first line, which the cursor crosses too. */
const STRIP = 18;

export function HeatMap() {
  const box = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const line = useRef<HTMLDivElement>(null);
  const crossing = useRef<HTMLElement>(null);
  const size = useSize(box);
  const painter = useMemo(() => new HeatCanvas(), []);

  const plot = useComputed(() => {
    const left = layout.value === "phone" ? PHONE_GUTTER : GUTTER;
    return { left, right: Math.max(left + 40, size.value.width - MARGIN) };
  });
  const rows = useComputed(() => {
    const make = heatOrder.value === "model" ? heatRows : orderedRows;
    return make(layers.value, lineOrder.value, Math.max(0, size.value.height - FOOT));
  });
  /** From steps to px. */
  const across = useComputed(() => {
    const axis = mapAxis.value;
    return axis && mapper(axis[0], axis[1], plot.value.left, plot.value.right);
  });

  const ink = useComputed(() => {
    theme.value;
    return canvas.current && inkOf(palette.value, (name) => token(canvas.current as Element, name));
  });

  useSignalEffect(() => {
    const [of, edges, filled, axis] = [shownHeat.value, mapEdges.value, filledColumns.value, mapAxis.value];
    const { left, right } = plot.value;
    const height = size.value.height;
    const [drawn, lines, scrolled] = [scaleDrawn.value, rows.value, mapScrolled.value];
    const [mark, out, palette256] = [bandsMarked.value, outsideShown.value, ink.value];
    if (!heatSeen.value || !canvas.current || !of || !edges || !filled || !axis || height === 0) return;
    painter.draw(canvas.current, {
      width: right - left,
      height,
      top: scrolled,
      axis,
      edges,
      filled,
      rows: lines,
      cells: of,
      scale: drawn,
      ink: palette256 ?? inkOf(palette.value, (name) => token(canvas.current as Element, name)),
      outside: mark && out?.of === of ? out.cells : null,
    });
    canvas.current.dataset.drawn = String(painter.drawn);
  });

  // The cursor moves 60 times a second in playback: only these two elements are touched.
  useSignalEffect(() => {
    const [at, axis, place] = [cursorStep.value, mapAxis.value, across.value];
    if (!line.current || !crossing.current) return;
    const inside = at !== null && axis !== null && place !== null && at >= axis[0] && at <= axis[1];
    line.current.hidden = !inside || size.value.width === 0;
    if (inside) line.current.style.transform = `translateX(${place(at)}px)`;
    const row = rows.value.rows.find((one) => one.layer === chosenLayer.value);
    crossing.current.hidden = row === undefined;
    if (row) crossing.current.style.top = `${row.y + rows.value.rowHeight / 2 - mapScrolled.value + STRIP}px`;
  });

  useEffect(() => {
    const element = box.current?.querySelector<HTMLElement>(".heat-scroll");
    if (!element) return;
    const controller = new AbortController();
    const stepAt = (x: number) => {
      const axis = mapAxis.peek() ?? [0, 1];
      const { left, right } = plot.peek();
      return mapper(left, right, axis[0], axis[1])(Math.min(right, Math.max(left, x)));
    };
    const cellUnder = (at: MapPoint) => {
      const map = rows.peek();
      // Thin lines are met beside them too.
      const near = [0, -2, 2].map((by) => rowAt(map, at.y + by)).find((row) => row !== null);
      const layer = near?.layer ?? null;
      const { left, right } = plot.peek();
      const column = at.x >= left && at.x <= right ? columnUnder(stepAt(at.x)) : -1;
      return { layer, column };
    };
    listenToMap(
      element,
      {
        onPoint(at) {
          const { layer, column } = at ? cellUnder(at) : { layer: null, column: -1 };
          hoverLayer(layer);
          pointAt(
            at && layer !== null && column >= 0 ? { layer, column, x: at.x, y: at.y - mapScrolled.peek() } : null,
          );
        },
        onClick(at) {
          const { layer, column } = cellUnder(at);
          const of = shownHeat.peek();
          if (of && column >= 0)
            seekStep((of.counts[column] as number) > 1 ? Math.round(stepAt(at.x)) : stepOf(of, column));
          if (layer !== null) chooseLayer(layer);
        },
        onMark: (part) => {
          const { left, right } = plot.peek();
          const within = (x: number) => Math.min(right, Math.max(left, x));
          markPart(part && [within(Math.min(...part)), within(Math.max(...part))]);
        },
        onMarked: (from, to) => zoomTo(stepAt(from), stepAt(to)),
        onReset: () => setHeatRange(null),
        onZoom: (factor, x) => zoomBy(factor, stepAt(x)),
        onMove: moveBy,
        scrolls: () => element.scrollHeight > element.clientHeight + 1,
      },
      controller.signal,
    );
    element.addEventListener("scroll", () => setMapScrolled(element.scrollTop), { signal: controller.signal });
    return () => {
      controller.abort();
      hoverLayer(null);
      pointAt(null);
      markPart(null);
      setMapScrolled(0);
    };
  }, []);

  // With the view the pointer is gone from it, wherever it is.
  useSignalEffect(() => {
    if (heatSeen.value) return;
    pointAt(null);
    hoverLayer(null);
  });

  // Whoever chooses a line, here or elsewhere, sees it.
  useSignalEffect(() => {
    const row = rows.value.rows.find((one) => one.layer === chosenLayer.value);
    const element = box.current?.querySelector(".heat-scroll");
    if (!row || !element) return;
    const { rowHeight } = rows.value;
    if (row.y < element.scrollTop) element.scrollTop = row.y;
    else if (row.y + rowHeight > element.scrollTop + element.clientHeight)
      element.scrollTop = row.y + rowHeight - element.clientHeight + FOOT;
  });

  const small = layout.value === "phone";
  const marked = markedPart.value;
  return (
    <div class={heatStale.value ? "heat-pane stale" : "heat-pane"}>
      <Strip plot={plot} />
      <div ref={box} class="heat-body">
        <canvas
          ref={canvas}
          class="heat-cells"
          style={{ left: `${plot.value.left}px`, width: `${plot.value.right - plot.value.left}px` }}
        />
        {/* biome-ignore lint/a11y/useSemanticElements: a table of 150 × 10,000 cells has no elements; the focused one is told */}
        <div
          class="heat-scroll"
          role="grid"
          tabIndex={0}
          aria-label={`${statName(shownHeat.value?.stat ?? "").name}, layers by steps`}
          aria-rowcount={rows.value.rows.length}
          aria-colcount={shownHeat.value?.columns ?? 0}
          aria-activedescendant="heat-focused"
          onKeyDown={onMapKey}
        >
          <FocusedCell />
          <div class="heat-sheet" style={{ height: `${rows.value.height + FOOT}px` }}>
            <HeatNames rows={rows.value} small={small} />
            <FindingFrames rows={rows} across={across} />
            {phaseLines.value && (
              <PhaseBorders which="a" axis={mapAxis.value} {...plot.value} height={rows.value.height} />
            )}
            <RowFrames rows={rows} plot={plot} />
          </div>
        </div>
        <div ref={line} class="heat-cursor" hidden>
          <i ref={crossing} class="heat-crossing" hidden />
        </div>
        {marked && <div class="heat-mark" style={{ left: `${marked[0]}px`, width: `${marked[1] - marked[0]}px` }} />}
        {hoveredCell.value && !marked && <HeatCard at={hoveredCell.value} />}
      </div>
    </div>
  );
}
