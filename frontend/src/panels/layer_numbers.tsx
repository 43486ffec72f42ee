/** A layer's numbers at the cursor: six that are looked at first, and all the others with what they mean. */

import { compact, integer, percent } from "../format";
import { sentence } from "../store/explanations";
import { limitsAt, standing } from "../store/layer_bands";
import { readingAt, snapshotNow } from "../store/layer_course";
import { layers } from "../store/layers";
import { whyNotMeasured } from "../store/not_measured";
import { layersModel as model } from "../store/side";
import { statName } from "../store/stat_names";
import { stats } from "../store/statistics";
import { ordinal, place, step } from "../store/timeline";
import { Reading } from "./controls";
import { Explain } from "./explain";
import { hereOfLayer } from "./explain_here";
import { Section } from "./section";
import { statText } from "./stat_text";

const FIRST = ["grad_norm", "weight_norm", "update_ratio"] as const;
const THEN = ["weight_rms", "weight_max_abs"] as const;

export function LayerNumbers({ layer }: { layer: number }) {
  const one = layers.value[layer];
  if (!one) return null;
  const all = layers.value.reduce((sum, each) => sum + each.parameters, 0);
  const why = [...FIRST, ...THEN].flatMap((stat) => hint(layer, stat) ?? []);
  return (
    <section class="section" aria-label="Numbers">
      <dl class="readings">
        {FIRST.map((stat) => (
          <StatReading key={stat} layer={layer} stat={stat} />
        ))}
        <Reading name="Weights">
          {one.parameters > 0 ? compact(one.parameters) : integer(0)}
          <small>{one.parameters > 0 ? `${percent(one.parameters / all)} of model` : "counted elsewhere"}</small>
        </Reading>
        {THEN.map((stat) => (
          <StatReading key={stat} layer={layer} stat={stat} />
        ))}
      </dl>
      {[...new Set(why)].map((sentence) => (
        <p key={sentence} class="as-of not-measured">
          {sentence}
        </p>
      ))}
      <div class="as-of explained">
        <span>{asOf()}</span>
        <Explain
          of={[...FIRST, ...THEN].map((stat) => `stat:${stat}`)}
          label="these numbers"
          here={hereOfLayer(layer)}
        />
      </div>
    </section>
  );
}

function StatReading({ layer, stat }: { layer: number; stat: string }) {
  const { value, held } = readingAt(layer, stat, step.value);
  const stands = standing(value, limitsAt(layer, stat, step.value));
  const name = stat === "weight_max_abs" ? "Largest" : statName(stat).name;
  return (
    <Reading name={name}>
      <span class={stands === null || stands === "in band" ? undefined : "watched"}>{statText(stat, value)}</span>
      {stands !== null && stands !== "in band" && <small class="watched">{stands}</small>}
      {stands === null && held && !Number.isNaN(value) && <small>as last measured</small>}
    </Reading>
  );
}

/** Numbers are those of a snapshot, though the cursor may stand between two. */
function asOf(): string {
  const now = snapshotNow.value;
  if (!now || now.run !== model.value?.run || now.step !== step.value) return "Reading";
  const between = place.value !== ordinal.value;
  return between ? `Of step ${integer(now.step)}` : `As recorded at step ${integer(now.step)}`;
}

/** Why there is no number; null where there is one, or it isn't known yet. named: the statistic's name isn't beside it. */
function hint(layer: number, stat: string, named = true): string | null {
  const [one, record] = [layers.value[layer], model.value];
  if (!one || !record || snapshotNow.value?.run !== record.run) return null;
  if (!Number.isNaN(readingAt(layer, stat, step.value).value)) return null;
  const why = whyNotMeasured(stat, one, record);
  // A sentence of the layer as a whole needs no name before it.
  return named && why?.startsWith("Pass ") ? `${statName(stat).name}: ${why}` : why;
}

export function AllStatistics({ layer }: { layer: number }) {
  const six = new Set<string>([...FIRST, ...THEN]);
  const rest = stats.value.filter((stat) => !six.has(stat));
  if (rest.length === 0) return null;
  return (
    <div class="section folds">
      <Section name="All statistics" state={`${integer(rest.length)} more`}>
        <div class="explained">
          <Explain of={rest.map((stat) => `stat:${stat}`)} label="all these statistics" here={hereOfLayer(layer)} />
        </div>
        <dl class="stat-list">
          {rest.map((stat) => (
            <StatRow key={stat} layer={layer} stat={stat} />
          ))}
        </dl>
      </Section>
    </div>
  );
}

function StatRow({ layer, stat }: { layer: number; stat: string }) {
  const { value, held } = readingAt(layer, stat, step.value);
  const stands = standing(value, limitsAt(layer, stat, step.value));
  const { name } = statName(stat);
  const why = hint(layer, stat, false);
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        <b class={stands === null || stands === "in band" ? undefined : "watched"}>{statText(stat, value)}</b>
        {stands !== null && ` · ${stands}`}
        {stands === null && held && !Number.isNaN(value) && " · as last measured"}
      </dd>
      <dd class="meaning">
        {sentence(`stat:${stat}`, 0)} {why !== null && <i>{why}</i>}
      </dd>
    </div>
  );
}
