/** The phase that a run is in at the cursor, as a quiet word beside what a view says of itself. */

import { phaseColor, phaseName } from "../insight/phase_looks";
import { phaseAt } from "../insight/story";
import { replies } from "../store/insights";
import { theme } from "../store/settings";
import { otherVerdictStep, verdictStep } from "../store/verdict";

export function PhaseNote({ which = "a" }: { which?: "a" | "b" }) {
  const phases = replies[which].value?.now?.phases ?? [];
  const now = phaseAt(phases, (which === "a" ? verdictStep : otherVerdictStep).value);
  if (!now) return null;
  return (
    <span class="phase-word wide-only" title={`Phase at the cursor: ${now.reason}`}>
      {" ·"}
      <i style={{ background: phaseColor(now.name, theme.value) }} />
      {phaseName(now.name).toLowerCase()}
      {now.provisional && ", provisional"}
    </span>
  );
}
