/** The map's colours as words of an ImageData: the scale's, and those that no value has. Pure. */

import { type Palette, wholeRamp } from "../colors/color";
import { rgb } from "../words/tokens";
import { type HeatInk, word } from "./paint";

/** A built style sheet has `#fff` for `#ffffff`. */
const whole = (hex: string) => (hex.length === 4 ? hex.replace(/[0-9a-f]/gi, "$&$&") : hex);

/** token: theme colours by their name, `#rrggbb` or `#rgb`. */
export function inkOf(palette: Palette, token: (name: string) => string): HeatInk {
  const colors = wholeRamp(palette);
  const flat = (name: string) => {
    const [r, g, b] = rgb(whole(token(name)));
    return word(r, g, b);
  };
  return {
    ramp: Uint32Array.from({ length: 256 }, (_, i) =>
      word(colors[i * 3] as number, colors[i * 3 + 1] as number, colors[i * 3 + 2] as number),
    ),
    zero: flat("cell-zero"),
    broken: flat("cell-broken"),
    brokenMark: flat("cell-broken-stripe"),
    missing: [flat("cell-missing"), flat("cell-missing-stripe")],
  };
}
