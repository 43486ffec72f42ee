/** A layer's statistics over the run: three at first, all when asked. */

import { useMemo, useState } from "preact/hooks";
import { brief, integer } from "../format";
import { indexAt } from "../store/curves";
import { hoverStep } from "../store/hover_step";
import { openLarge } from "../store/large_chart";
import { limitsAt, standing } from "../store/layer_bands";
import { type Course, coursesHere, readingAt } from "../store/layer_course";
import { layers } from "../store/layers";
import { statName } from "../store/stat_names";
import { step } from "../store/timeline";
import { rateHere } from "../store/training";
import { chartData } from "./charts/chart_data";
import { endsOf } from "./charts/plot";
import { StatChart } from "./charts/stat_chart";
import { IconButton } from "./controls";
import { Explain } from "./explain";
import { hereOfLayer } from "./explain_here";
import { statText } from "./stat_text";

const FIRST = ["update_ratio", "grad_norm", "weight_norm"];
const HEIGHT = 52;

export function LayerCharts({ layer }: { layer: number }) {
  const [all, setAll] = useState(false);
  const course = coursesHere.value.get(layers.value[layer]?.path ?? "");
  if (!course) return <div class="section charts waiting" aria-hidden="true" />;
  const drawable = course.stats.filter((stat) => chartData(course, layer, stat) !== null);
  if (drawable.length === 0 || course.total < 2) return null;
  const first = FIRST.filter((stat) => drawable.includes(stat));
  const shown = all ? [...first, ...drawable.filter((stat) => !first.includes(stat))] : first;
  const more = drawable.length - first.length;
  return (
    <section class="section charts" aria-label="Over the run">
      {shown.map((stat) => (
        <LayerChart key={stat} course={course} layer={layer} stat={stat} />
      ))}
      {more > 0 && (
        <button type="button" class="link" aria-expanded={all} onClick={() => setAll(!all)}>
          {all ? `Show ${integer(first.length)} charts` : `Show all ${integer(drawable.length)} charts`}
        </button>
      )}
    </section>
  );
}

function LayerChart({ course, layer, stat }: { course: Course; layer: number; stat: string }) {
  const rate = rateHere.value;
  const data = useMemo(() => chartData(course, layer, stat), [course, layer, stat, rate]);
  const ends = useMemo(() => data && endsOf(data), [data]);
  if (!data || !ends) return null;
  const { name } = statName(stat);
  const now = readingAt(layer, stat, step.value).value;
  const stands = standing(now, limitsAt(layer, stat, step.value));
  const label =
    `${name} over steps ${integer(data.range[0])} to ${integer(data.range[1])}, between ${brief(ends[0])} and ` +
    `${brief(ends[1])}; ${statText(stat, now)} at the cursor${stands ? `, ${stands}` : ""}`;
  return (
    <figure class="layer-chart">
      <figcaption>
        <span>
          {name}
          <Explain of={`stat:${stat}`} here={hereOfLayer(layer)} />
        </span>
        <b class={stands === null || stands === "in band" ? undefined : "watched"}>
          <ChartReading
            data={data}
            stat={stat}
            at={stands === null || stands === "in band" ? statText(stat, now) : `${statText(stat, now)}, ${stands}`}
          />
        </b>
        <IconButton icon="full" label={`${name}, larger`} onClick={() => openLarge(stat, layer)} />
      </figcaption>
      <div class="chart-row">
        <StatChart data={data} height={HEIGHT} label={label} />
        <span class="spark-high">{brief(ends[1])}</span>
        <span class="spark-low">{brief(ends[0])}</span>
      </div>
    </figure>
  );
}

/** At the hairline while the pointer is on a chart; else what is said at the cursor. Alone, as it changes with each move. */
function ChartReading({
  data,
  stat,
  at,
}: {
  data: { steps: Float64Array; shown: ArrayLike<number> };
  stat: string;
  at: string;
}) {
  const hovered = hoverStep.value;
  if (hovered === null) return <>{at}</>;
  const index = indexAt(data.steps, hovered);
  if (index < 0) return <>{at}</>;
  return (
    <>
      {statText(stat, data.shown[index] ?? Number.NaN)} at {integer(data.steps[index])}
    </>
  );
}
