/** The heat map of two runs: how they differ, layer by layer over the steps both have, or the other run alone in the first one's colours. */

import { effect } from "@preact/signals";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { mapper } from "../axis";
import { divergingColor } from "../colors/diverging";
import { integer, number } from "../format";
import { inkOf } from "../heat/ink";
import { word } from "../heat/paint";
import { type HeatRows, heatRows, rowAt } from "../heat/rows";
import { type ComparedHeat, comparedHeat, heatShown, otherScale, placeInFirst, valuesAt } from "../store/compare_heat";
import { mapAxis, phaseLines } from "../store/heat_view";
import { chooseLayer, chosenLayer, hoverLayer } from "../store/layers";
import { seekStep } from "../store/playback";
import { layout, palette, theme } from "../store/settings";
import { exactStatValue, statName } from "../store/stat_names";
import { stat } from "../store/statistics";
import { GUTTER, MARGIN, PHONE_GUTTER } from "../store/step_axis";
import { cursorStep, step } from "../store/timeline";
import { heatSeen } from "../store/view";
import { useSize } from "../use_size";
import { cardPlace } from "./card_place";
import { CompareHeatHead } from "./compare_heat_head";
import { token } from "./draw";
import { HeatCanvas } from "./heat_canvas";
import { onMapKey } from "./heat_keys";
import { HeatNames } from "./heat_names";
import { PhaseBorders, PhaseNames } from "./heat_phases";

const FOOT = 10;

export function CompareHeat() {
  return (
    <div class="heat">
      <CompareHeatHead />
      {comparedHeat.value ? <CellMap of={comparedHeat.value} /> : <div class="heat-pane" />}
    </div>
  );
}

interface Pointed {
  readonly layer: number;
  readonly step: number;
  readonly x: number;
  readonly y: number;
}

function CellMap({ of }: { of: ComparedHeat }) {
  const box = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const line = useRef<HTMLDivElement>(null);
  const { width, height } = useSize(box).value;
  const [top, setTop] = useState(0);
  const [pointed, setPointed] = useState<Pointed | null>(null);
  const painter = useMemo(() => new HeatCanvas(), []);
  const left = layout.value === "phone" ? PHONE_GUTTER : GUTTER;
  const right = Math.max(left + 40, width - MARGIN);
  const axis = mapAxis.value;
  const rows = useMemo(() => heatRows(of.layers, of.lines, Math.max(0, height - FOOT)), [of, height]);
  const both = heatShown.value === "difference";

  useEffect(() => {
    const element = canvas.current;
    if (!heatSeen.value || !element || !axis || height === 0) return;
    const ink = inkOf(palette.value, (name) => token(element, name));
    painter.draw(element, {
      width: right - left,
      height,
      top,
      axis,
      edges: of.edges,
      filled: of.filled,
      rows,
      cells: of,
      scale: otherScale.value,
      ink: both ? { ...ink, ramp: divergingRamp() } : ink,
      outside: null,
    });
    element.dataset.drawn = String(painter.drawn);
  }, [of, rows, width, height, top, axis, both, otherScale.value, theme.value, palette.value, heatSeen.value]);

  // Only this moves with the cursor.
  useEffect(
    () =>
      effect(() => {
        const at = cursorStep.value;
        if (!line.current) return;
        const inside = at !== null && axis !== null && at >= axis[0] && at <= axis[1] && width > 0;
        line.current.hidden = !inside;
        if (inside) line.current.style.transform = `translateX(${mapper(axis[0], axis[1], left, right)(at)}px)`;
      }),
    [axis, left, right, width],
  );

  const under = (event: MouseEvent): Pointed | null => {
    const bounds = box.current?.getBoundingClientRect();
    if (!axis || !bounds) return null;
    const [x, y] = [event.clientX - bounds.left, event.clientY - bounds.top];
    const row = rowAt(rows, y + top);
    if (!row || x < left || x > right) return null;
    return { layer: row.layer, step: Math.round(mapper(left, right, axis[0], axis[1])(x)), x, y };
  };
  const point = (at: Pointed | null) => {
    setPointed(at);
    hoverLayer(at && placeInFirst(of, at.layer));
  };

  const place = chosenLayer.value;
  const chosen = place === null ? undefined : rows.rows.find((row) => placeInFirst(of, row.layer) === place);
  const framed = { left: `${left}px`, width: `${right - left}px` };
  return (
    <div class="heat-pane">
      <div class="heat-strip">{!both && <PhaseNames which="b" axis={axis} left={left} right={right} />}</div>
      <div ref={box} class="heat-body">
        <canvas ref={canvas} class="heat-cells" style={framed} />
        <div
          class="heat-scroll"
          role="application"
          // biome-ignore lint/a11y/noNoninteractiveTabindex: an application takes keys, as the cloud does
          tabIndex={0}
          aria-label={`${statName(stat.value).name}, ${both ? "B against A" : "B"}, layers by steps. Up and down choose a layer, left and right go through time.`}
          aria-describedby="compared-cell"
          onKeyDown={onMapKey}
          onScroll={(event) => setTop(event.currentTarget.scrollTop)}
          onPointerMove={(event) => point(under(event))}
          onPointerLeave={() => point(null)}
          onClick={(event) => {
            const at = under(event);
            if (!at) return;
            seekStep(at.step);
            const there = placeInFirst(of, at.layer);
            if (there !== null) chooseLayer(there);
          }}
        >
          <div class="heat-sheet" style={{ height: `${rows.height + FOOT}px` }}>
            <LineNames of={of} rows={rows} both={both} />
            {!both && phaseLines.value && (
              <PhaseBorders which="b" axis={axis} left={left} right={right} height={rows.height} />
            )}
            {chosen && (
              <div
                class="heat-row chosen"
                style={{ ...framed, top: `${chosen.y}px`, height: `${rows.rowHeight - 1}px` }}
              />
            )}
          </div>
        </div>
        <div ref={line} class="heat-cursor" hidden />
        {pointed && <Card of={of} at={pointed} room={{ width, height }} />}
        <p id="compared-cell" class="hidden-text" aria-live="polite">
          <ChosenWords of={of} layer={chosen?.layer ?? null} />
        </p>
      </div>
    </div>
  );
}

/** A's names know what is chosen and pointed at; B's own layers have names too, numbered otherwise. */
function LineNames({ of, rows, both }: { of: ComparedHeat; rows: HeatRows; both: boolean }) {
  const small = layout.value === "phone";
  if (both) return <HeatNames rows={rows} small={small} />;
  const numbered = rows.rows.map((row) => ({ ...row, layer: placeInFirst(of, row.layer) ?? -1 - row.layer }));
  return <HeatNames rows={{ ...rows, rows: numbered }} small={small} />;
}

function divergingRamp(): Uint32Array {
  return Uint32Array.from({ length: 256 }, (_, i) => word(...divergingColor(i / 255, theme.value)));
}

/** "1.8 times as large in B". */
function differenceSaid(a: number, b: number): string {
  if (Number.isNaN(a) || Number.isNaN(b)) return "nothing to compare with";
  if (a === b) return "the same in both";
  if (a > 0 && b > 0) return b > a ? `${number(b / a)} times as large in B` : `${number(a / b)} times as large in A`;
  return `${number(Math.abs(b - a))} ${b > a ? "more" : "less"} in B`;
}

function Card({ of, at, room }: { of: ComparedHeat; at: Pointed; room: { width: number; height: number } }) {
  const path = of.layers[at.layer]?.path ?? "";
  const [a, b] = valuesAt(path, at.step);
  const said = (value: number) => (Number.isNaN(value) ? "not measured" : exactStatValue(stat.value, value));
  const [left, top] = cardPlace(at, { width: 220, height: 96 }, room);
  return (
    <div class="hover-card heat-card" style={{ transform: `translate(${left}px, ${top}px)` }}>
      <b>{path}</b>
      <dl>
        <div>
          <dt>A at step {integer(at.step)}</dt>
          <dd>{said(a)}</dd>
        </div>
        <div>
          <dt>B at step {integer(at.step)}</dt>
          <dd>{said(b)}</dd>
        </div>
      </dl>
      <span>{differenceSaid(a, b)}</span>
    </div>
  );
}

/** The cell where the chosen line meets the cursor, for those who hear it. */
function ChosenWords({ of, layer }: { of: ComparedHeat; layer: number | null }) {
  const path = layer === null ? undefined : of.layers[layer]?.path;
  if (path === undefined || step.value === null) return null;
  const [a, b] = valuesAt(path, step.value);
  return (
    <>
      {path}, step {integer(step.value)}: A {number(a)}, B {number(b)}, {differenceSaid(a, b)}
    </>
  );
}
