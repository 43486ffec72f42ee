/** A statistic of a layer in a window of its own: all statistics, a part of the run in finer columns. */

import { useMemo } from "preact/hooks";
import { integer } from "../../format";
import { indexAt } from "../../store/curves";
import { sentence } from "../../store/explanations";
import { hoverStep } from "../../store/hover_step";
import {
  closeLarge,
  largeCourse,
  largeLayer,
  largeLog,
  largeRange,
  largeStat,
  moveLarge,
  setLargeLog,
  setLargeRange,
  setLargeStat,
  zoomLarge,
} from "../../store/large_chart";
import { coursesHere } from "../../store/layer_course";
import { layers } from "../../store/layers";
import { shortPath } from "../../store/same_kind";
import { statChoices, statName } from "../../store/stat_names";
import { step } from "../../store/timeline";
import { rateHere } from "../../store/training";
import { Select, Switch } from "../controls";
import { Dialog } from "../dialog";
import { Explain } from "../explain";
import { hereOfLayer } from "../explain_here";
import { BandWords } from "../layer_meaning";
import { statText } from "../stat_text";
import { chartData, isLog } from "./chart_data";
import type { ChartData } from "./plot";
import { StatChart } from "./stat_chart";

export function LargeChart() {
  const stat = largeStat.value;
  const layer = largeLayer.value ?? 0;
  const one = layers.value[layer];
  const open = stat !== null && one !== undefined;
  return (
    <Dialog open={open} title={open ? shortPath(layers.value, one.path) : ""} class="large-chart" onClose={closeLarge}>
      {open && <Body stat={stat} layer={layer} path={one.path} />}
    </Dialog>
  );
}

function Body({ stat, layer, path }: { stat: string; layer: number; path: string }) {
  const range = largeRange.value;
  const course = largeCourse.value?.path === path ? largeCourse.value : coursesHere.value.get(path);
  const log = largeLog.value ?? isLog(stat);
  const rate = rateHere.value;
  const data = useMemo(
    () => (course ? chartData(course, layer, stat, log, range ?? undefined) : null),
    [course, layer, stat, log, range, rate],
  );
  return (
    <>
      <div class="chart-tools">
        <Select
          label="Statistic"
          hideLabel
          value={stat}
          choices={statChoices(course?.stats ?? [stat])}
          onChange={setLargeStat}
        />
        <Explain of={`stat:${stat}`} here={hereOfLayer(layer)} />
        <Switch label="Log scale" on={log} onChange={setLargeLog} explain="control:log_scale" />
        <span class="spacer" />
        <button type="button" class="button" disabled={range === null} onClick={() => moveLarge(-0.5)}>
          Earlier
        </button>
        <button type="button" class="button" disabled={range === null} onClick={() => moveLarge(0.5)}>
          Later
        </button>
        <button type="button" class="button" onClick={() => zoomLarge(0.5, step.value ?? 0)}>
          Zoom in
        </button>
        <button type="button" class="button" disabled={range === null} onClick={() => zoomLarge(2, step.value ?? 0)}>
          Zoom out
        </button>
        <button type="button" class="button" disabled={range === null} onClick={() => setLargeRange(null)}>
          Whole run
        </button>
      </div>
      {data ? (
        <StatChart
          data={data}
          height={320}
          axes
          label={`${statName(stat).name} over steps ${integer(data.range[0])} to ${integer(data.range[1])}`}
          onMark={(from, to) => setLargeRange([from, to])}
        />
      ) : (
        <p class="hint large-empty">
          {course ? (log ? "Nothing above zero was measured here." : "It was not measured here.") : "Reading"}
        </p>
      )}
      <p class="chart-reading" aria-live="off">
        {data ? <HoverReading data={data} stat={stat} /> : ""}
      </p>
      <p class="hint">
        {sentence(`stat:${stat}`, 0)} Drag over the chart to see a part of the run, click to go to a step.
      </p>
      <div class="explanation">
        <BandWords layer={layer} stat={stat} />
      </div>
    </>
  );
}

/** What the column under the hairline, or under the cursor, holds. */
function HoverReading({ data, stat }: { data: ChartData; stat: string }) {
  const at = hoverStep.value ?? step.value ?? 0;
  const index = Math.max(0, indexAt(data.steps, at));
  const [shown, low, high] = [data.shown[index], data.low[index], data.high[index]] as [number, number, number];
  const spread = low < high ? `, from ${statText(stat, low)} to ${statText(stat, high)} around it` : "";
  return (
    <>
      Step {integer(data.steps[index])}: <b>{statText(stat, shown)}</b>
      {spread}
    </>
  );
}
