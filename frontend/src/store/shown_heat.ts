/** The heat map on screen, put in words and columns: for what is taken away of it. Derived only, nothing is written here. */

import { severityOf } from "../findings/severity";
import { titleOf } from "../findings/titles";
import { integer, plural } from "../format";
import { isExact } from "../heat/cells";
import { findingBoxes } from "../heat/finding_boxes";
import { inkOf } from "../heat/ink";
import { heatRows, orderedRows } from "../heat/rows";
import type { LegendPart } from "../takeaway/caption";
import type { HeatTable } from "../takeaway/heat_csv";
import { type HeatPicture, roomFor } from "../takeaway/heat_picture";
import { explanation } from "./explanations";
import { framedFindings, layerLevels } from "./finding_marks";
import { isBand } from "./health_bands";
import { heatBand } from "./heat_bands";
import { scaleDrawn } from "./heat_scale";
import {
  bandsMarked,
  beside,
  filledColumns,
  heatOrder,
  lineOrder,
  mapAxis,
  mapEdges,
  outsideShown,
  phaseLines,
  shownHeat,
} from "./heat_view";
import { chosenLayer, layers, shownLayers } from "./layers";
import { palette, theme } from "./settings";
import { wholeColors } from "./shown_layers";
import { bandsNow } from "./shown_now";
import { exactStatValue, statName, statTick } from "./stat_names";
import { stat } from "./statistics";
import { stepAxis } from "./step_axis";
import { cursorStep } from "./timeline";

/** token: theme colours by name. null = there is no map to draw. */
export function heatPictureNow(token: (name: string) => string): HeatPicture | null {
  const [of, axis, edges, filled] = [shownHeat.peek(), mapAxis.peek(), mapEdges.peek(), filledColumns.peek()];
  if (!of || !axis || !edges || !filled) return null;
  const all = layers.peek();
  const order = lineOrder.peek();
  const groups = new Set(all.map(({ block }) => block)).size + 1;
  const make = heatOrder.peek() === "model" ? heatRows : orderedRows;
  const outside = outsideShown.peek();
  const rows = make(all, order, roomFor(order.length, groups));
  const paths = all.map((layer) => layer.path);
  return {
    dark: theme.peek() === "dark",
    rows,
    framed: findingBoxes(framedFindings.peek(), rows, paths, axis).map(({ finding, ...box }) => ({
      ...box,
      severity: finding.severity,
    })),
    marks: [...layerLevels.peek()].map(severityOf),
    cells: of,
    axis,
    edges,
    filled,
    scale: scaleDrawn.peek(),
    ink: inkOf(palette.peek(), token),
    outside: bandsMarked.peek() && outside?.of === of ? outside.cells : null,
    phases: bandsNow(),
    phaseLines: phaseLines.peek(),
    cursor: cursorStep.peek(),
    chosen: chosenLayer.peek(),
  };
}

export const heatTitle = (): string => statName(shownHeat.peek()?.stat ?? stat.peek()).name;

/** Which layers and steps, and how true a cell is to what was logged. */
export function heatSaid(): string[] {
  const [of, axis, whole] = [shownHeat.peek(), mapAxis.peek(), stepAxis.peek()];
  const [shown, all] = [shownLayers.peek().length, layers.peek().length];
  const said = [shown === all ? plural(all, "layer") : `${integer(shown)} of ${plural(all, "layer")}`];
  if (axis && whole) {
    const part = axis[0] > whole[0] || axis[1] < whole[1] ? ` of ${integer(whole[0])}–${integer(whole[1])}` : "";
    said.push(`steps ${integer(Math.ceil(axis[0]))}–${integer(Math.floor(axis[1]))}${part}`);
  }
  if (!of) return said;
  const steps = Math.round(((of.edges[of.columns] as number) - (of.edges[0] as number)) / of.columns);
  said.push(isExact(of) ? "each cell is a snapshot" : `each cell is ${plural(Math.max(1, steps), "step")}`);
  if (of.held) said.push("a value holds until it is measured again");
  const band = heatBand.peek();
  if (band && isBand(band) && bandsMarked.peek())
    said.push(`framed: outside of ${explanation(`stat:${band.stat}`)?.healthy ?? "the healthy band"}`);
  const named = new Set(
    framedFindings
      .peek()
      .filter(({ layers: paths }) => paths.length > 0)
      .map(titleOf),
  );
  if (named.size > 0) said.push(`broken frame: ${[...named].join(", ").toLowerCase()}`);
  return said;
}

/** token: theme colours by name. */
export function heatLegend(token: (name: string) => string): LegendPart[] {
  const scale = scaleDrawn.peek();
  const of = shownHeat.peek()?.stat ?? stat.peek();
  const name = statName(of).name;
  const parts: LegendPart[] = [];
  if (scale) {
    const [low, high] = [statTick(of, scale.low), statTick(of, scale.high)];
    parts.push({ kind: "scale", name, low, high, colors: wholeColors(), log: scale.log });
    if (scale.clipped)
      parts.push({
        kind: "note",
        name: `ends at 2 % and 99.5 %; values go from ${exactStatValue(of, scale.least)} to ${exactStatValue(of, scale.most)}`,
      });
  }
  const { broken, missing, zero } = beside.peek();
  if (zero && scale?.log) parts.push({ kind: "swatch", name: "0", color: token("cell-zero"), stripe: null });
  if (missing)
    parts.push({
      kind: "swatch",
      name: "Not measured",
      color: token("cell-missing"),
      stripe: token("cell-missing-stripe"),
    });
  if (broken)
    parts.push({
      kind: "swatch",
      name: "Not finite",
      color: token("cell-broken"),
      stripe: token("cell-broken-stripe"),
    });
  return parts;
}

/** What the map shows, line by line; null = nothing is there. */
export function heatTableNow(): HeatTable | null {
  const of = shownHeat.peek();
  if (!of) return null;
  const all = layers.peek();
  return {
    stat: of.stat,
    lines: lineOrder.peek().flatMap((layer) => {
      const known = all[layer];
      return known ? [{ layer, path: known.path, role: known.role, block: known.block }] : [];
    }),
    columns: of,
  };
}
