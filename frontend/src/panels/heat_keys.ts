/** Keys of the focused map. */

import { cursorColumn, lineOrder, moveBy, shownHeat, stepColumns, zoomBy } from "../store/heat_view";
import { chooseLayer, chosenLayer } from "../store/layers";
import { seekStep } from "../store/playback";
import { heatRange, setHeatRange } from "../store/statistics";
import { cursorStep } from "../store/timeline";

const NEARER = 0.5;

export function onMapKey(event: KeyboardEvent): void {
  if (event.ctrlKey || event.metaKey || event.altKey || !act(event)) return;
  event.preventDefault();
}

/** Whether it was one of the map's. */
function act({ key, shiftKey }: KeyboardEvent): boolean {
  const by = shiftKey ? 10 : 1;
  const about = cursorStep.peek();
  switch (key) {
    case "ArrowUp":
      return chooseLine(-by);
    case "ArrowDown":
      return chooseLine(by);
    case "PageUp":
      return chooseLine(-10);
    case "PageDown":
      return chooseLine(10);
    case "ArrowLeft":
      stepColumns(-by);
      return followCursor();
    case "ArrowRight":
      stepColumns(by);
      return followCursor();
    case "Home":
    case "End": {
      const of = shownHeat.peek();
      if (of) seekStep(key === "Home" ? of.firstStep : of.lastStep);
      return followCursor();
    }
    case "+":
    case "=":
      if (about !== null) zoomBy(NEARER, about);
      return true;
    case "-":
    case "_":
      if (about !== null) zoomBy(1 / NEARER, about);
      return true;
    case "Escape":
      if (heatRange.peek() === null) return false;
      setHeatRange(null);
      return true;
    default:
      return false;
  }
}

function chooseLine(by: number): boolean {
  const order = lineOrder.peek();
  const now = order.indexOf(chosenLayer.peek() ?? -1);
  const next = now < 0 ? (by > 0 ? 0 : order.length - 1) : Math.min(order.length - 1, Math.max(0, now + by));
  const place = order[next];
  if (place !== undefined) chooseLayer(place);
  return true;
}

/** What the cursor crosses stays in sight. */
function followCursor(): boolean {
  const [range, at] = [heatRange.peek(), cursorStep.peek()];
  if (!range || at === null || cursorColumn.peek() < 0) return true;
  const length = range[1] - range[0];
  if (at < range[0]) moveBy((at - range[0]) / length);
  else if (at > range[1]) moveBy((at - range[1]) / length);
  return true;
}
