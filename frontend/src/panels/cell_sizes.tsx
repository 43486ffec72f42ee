/** How large the entries of a matrix are, as far as its picture tells: sizes of its cells, beside mean, deviation and largest. */

import { useMemo } from "preact/hooks";
import { brief, integer } from "../format";
import { readingAt } from "../store/layer_course";
import { cellsOf } from "../store/load_cells";
import { step } from "../store/timeline";
import { histogram } from "../training/histogram";
import { Reading } from "./controls";
import { Explain } from "./explain";
import { statText } from "./stat_text";

const BARS = 32;

export function CellSizes({ layer }: { layer: number }) {
  const found = cellsOf(layer);
  const bars = useMemo(() => found && histogram(found.values, BARS), [found?.values, found?.step]);
  if (!found || !bars) return null;
  const most = Math.max(...bars.counts);
  const at = step.value;
  return (
    <section class="section" aria-label="Distribution">
      <div class="section-head">
        <h3>
          Sizes of its cells, step {integer(found.step)}
          <Explain of="measure:weights" />
        </h3>
        <span class="state">log</span>
      </div>
      <svg
        class="cell-sizes"
        viewBox={`0 0 ${BARS} 100`}
        preserveAspectRatio="none"
        role="img"
        aria-label={`Sizes of ${integer(bars.total)} cells, from ${brief(bars.low)} to ${brief(bars.high)}, most near ${brief(bars.mode)}`}
      >
        {bars.counts.map((count, i) => (
          <rect key={i} x={i + 0.08} width={0.84} y={100 - (100 * count) / most} height={(100 * count) / most} />
        ))}
      </svg>
      <div class="cell-ends">
        <span>{brief(bars.low)}</span>
        <span>{brief(bars.high)}</span>
      </div>
      <dl class="readings">
        {(["weight_mean", "weight_std", "weight_max_abs"] as const).map((stat) => (
          <Reading key={stat} name={{ weight_mean: "Mean", weight_std: "Deviation", weight_max_abs: "Largest" }[stat]}>
            {statText(stat, readingAt(layer, stat, at).value)}
          </Reading>
        ))}
      </dl>
      <p class="as-of">
        A cell is the root mean square of eight entries or fewer, so single entries spread wider than this.
        {bars.zeros > 0 && ` ${integer(bars.zeros)} cells are zero.`}
        {bars.broken > 0 && ` ${integer(bars.broken)} cells are not finite.`}
      </p>
    </section>
  );
}
