/** Findings on the heat map: their steps outlined on the lines that they name, and marks beside the names. */

import type { ReadonlySignal } from "@preact/signals";
import { titleOf } from "../findings/titles";
import { findingBoxes, spacedMarks } from "../heat/finding_boxes";
import type { HeatRows } from "../heat/rows";
import { framedFindings, layerLevels, levelName } from "../store/finding_marks";
import { mapAxis } from "../store/heat_view";
import { layers } from "../store/layers";
import { SeverityShape } from "./severity";

const LEAST_PX = 3;
const MARK_PX = 11;

interface FindingFramesProps {
  rows: ReadonlySignal<HeatRows>;
  across: ReadonlySignal<((step: number) => number) | null>;
}

/** Of the one that is looked at; else of those that are going on at the cursor and may need a look. */
export function FindingFrames({ rows, across }: FindingFramesProps) {
  const [axis, place] = [mapAxis.value, across.value];
  if (!axis || !place) return null;
  const paths = layers.value.map((layer) => layer.path);
  return (
    <>
      {findingBoxes(framedFindings.value, rows.value, paths, axis).map(({ finding, top, height, from, to }) => (
        <div
          key={`${finding.insight} ${finding.first_step} ${top}`}
          class={`heat-finding ${finding.severity}`}
          data-finding={titleOf(finding)}
          style={{
            top: `${top - 1}px`,
            height: `${height}px`,
            left: `${place(from) - 1}px`,
            width: `${Math.max(LEAST_PX, place(to) - place(from))}px`,
          }}
        />
      ))}
    </>
  );
}

/** Beside lines that have no name of their own: too thin, or there is no room. */
export function LineMarks({ rows, small }: { rows: HeatRows; small: boolean }) {
  const levels = layerLevels.value;
  return (
    <>
      {spacedMarks(rows.rows, (row) => levels[row.layer] ?? 0, MARK_PX).map((row) => {
        const severity = levelName(row.layer);
        return (
          severity && (
            <i
              key={row.layer}
              class={small ? "line-mark small" : "line-mark"}
              style={{ top: `${Math.max(MARK_PX / 2, row.y + rows.rowHeight / 2)}px` }}
            >
              <SeverityShape of={severity} size={MARK_PX} />
            </i>
          )
        );
      })}
    </>
  );
}
