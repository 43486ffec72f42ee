/** The loss curves in the dock: of one run its train and validation loss, of several runs each in its own stroke. */

import { computed } from "@preact/signals";
import { mapper } from "../axis";
import { type Hit, nearestCurve } from "../comparing/nearest_curve";
import { integer, number } from "../format";
import { shortRunName } from "../store/compare";
import { type RunCurves, runCurves } from "../store/compare_curves";
import { type Curve, train, validation, valueAt } from "../store/curves";
import { token } from "./draw";
import { heightOf, type LossLine, lossEnds, type Plot } from "./loss_chart";
import { strokeStyle } from "./run_strokes";

const DASHED = [4, 3];
const THIN = 1.25;

/** What is drawn, the most important last. */
export function linesOf(element: Element): LossLine[] {
  const several = runCurves.value;
  if (several.length > 0) return several.toReversed().flatMap(linesOfRun);
  const lines: LossLine[] = [];
  const [loss, held] = [train.value, validation.value];
  if (held) lines.push({ ...ofCurve(held), color: token(element, "validation"), width: 1.75, dash: DASHED });
  if (loss) lines.push({ ...ofCurve(loss), color: token(element, "train"), width: 2, mean: true, raw: true });
  return lines;
}

const ofCurve = ({ steps, values }: Curve) => ({ steps, values });

/** A and B strong, with their validation loss; of the others the train loss alone, or what there is. */
function linesOfRun({ train: loss, validation: held, stroke, letter }: RunCurves): LossLine[] {
  const strong = letter !== "";
  const lines: LossLine[] = [];
  if (held && (strong || !loss))
    lines.push({ ...ofCurve(held), color: stroke.color, width: strong ? 1.5 : THIN, dash: DASHED });
  if (loss) {
    const { color, dash } = stroke;
    lines.push({ ...ofCurve(loss), color, dash, width: strong ? 2 : THIN, mean: true, raw: strong });
  }
  return lines;
}

/** Whose curve the list's place is, and which of its two. */
const told = (): { readonly run: RunCurves; readonly curve: Curve }[] =>
  runCurves.value.flatMap((run) => {
    const found = [run.train, run.letter !== "" || !run.train ? run.validation : null];
    return found.flatMap((curve) => (curve ? [{ run, curve }] : []));
  });

const shownCurves = () => told().map(({ curve }) => curve);

const REACH = 10;

export function pointedAt(
  event: PointerEvent,
  element: HTMLElement | null,
  plot: Plot,
  steps: readonly [number, number] | null,
): Hit | null {
  const box = element?.getBoundingClientRect();
  const curves = shownCurves();
  const ends = lossEnds(curves);
  if (!box || !steps || !ends || event.pointerType === "touch") return null;
  const x = mapper(steps[0], steps[1], plot.left, plot.right);
  return nearestCurve(curves, event.clientX - box.left, event.clientY - box.top, x, heightOf(plot, ends), REACH);
}

const drawnEnds = computed(() => {
  const own = [train.value, validation.value].filter((one) => one !== null);
  return lossEnds(runCurves.value.length > 0 ? shownCurves() : own);
});

/** Where a run's curve stands at a step, as it is drawn; NaN where it has none. */
export function curveHeight(plot: Plot, which: "a" | "b", at: number): number {
  const several = runCurves.value;
  const letter = which.toUpperCase();
  const own = several.find((one) => one.letter === letter) ?? null;
  const curve = own ? (own.train ?? own.validation) : (train.value ?? validation.value);
  const ends = drawnEnds.value;
  const value = valueAt(curve, at);
  return ends && value !== null ? heightOf(plot, ends)(value) : Number.NaN;
}

const CARD_WIDTH = 180;

/** Whose curve is under the pointer, and what was measured there. */
export function CurveCard({ hit, width }: { hit: Hit; width: number }) {
  const one = told()[hit.curve];
  if (!one) return null;
  const left = Math.max(0, Math.min(width - CARD_WIDTH - 8, hit.x + 12));
  return (
    <div class="curve-card" style={{ left: `${left}px` }}>
      <b>
        <i class="run-stroke" style={strokeStyle(one.run.stroke)} />
        <span>
          {one.run.letter && `${one.run.letter} · `}
          {shortRunName(one.run.run)}
        </span>
      </b>
      <span>
        {one.curve.tag} {number(hit.value)} at step {integer(hit.step)}
      </span>
    </div>
  );
}
