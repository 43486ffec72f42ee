/** The scale as it is drawn: small changes of a growing run leave it alone, larger ones come gently. */

import { effect, signal } from "@preact/signals";
import { between, differs, type RobustScale } from "../heat/scale";
import { scaleWanted, wholeHeat } from "./heat_view";
import { reducedMotion } from "./settings";
import { heatSeen } from "./view";

const EASE_MS = 320;

export const scaleDrawn = signal<RobustScale | null>(null);

/** Starts; returns what stops it. */
export function followHeatScale(): () => void {
  let last = "";
  return effect(() => {
    const wanted = scaleWanted.value;
    const whole = wholeHeat.value;
    const name = `${whole?.run} ${whole?.stat}`;
    const from = scaleDrawn.peek();
    const same = name === last;
    last = name;
    if (same && wanted && from && !differs(from, wanted)) return;
    // Other values altogether: nothing to be eased.
    if (!same || !wanted || !from || from.log !== wanted.log || reducedMotion.value || !heatSeen.value) {
      scaleDrawn.value = wanted;
      return;
    }
    const begun = performance.now();
    let request = requestAnimationFrame(function tick(now) {
      const share = Math.min(1, Math.max(0, (now - begun) / EASE_MS));
      scaleDrawn.value = between(from, wanted, share * (2 - share));
      if (share < 1) request = requestAnimationFrame(tick);
    });
    return () => cancelAnimationFrame(request);
  });
}
