/** A run's stroke as a short line beside its name. */

import type { RunStroke } from "../store/compare";

/** As the canvas draws it: solid, dashed or dotted. */
export function strokeStyle({ color, dash }: RunStroke): { borderTop: string } {
  const kind = dash.length === 0 ? "solid" : (dash[0] as number) > 3 ? "dashed" : "dotted";
  return { borderTop: `2px ${kind} ${color}` };
}
