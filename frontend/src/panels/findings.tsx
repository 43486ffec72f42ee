/** The findings of the run, a layer or a row in the inspector: the worst three, then all of them. */

import { enumerated, lookedAt } from "../findings/looked_at";
import { naming } from "../findings/select";
import { integer, plural } from "../format";
import { comparing } from "../store/compare";
import { otherCurves } from "../store/compare_curves";
import { curvesKnown, train, validation } from "../store/curves";
import { findingsOfRow, later, soFar } from "../store/finding_marks";
import { openFinding, showWholeLists, wholeLists } from "../store/finding_shown";
import { sideInsights } from "../store/insights";
import { layers } from "../store/layers";
import { probe } from "../store/probe";
import { side, sideModel } from "../store/side";
import type { Finding } from "../wire.gen";
import { Explain } from "./explain";
import { FindingRow } from "./finding_row";
import { Roving } from "./roving";
import { SideSwitch } from "./side_switch";

const FEW = 3;
const NONE: readonly Finding[] = [];

/** Of the whole run up to the cursor. */
export function RunFindings() {
  if (!sideInsights.value && !comparing.value) return null;
  return (
    <section class="section findings" aria-label="Findings">
      <List all={soFar.value} switchable />
      {!sideInsights.value && <p class="hint">Not looked through yet.</p>}
      {soFar.value.length === 0 && <NothingFound coming={later.value.length} />}
      <Later all={later.value} />
    </section>
  );
}

/** place: of the layer. Nothing is said where nothing was found: that is most layers. */
export function LayerFindings({ place }: { place: number }) {
  const path = layers.value[place]?.path;
  if (path === undefined) return null;
  return <Naming found={naming(soFar.value, path)} coming={naming(later.value, path)} />;
}

export function RowFindings({ row }: { row: number }) {
  return <Naming found={findingsOfRow(row)} coming={NONE} />;
}

export function GroupFindings({ rows }: { rows: readonly number[] }) {
  const wanted = new Set(rows.flatMap((row) => findingsOfRow(row)));
  return <Naming found={soFar.value.filter((one) => wanted.has(one))} coming={NONE} />;
}

function Naming({ found, coming }: { found: readonly Finding[]; coming: readonly Finding[] }) {
  if (found.length + coming.length === 0) return null;
  return (
    <section class="section findings" aria-label="Findings">
      <List all={found} />
      <Later all={coming} />
    </section>
  );
}

/** switchable: of two runs that are compared, the other one's can be listed instead. */
function List({ all, switchable = false }: { all: readonly Finding[]; switchable?: boolean }) {
  const whole = wholeLists.value;
  return (
    <>
      <div class="section-head">
        <h3>
          Findings
          <Explain of={["told:severity", "told:confidence"]} label="severity and certainty" />
        </h3>
        {switchable && <SideSwitch label="Findings of" />}
        {all.length > FEW && (
          <button type="button" class="link" aria-expanded={whole} onClick={() => showWholeLists(!whole)}>
            {whole ? `Show ${FEW}` : `Show all ${integer(all.length)}`}
          </button>
        )}
      </div>
      {all.length > 0 && (
        <Roving as="ul" along="list" class="finding-list">
          {(whole ? all : all.slice(0, FEW)).map((one, i) => (
            <FindingRow key={`${one.insight} ${one.first_step} ${i}`} of={one} />
          ))}
        </Roving>
      )}
    </>
  );
}

/** They aren't told yet, and not lost. */
function Later({ all }: { all: readonly Finding[] }) {
  const first = all.reduce<Finding | null>(
    (found, one) => (!found || one.first_step < found.first_step ? one : found),
    null,
  );
  if (!first) return null;
  return (
    <p class="hint findings-later">
      {integer(all.length)} more later in the run.{" "}
      <button type="button" class="link" onClick={() => openFinding(first)}>
        Go to the next, step {integer(first.first_step)}
      </button>
    </p>
  );
}

function NothingFound({ coming }: { coming: number }) {
  const [record, found] = [sideModel.value, sideInsights.value];
  const beside = side.value === "b";
  const curves = beside ? otherCurves.value : { train: train.value, validation: validation.value };
  if (!record || !found || !curves || (!beside && !curvesKnown.value)) return null;
  const { looked, missing } = lookedAt({
    record,
    train: curves.train !== null,
    validation: curves.validation !== null,
    probe: (!beside && probe.value !== null) || record.schedule.level === "full",
    snapshots: found.snapshots,
  });
  return (
    <>
      <p class="hint">
        Nothing found {coming > 0 ? "up to here" : `in ${plural(found.snapshots, "snapshot")}`}
        {looked.length > 0 && `, looking at ${enumerated(looked)}`}.
      </p>
      {missing.length > 0 && (
        <ul class="hint findings-missing">
          {missing.map((sentence) => (
            <li key={sentence}>{sentence}</li>
          ))}
        </ul>
      )}
    </>
  );
}
