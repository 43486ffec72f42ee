/** On the cards of layers, cells and tokens: what was found of it, in a line each. */

import { naming } from "../findings/select";
import { SEVERITY_NAMES } from "../findings/severity";
import { titleOf } from "../findings/titles";
import { integer, plural } from "../format";
import { comparing } from "../store/compare";
import { findingsOfLayer, findingsOfRow } from "../store/finding_marks";
import { findings } from "../store/insights";
import { layers } from "../store/layers";
import { sideLetter } from "../store/side";
import type { Finding } from "../wire.gen";
import { SeverityShape } from "./severity";

const MOST = 2;

/** place: of the layer. from, to: of the steps under the pointer; without them, at the cursor. */
export function LayerFindingWords({ place, from, to }: { place: number; from?: number; to?: number }) {
  const path = layers.value[place]?.path;
  if (path === undefined) return null;
  if (from === undefined || to === undefined) return <Words of={findingsOfLayer(path)} letter={sideLetter.value} />;
  const within = naming(findings.value, path).filter((one) => one.first_step <= to && one.last_step >= from);
  return <Words of={within} letter={comparing.value ? "A" : ""} />;
}

export function RowFindingWords({ row }: { row: number }) {
  return <Words of={findingsOfRow(row)} letter={sideLetter.value} />;
}

function Words({ of, letter }: { of: readonly Finding[]; letter: string }) {
  if (of.length === 0) return null;
  return (
    <>
      {of.slice(0, MOST).map((one) => (
        <span key={`${one.insight} ${one.first_step}`} class={`card-finding ${one.severity}`}>
          <SeverityShape of={one.severity} size={12} />
          {letter && `${letter} · `}
          {SEVERITY_NAMES[one.severity]}: {titleOf(one).toLowerCase()}, from step {integer(one.first_step)}
        </span>
      ))}
      {of.length > MOST && <span>and {plural(of.length - MOST, "more finding")}</span>}
    </>
  );
}
