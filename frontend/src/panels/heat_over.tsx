/** What lies over the map's cells: steps of the part zoomed to, frames of lines, and the focused cell in words. */

import type { ReadonlySignal } from "@preact/signals";
import { integer } from "../format";
import { cellOf } from "../heat/cells";
import type { HeatRows } from "../heat/rows";
import { cursorColumn, lineOrder, mapAxis, shownHeat } from "../store/heat_view";
import { chosenLayer, hoveredLayer, layers } from "../store/layers";
import { statValue } from "../store/stat_names";
import { heatRange } from "../store/statistics";
import { PhaseNames } from "./heat_phases";
import { stepLabels } from "./loss_chart";

/** CSS px from the left edge of the centre. */
export type Plot = ReadonlySignal<{ readonly left: number; readonly right: number }>;

/** Phases over the whole run, whose steps stand below the loss curve; of a part that is zoomed to, its steps. */
export function Strip({ plot }: { plot: Plot }) {
  const range = heatRange.value;
  const { left, right } = plot.value;
  if (!range)
    return (
      <div class="heat-strip">
        <PhaseNames which="a" axis={mapAxis.value} left={left} right={right} />
      </div>
    );
  const ends: [number, number] = [Math.ceil(range[0]), Math.floor(range[1])];
  if (ends[1] <= ends[0]) return <div class="heat-strip" />;
  return (
    <div class="heat-strip zoomed" aria-hidden="true">
      <i style={{ left: `${left}px`, width: `${right - left}px` }} />
      {stepLabels({ left, right, top: 0, bottom: 0 }, ends).map((label) => (
        <span key={label.text} style={{ left: `${label.x}px` }}>
          {label.text}
        </span>
      ))}
    </div>
  );
}

export function RowFrames({ rows, plot }: { rows: ReadonlySignal<HeatRows>; plot: Plot }) {
  const { left, right } = plot.value;
  const [chosen, hovered] = [chosenLayer.value, hoveredLayer.value];
  const height = rows.value.rowHeight - (rows.value.rowHeight >= 8 ? 1 : 0);
  return (
    <>
      {rows.value.rows
        .filter((row) => row.layer === chosen || row.layer === hovered)
        .map((row) => (
          <div
            key={row.layer}
            class={row.layer === chosen ? "heat-row chosen" : "heat-row"}
            style={{ top: `${row.y}px`, left: `${left}px`, width: `${right - left}px`, height: `${height}px` }}
          />
        ))}
    </>
  );
}

/** The cell where the chosen line meets the cursor, for those who hear it. */
export function FocusedCell() {
  const [of, column] = [shownHeat.value, cursorColumn.value];
  const place = chosenLayer.value ?? lineOrder.value[0];
  const layer = place === undefined ? undefined : layers.value[place];
  if (!of || column < 0 || place === undefined || !layer) return null;
  const cell = cellOf(of, place, column);
  const value = Number.isNaN(cell.value) ? "not measured" : statValue(of.stat, cell.value);
  const words = `${layer.path}, step ${integer(cell.step)}: ${value}${cell.broken ? ", entries not finite" : ""}`;
  return (
    // biome-ignore lint/a11y/useSemanticElements: a row of the grid, which is no table
    <div role="row" class="hidden-text" aria-rowindex={lineOrder.value.indexOf(place) + 1} tabIndex={-1}>
      {/* biome-ignore lint/a11y/useSemanticElements: the one cell of it that is told */}
      <span role="gridcell" id="heat-focused" aria-colindex={column + 1} tabIndex={-1}>
        {words}
      </span>
    </div>
  );
}
