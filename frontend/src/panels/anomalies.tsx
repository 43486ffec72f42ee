/** Where something is wrong in the training, by step: each goes there. */

import { SEVERITY_NAMES } from "../findings/severity";
import { titleOf } from "../findings/titles";
import { integer } from "../format";
import { soFar } from "../store/finding_marks";
import { openFinding, openFindings } from "../store/finding_shown";
import { insights } from "../store/insights";
import { SeverityShape } from "./severity";

const MOST = 6;

export function Anomalies() {
  if (!insights.value) return null;
  const all = soFar.value.filter((one) => one.severity !== "note");
  if (all.length === 0) {
    const notes = soFar.value.length > 0;
    return <p class="anomalies">{notes ? "Nothing worse than a note up to here" : "No anomalies up to here"}</p>;
  }
  const shown = [...all].sort((one, other) => one.first_step - other.first_step).slice(0, MOST);
  return (
    <p class="anomalies">
      <span>Anomalies at step</span>
      {shown.map((one, i) => (
        <button
          key={`${one.insight} ${one.first_step} ${i}`}
          type="button"
          class="link"
          title={`${SEVERITY_NAMES[one.severity]}: ${titleOf(one)}`}
          aria-label={`${SEVERITY_NAMES[one.severity]} at step ${integer(one.first_step)}: ${titleOf(one)}`}
          onClick={() => openFinding(one)}
        >
          <SeverityShape of={one.severity} size={12} />
          {integer(one.first_step)}
        </button>
      ))}
      {all.length > MOST && (
        <button type="button" class="link" onClick={() => openFindings()}>
          {integer(all.length - MOST)} more
        </button>
      )}
    </p>
  );
}
