/** The phases of a run over its heat map: their names in the strip above, white dashed lines where one ends. */

import { mapper } from "../axis";
import { phaseColor } from "../insight/phase_looks";
import { phaseAt } from "../insight/story";
import { type Segment, segmentsOf } from "../insight/strip";
import { replies } from "../store/insights";
import { theme } from "../store/settings";
import { otherVerdictStep, verdictStep } from "../store/verdict";
import { measureLabel } from "./measure_label";

interface PhasesProps {
  readonly which: "a" | "b";
  readonly axis: readonly [number, number] | null;
  /** CSS px from the left edge of the centre. */
  readonly left: number;
  readonly right: number;
}

/** Of the steps shown; px from the left edge of the centre. */
function segmentsWithin({ which, axis, left, right }: PhasesProps): readonly Segment[] {
  const phases = replies[which].value?.now?.phases ?? [];
  if (!axis) return [];
  const across = mapper(axis[0], axis[1], left, right);
  const within = (step: number) => Math.min(right, Math.max(left, across(step)));
  const shown = phases.filter((phase, i) => {
    const end = phases[i + 1]?.first_step ?? phase.last_step;
    return end > axis[0] && phase.first_step < axis[1];
  });
  return segmentsOf(shown, within, measureLabel);
}

export function PhaseNames(props: PhasesProps) {
  const segments = segmentsWithin(props);
  const now = phaseAt(
    segments.map(({ phase }) => phase),
    (props.which === "a" ? verdictStep : otherVerdictStep).value,
  );
  return (
    <div class="heat-phases" aria-hidden="true">
      {segments.map(({ phase, left, width, label }) => (
        <span
          key={phase.first_step}
          class={phase === now ? "now" : ""}
          style={{ left: `${left}px`, width: `${width}px`, "--phase": phaseColor(phase.name, theme.value) }}
        >
          {label}
          {label && phase.provisional && "?"}
        </span>
      ))}
    </div>
  );
}

/** height: px of the lines of layers. */
export function PhaseBorders({ height, ...props }: PhasesProps & { height: number }) {
  const borders = segmentsWithin(props).filter(({ left }) => left > props.left + 1 && left < props.right - 1);
  return (
    <>
      {borders.map(({ phase, left }) => (
        <i
          key={phase.first_step}
          class="heat-border"
          data-step={phase.first_step}
          style={{ left: `${left}px`, height: `${height}px` }}
        />
      ))}
    </>
  );
}
