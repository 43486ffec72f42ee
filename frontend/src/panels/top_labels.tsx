/** What some rows are, in a line or two: the most frequent labels and, where it is known, how long their vectors are on average. */

import { number } from "../format";
import { middleOf, mostFrequent } from "../rows/group_numbers";
import { MEASURES } from "../store/measures";
import { cloud } from "../store/timeline";

const MOST = 12;

export function TopLabels({ rows, norm = false }: { rows: readonly number[]; norm?: boolean }) {
  const now = cloud.value;
  const norms = norm ? MEASURES.norm.values.value : null;
  const mean = norms ? middleOf(norms, rows).mean : Number.NaN;
  const labels = mostFrequent(rows, now?.counts ?? null)
    .slice(0, MOST)
    .map((row) => now?.words.display[row] ?? "");
  return (
    <div class="top-labels">
      <p class="mono">{labels.join(" ")}</p>
      {Number.isFinite(mean) && <p>mean norm {number(mean)}</p>}
    </div>
  );
}
