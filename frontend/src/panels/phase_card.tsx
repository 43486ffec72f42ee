/** What is known of a phase: its steps, why it is one, and what the schedule does in it. */

import { integer, wholePercent } from "../format";
import { phaseColor, phaseName } from "../insight/phase_looks";
import { type Segment, ticksOf } from "../insight/strip";
import { theme } from "../store/settings";
import type { Boundary, Phase } from "../wire.gen";
import { Explain } from "./explain";

export const stepsSaid = ({ first_step, last_step }: Phase) => `steps ${integer(first_step)}–${integer(last_step)}`;

const CARD_WIDTH = 264;

interface CardProps {
  readonly segment: Segment;
  readonly schedule: readonly Boundary[];
  readonly width: number;
  onLoop(): void;
}

/** It touches the strip, so that the pointer gets to its button. */
export function PhaseCard({ segment, schedule, width, onLoop }: CardProps) {
  const { phase } = segment;
  const within = ({ step }: Boundary) => step >= phase.first_step && step <= phase.last_step;
  const left = Math.max(0, Math.min(width - CARD_WIDTH, segment.left + Math.min(segment.width, CARD_WIDTH) / 2 - 40));
  const steps = stepsSaid(phase);
  const marks = schedule.filter(within).map(({ name }) => `boundary:${name}`);
  const explained = [`phase:${phase.name}`, ...marks, ...(phase.provisional ? ["told:provisional"] : [])];
  return (
    <div class="phase-card" style={{ left: `${left}px`, width: `${CARD_WIDTH}px` }}>
      {/* biome-ignore lint/a11y/useSemanticElements: no form */}
      <div class="insight-card" role="group" aria-label={phaseName(phase.name)}>
        <b>
          <i style={{ background: phaseColor(phase.name, theme.value) }} />
          {phaseName(phase.name)}
          <Explain of={explained} />
        </b>
        <span>
          {steps.charAt(0).toUpperCase() + steps.slice(1)} · {wholePercent(phase.confidence)} sure
        </span>
        <p>{phase.reason}</p>
        {phase.provisional && <p>Provisional: what comes next may still change it.</p>}
        {ticksOf(schedule.filter(within), (step) => step * 6, integer).map((tick) => (
          <p key={tick.x} class="phase-boundary">
            {tick.said}
          </p>
        ))}
        <button type="button" class="link" tabIndex={-1} onClick={onLoop}>
          Loop this phase
        </button>
        <small class="wide-only">Click: go to its beginning. Shift-click: loop it</small>
      </div>
    </div>
  );
}
