/** The phases of a run as a strip over its loss curve: a click goes to where one begins, with Shift it is looped. */

import { useEffect, useRef, useState } from "preact/hooks";
import { integer } from "../format";
import { phaseColor, phaseName } from "../insight/phase_looks";
import { phaseAt } from "../insight/story";
import { type Segment, segmentsOf, ticksOf } from "../insight/strip";
import { comparing } from "../store/compare";
import { boundaries, otherInsights, replies } from "../store/insights";
import { loopOver, seekStep } from "../store/playback";
import { theme } from "../store/settings";
import { otherVerdict, otherVerdictStep, verdict, verdictStep } from "../store/verdict";
import type { Boundary, Phase } from "../wire.gen";
import { measureLabel } from "./measure_label";
import { PhaseCard, stepsSaid } from "./phase_card";

interface StripProps {
  readonly which: "a" | "b";
  /** From steps to px of the dock. */
  readonly across: (step: number) => number;
  readonly left: number;
  readonly right: number;
}

const NO_BOUNDARIES: readonly Boundary[] = [];

/** Px from the dock's upper edge: one strip, or two with less room each. The plot begins below them. */
export const stripTop = (phone: boolean, both: boolean) => (phone ? (both ? 4 : 6) : both ? 10 : 12);
export const stripBottom = (phone: boolean, both: boolean) => stripTop(phone, both) + (both ? 34 : 20);

export function PhaseStrip({ which, across, left, right }: StripProps) {
  const box = useRef<HTMLDivElement>(null);
  const [shown, setShown] = useState<number | null>(null);
  const [focused, setFocused] = useState(0);
  const now = replies[which].value?.now ?? null;
  const at = (which === "a" ? verdictStep : otherVerdictStep).value;
  const list = now?.phases ?? [];
  const current = phaseAt(list, at);
  const inside = (step: number) => Math.min(right, Math.max(left, across(step))) - left;
  const segments = segmentsOf(list, inside, measureLabel);
  const schedule = which === "a" ? boundaries.value : (otherInsights.value?.boundaries ?? NO_BOUNDARIES);
  const name = comparing.value ? `Phases of run ${which.toUpperCase()}` : "Phases";
  const place = Math.min(focused, segments.length - 1);
  const card = shown === null ? undefined : segments[shown];

  const go = (segment: Segment, loops: boolean) => {
    const { first_step: first, last_step: last } = segment.phase;
    seekStep(first);
    if (loops) loopOver(first, last);
  };
  // What explains a word of the card belongs to it.
  const leave = (to: Node | null) => {
    const explaining = box.current?.querySelector('.explain[aria-expanded="true"]') != null;
    if (!explaining && !box.current?.contains(to)) setShown(null);
  };
  useEffect(() => {
    if (shown === null) return;
    const away = (event: PointerEvent) => {
      if (!box.current?.contains(event.target as Node)) setShown(null);
    };
    document.addEventListener("pointerdown", away);
    return () => document.removeEventListener("pointerdown", away);
  }, [shown === null]);
  const step = (to: number) => {
    const next = Math.min(segments.length - 1, Math.max(0, to));
    setFocused(next);
    box.current?.querySelectorAll<HTMLElement>(".phase")[next]?.focus();
  };
  const onKey = (event: KeyboardEvent) => {
    const moves: Record<string, number> = { ArrowLeft: place - 1, ArrowRight: place + 1, Home: 0, End: Infinity };
    const to = moves[event.key];
    const closes = event.key === "Escape" && shown !== null;
    if (to === undefined && !closes) return;
    event.preventDefault();
    if (closes) setShown(null);
    else step(to as number);
  };

  return (
    // biome-ignore lint/a11y/useSemanticElements: a row of buttons, no form
    <div
      ref={box}
      class={`phase-strip ${which}`}
      role="group"
      aria-label={name}
      style={{ left: `${left}px`, width: `${Math.max(0, right - left)}px` }}
      onKeyDown={onKey}
      onPointerLeave={(event) => event.pointerType === "mouse" && leave(null)}
      onFocusOut={(event) => leave(event.relatedTarget as Node | null)}
    >
      {comparing.value && (
        <span class="phase-letter" aria-hidden="true">
          {which.toUpperCase()}
        </span>
      )}
      {segments.map((segment, i) => (
        <button
          key={segment.phase.first_step}
          type="button"
          class={segment.phase === current ? "phase now" : "phase"}
          style={{
            left: `${segment.left}px`,
            width: `${segment.width}px`,
            "--phase": phaseColor(segment.phase.name, theme.value),
          }}
          tabIndex={i === place ? 0 : -1}
          aria-label={`${said(segment.phase)}. ${segment.phase.reason}`}
          aria-current={segment.phase === current ? "step" : undefined}
          onClick={(event) => go(segment, event.shiftKey)}
          onPointerEnter={(event) => event.pointerType === "mouse" && setShown(i)}
          onFocus={() => {
            setFocused(i);
            setShown(i);
          }}
        >
          <span>
            {segment.label}
            {segment.label && segment.phase.provisional && "?"}
          </span>
        </button>
      ))}
      {ticksOf(schedule, inside, integer).map((tick) => (
        <i key={tick.x} class="phase-tick" style={{ left: `${tick.x}px` }} role="img" aria-label={tick.said} />
      ))}
      {segments.length === 0 && <p class="phase-note">{noteOf(which)}</p>}
      {card && <PhaseCard segment={card} schedule={schedule} width={right - left} onLoop={() => go(card, true)} />}
    </div>
  );
}

const said = (phase: Phase) =>
  `${phaseName(phase.name)}${phase.provisional ? ", provisional" : ""}, ${stepsSaid(phase)}`;

/** Why there is none. */
function noteOf(which: "a" | "b"): string {
  const judged = (which === "a" ? verdict : otherVerdict).value;
  if (judged.word === "Reading …") return "";
  return judged.word === "No verdict" ? `No phases: ${judged.reason}` : "Too early for phases";
}
