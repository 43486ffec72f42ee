/** Findings as marks on the loss curve: a click goes to the finding; several close to each other are one mark, which goes through them. */

import { useRef, useState } from "preact/hooks";
import { SEVERITY_NAMES } from "../findings/severity";
import { integer } from "../format";
import { type Mark, marksOf } from "../insight/marks";
import { comparing, pairColors, paneShown } from "../store/compare";
import { sentenceOf } from "../store/finding_marks";
import { findingShown } from "../store/finding_shown";
import { findingKey, findings, otherFindings } from "../store/insights";
import { layout } from "../store/settings";
import { side } from "../store/side";
import { goToFinding, otherVerdictStep, verdictStep } from "../store/verdict";
import type { Finding } from "../wire.gen";
import { Sentence } from "./finding_sentence";
import { Roving } from "./roving";
import { SeverityShape } from "./severity";

/** Least px between two marks; a finger needs more. */
const GAP = { wide: 24, tablet: 24, phone: 44 } as const;
const HEIGHT = 26;

interface MarksProps {
  readonly across: (step: number) => number;
  /** Of the curve at a step, NaN where there is none. */
  readonly height: (which: "a" | "b", step: number) => number;
  readonly top: number;
  readonly bottom: number;
  /** Of the dock. */
  readonly width: number;
}

export function FindingMarks({ across, height, top, bottom, width }: MarksProps) {
  const both = comparing.value;
  const gap = GAP[layout.value];
  // Fingers would not tell the marks of two runs apart: a phone has those of the run that it shows.
  const one = both && layout.value === "phone" ? paneShown.value : null;
  const first = one === "b" ? [] : marksOf(findings.value, across, gap);
  const second = both && one !== "a" ? marksOf(otherFindings.value, across, gap) : [];
  const placed = (which: "a" | "b", marks: readonly Mark[]) =>
    marks.map((mark) => {
      const curve = height(which, mark.step);
      const at = Number.isNaN(curve) ? bottom : curve;
      const over = Math.max(top + HEIGHT / 2, Math.min(bottom - HEIGHT, at - 17));
      // Where A has one already, B's is under its curve.
      const meets = which === "b" && first.some(({ x }) => Math.abs(x - mark.x) < gap);
      const y = meets ? Math.min(bottom - HEIGHT / 2, Math.max(over + 20, at + 17)) : over;
      return (
        <MarkButton key={`${which}${mark.step}`} mark={mark} which={which} both={both} place={{ y, curve, width }} />
      );
    });
  if (first.length + second.length === 0) return null;
  return (
    <Roving as="ul" along="row" class="finding-marks" label="Findings on the loss curve">
      {placed("a", first)}
      {placed("b", second)}
    </Roving>
  );
}

interface ButtonProps {
  readonly mark: Mark;
  readonly which: "a" | "b";
  readonly both: boolean;
  /** Px: of the mark's middle, of the curve under it, and of the dock's right edge. */
  readonly place: { readonly y: number; readonly curve: number; readonly width: number };
}

function MarkButton({ mark, which, both, place }: ButtonProps) {
  const { y, curve, width } = place;
  const { findings: list, severity, x } = mark;
  const [open, setOpen] = useState(false);
  const next = useRef(0);
  const key = findingShown.value && findingKey(findingShown.value);
  const chosen = (!both || which === side.value) && key !== null && list.some((one) => findingKey(one) === key);
  const now = (which === "a" ? verdictStep : otherVerdictStep).value;
  const later = now !== null && mark.step > now;
  const go = () => {
    const at = list.findIndex((one) => findingKey(one) === key);
    const turn = at >= 0 ? at + 1 : next.current;
    goToFinding(which, list[turn % list.length] as Finding);
    next.current = turn + 1;
  };
  const letter = both ? `Run ${which.toUpperCase()}: ` : "";
  return (
    <li class={later ? "later" : ""} style={{ left: `${x}px`, top: `${y}px` }}>
      {curve > y + 9 && (
        <i
          class={both ? "mark-stem both" : "mark-stem"}
          style={{
            height: `${curve - y - 9}px`,
            background: both ? pairColors.value[which === "a" ? 0 : 1] : undefined,
          }}
        />
      )}
      <button
        type="button"
        class={chosen ? "finding-mark chosen" : "finding-mark"}
        aria-label={letter + (list.length > 1 ? `${integer(list.length)} findings. ` : "") + list.map(said).join(" ")}
        onClick={go}
        onPointerEnter={(event) => event.pointerType === "mouse" && setOpen(true)}
        onPointerLeave={() => setOpen(false)}
        onFocus={(event) => event.currentTarget.matches(":focus-visible") && setOpen(true)}
        onBlur={() => setOpen(false)}
        onKeyDown={(event) => {
          if (event.key !== "Escape" || !open) return;
          event.preventDefault();
          setOpen(false);
        }}
      >
        <SeverityShape of={severity} size={14} />
        {list.length > 1 && <small>{integer(list.length)}</small>}
      </button>
      {open && <MarkCard list={list} letter={letter} left={cardLeft(x, width)} />}
    </li>
  );
}

const said = (one: Finding) => `${SEVERITY_NAMES[one.severity]}, step ${integer(one.first_step)}: ${sentenceOf(one)}`;

const TOLD = 4;
const CARD_WIDTH = 280;

/** From the mark, so that the card stays in the dock. */
const cardLeft = (x: number, width: number) => Math.max(8, Math.min(width - CARD_WIDTH - 8, x - CARD_WIDTH / 2)) - x;

function MarkCard({ list, letter, left }: { list: readonly Finding[]; letter: string; left: number }) {
  return (
    <div class="insight-card mark-card" role="tooltip" style={{ left: `${left}px`, width: `${CARD_WIDTH}px` }}>
      {list.slice(0, TOLD).map((one) => (
        <p key={findingKey(one)}>
          <SeverityShape of={one.severity} size={12} />
          <span>
            {letter}
            <Sentence of={one} />
          </span>
        </p>
      ))}
      {list.length > TOLD && <p>and {integer(list.length - TOLD)} more</p>}
      <small>{list.length > 1 ? "Click: go to the worst, again: the next" : "Click: go to it"}</small>
    </div>
  );
}
