/** Brings the chosen statistic of all layers: over the whole run, and over the part that is zoomed to. */

import { effect, untracked } from "@preact/signals";
import { getHeat } from "../api";
import type { Reply } from "../pvz1";
import type { HeatHeader, RunInfo } from "../wire.gen";
import { latest, REST_MS } from "./latest";
import { showing } from "./settings";
import { layersModel as model, layersRun as run } from "./side";
import { type Heat, heat, heatRange, setHeatRange, setStat, stat, zoomedHeat } from "./statistics";
import { stepColumns } from "./step_columns";

/** As many as a wide canvas has px. */
const COLUMNS = 1440;
/** What is shown where nothing else is asked for. */
const USUAL = stat.peek();
/** A run that grows is asked about again after so long. */
const GROWTH_MS = 1500;

/** Starts; returns what stops it. wanted: whether any view shows statistics now. */
export function followStatistics(wanted: () => boolean): () => void {
  const whole = latest(async (signal) => {
    const name = run.peek()?.run;
    if (!name) return;
    const found = heatOf(await getHeat({ run: name, stat: stat.peek(), columns: COLUMNS }, signal));
    if (!signal.aborted && run.peek()?.run === name) heat.value = found;
  });
  const part = latest(async (signal) => {
    const [name, range] = [run.peek()?.run, heatRange.peek()];
    if (!name || !range) return;
    const [from, to] = [Math.floor(range[0]), Math.ceil(range[1])];
    const found = heatOf(await getHeat({ run: name, stat: stat.peek(), columns: COLUMNS, from, to }, signal), [
      from,
      to,
    ]);
    if (!signal.aborted && run.peek()?.run === name && heatRange.peek() === range) zoomedHeat.value = found;
  });
  let last = "";
  const stop = effect(() => {
    const info = run.value;
    const known = model.value;
    if (!info || known?.run !== info.run) {
      heat.value = null;
      zoomedHeat.value = null;
      last = "";
      return;
    }
    if (!wanted() || !showing.value) return;
    if (!known.stats.includes(stat.value)) {
      // A run of another version, or a link with a slip of the pen.
      const [first] = known.stats;
      if (first !== undefined) untracked(() => setStat(known.stats.includes(USUAL) ? USUAL : first));
      return;
    }
    if (heatRange.value && !overlaps(heatRange.value, info)) untracked(() => setHeatRange(null));
    const what = `${info.run} ${info.generation} ${known.session_id} ${stat.value}`;
    if (heat.peek() && what !== last) {
      zoomedHeat.value = null;
      if (heat.peek()?.run !== info.run) heat.value = null;
    }
    const grown = what === last;
    last = what;
    whole.want(`${what} ${info.snapshots} ${info.last_step}`, grown ? GROWTH_MS : 0);
    const range = heatRange.value;
    if (range) part.want(`${what} ${info.snapshots} ${range}`, grown ? GROWTH_MS / 2 : REST_MS);
    else zoomedHeat.value = null;
  });
  return () => {
    stop();
    whole.stop();
    part.stop();
  };
}

/** A part of one run may lie beyond all steps of another. */
function overlaps([first, last]: readonly [number, number], info: RunInfo): boolean {
  if (info.first_step === null || info.last_step === null) return true;
  return last >= info.first_step && first <= info.last_step;
}

export function heatOf(reply: Reply<HeatHeader>, range: readonly [number, number] | null = null): Heat {
  const { header } = reply;
  return {
    ...stepColumns(reply),
    stat: header.stat,
    log: header.log,
    held: header.held,
    broken: reply.bytes("broken"),
    layers: header.layers.length,
    range,
  };
}
