/** The same statistic of the layers that do the same in other blocks, at the cursor. */

import { useEffect, useMemo, useRef } from "preact/hooks";
import { extent, mapper } from "../axis";
import { limitsAt, standing } from "../store/layer_bands";
import { kindStat, readingAt, setKindStat } from "../store/layer_course";
import { chooseLayer, layers } from "../store/layers";
import { roleName } from "../store/role_words";
import { sameKind } from "../store/same_kind";
import { statName } from "../store/stat_names";
import { stats } from "../store/statistics";
import { step } from "../store/timeline";
import { isLog } from "./charts/chart_data";
import { Select } from "./controls";
import { statText } from "./stat_text";

interface Bar {
  readonly layer: number;
  readonly value: number;
  readonly high: number | null;
  readonly outside: string | null;
}

export function SameKindBars({ layer }: { layer: number }) {
  const one = layers.value[layer];
  const all = layers.value;
  const kind = useMemo(() => sameKind(all, layer), [all, layer]);
  const list = useRef<HTMLUListElement>(null);
  useEffect(() => {
    const shown = list.current?.querySelector<HTMLElement>(".chosen");
    // Of a hundred blocks the one that is told of; the inspector itself stays where it was.
    if (list.current && shown) list.current.scrollTop = shown.offsetTop - list.current.clientHeight / 2;
  }, [all, layer]);
  if (!one || kind.length < 2) return null;
  const stat = stats.value.includes(kindStat.value) ? kindStat.value : (stats.value[0] ?? "");
  const at = step.value;
  const bars = kind.map((other): Bar => {
    const { value } = readingAt(other, stat, at);
    const limits = limitsAt(other, stat, at);
    const stands = standing(value, limits);
    return { layer: other, value, high: limits.high, outside: stands === "in band" ? null : stands };
  });
  const width = widths(bars, isLog(stat));
  const banded = bars.some((bar) => bar.high !== null && width(bar.high) < 100);
  return (
    <section class="section" aria-label="The same in other blocks">
      <Select
        label={`${roleName(one.role)} by block`}
        value={stat}
        choices={stats.value.map((value) => ({ value, name: statName(value).name }))}
        onChange={setKindStat}
      />
      <ul ref={list} class="kind-bars">
        {bars.map((bar) => (
          <li key={bar.layer}>
            <button
              type="button"
              class={bar.layer === layer ? "kind-bar chosen" : "kind-bar"}
              aria-current={bar.layer === layer}
              title={layers.value[bar.layer]?.path}
              onClick={() => chooseLayer(bar.layer)}
            >
              <span>Block {layers.value[bar.layer]?.block}</span>
              <span class="bar-track">
                <i class={bar.outside ? "bar outside" : "bar"} style={{ width: `${width(bar.value)}%` }} />
                {bar.high !== null && width(bar.high) < 100 && (
                  <i class="band-end" style={{ left: `${width(bar.high)}%` }} />
                )}
              </span>
              <span class={bar.outside ? "figure watched" : "figure"}>
                {statText(stat, bar.value)}
                {bar.outside && <span class="hidden-text"> {bar.outside}</span>}
              </span>
            </button>
          </li>
        ))}
      </ul>
      {banded && <p class="as-of">The mark is where each one’s healthy band ends.</p>}
    </section>
  );
}

/** Length of a bar in per cent of the track. From 0; where values lie over more than two decades, by their logarithm. */
function widths(bars: readonly Bar[], log: boolean): (value: number) => number {
  const values = bars.map((bar) => Math.abs(bar.value));
  const found = extent([values], log);
  if (!found) return () => 0;
  const far = log && found[1] / found[0] > 100;
  const map = far ? mapper(found[0] / 3, found[1], 0, 100, true) : mapper(0, found[1] || 1, 0, 100);
  return (value) => (Number.isFinite(value) ? Math.min(100, Math.max(0, map(Math.abs(value)))) : 0);
}
