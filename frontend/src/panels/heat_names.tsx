/** Names of the map's lines: of all where they are high enough, else of the groups and of what is pointed at or chosen. */

import type { HeatRow, HeatRows } from "../heat/rows";
import { comparing } from "../store/compare";
import { levelName } from "../store/finding_marks";
import { chosenLayer, hoveredLayer, layers } from "../store/layers";
import { LineMarks } from "./heat_findings";
import { SeverityShape } from "./severity";

/** Least px between the titles of two groups. */
const TITLE_PX = 13;
const TIGHT_BELOW = 15;

/** small: there is room for the number of a block only. */
export function HeatNames({ rows, small }: { rows: HeatRows; small: boolean }) {
  const [chosen, hovered] = [chosenLayer.value, hoveredLayer.value];
  const named = rows.named && !small;
  let free = Number.NEGATIVE_INFINITY;
  const titles = rows.groups.filter((group) => {
    if (group.title === "" || group.y < free) return false;
    free = group.y + TITLE_PX;
    return true;
  });
  const apart = rows.rows.filter((row) => row.layer === chosen || row.layer === hovered);
  return (
    <div class={rows.rowHeight < TIGHT_BELOW ? "heat-names tight" : "heat-names"} aria-hidden="true">
      {titles.map((group) => (
        <b key={group.y} style={{ top: `${middle(group.y, rows.rowHeight)}px` }}>
          {small ? shortTitle(group.title) : group.title}
        </b>
      ))}
      {!named && !comparing.value && <LineMarks rows={rows} small={small} />}
      {(named ? rows.rows : apart).map((row) => (
        <Name key={row.layer} row={row} height={rows.rowHeight} chosen={row.layer === chosen} apart={!named} />
      ))}
    </div>
  );
}

/** The first line may be thinner than half a name. */
const middle = (y: number, height: number) => Math.max(7, y + height / 2);
const shortTitle = (title: string) => title.replace(/^Block /, "").slice(0, 3);

function Name({ row, height, chosen, apart }: { row: HeatRow; height: number; chosen: boolean; apart: boolean }) {
  const kind = `${chosen ? "chosen" : row.layer === hoveredLayer.value ? "hovered" : ""} ${apart ? "apart" : ""}`;
  const block = layers.value[row.layer]?.block;
  // Away from its group's title it has to say which block it is of.
  const words = apart && block !== null && block !== undefined ? `${block} ${row.name.replace(/^\d+ /, "")}` : row.name;
  // Of two runs a line would bear the marks of the one only.
  const severity = comparing.value ? null : levelName(row.layer);
  return (
    <span class={kind} style={{ top: `${middle(row.y, height)}px` }}>
      {severity && <SeverityShape of={severity} size={11} />}
      {words}
    </span>
  );
}
