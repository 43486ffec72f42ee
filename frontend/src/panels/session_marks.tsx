/** Where a run was begun again: a mark on the time axis for each session after the first. */

import type { SessionMark } from "../comparing/session_marks";
import { integer } from "../format";
import { comparing } from "../store/compare";
import { seekStep } from "../store/playback";
import { marks, otherMarks } from "../store/sessions";

export function SessionMarks({ across }: { across: (step: number) => number }) {
  const list = [
    ...marks.value.map((mark) => ({ mark, letter: comparing.value ? "A" : "" })),
    ...otherMarks.value.map((mark) => ({ mark, letter: "B" })),
  ];
  if (list.length === 0) return null;
  return (
    <ul class="session-marks" aria-label="Restarts">
      {list.map(({ mark, letter }) => (
        <li key={`${letter}${mark.step}`} style={{ left: `${across(mark.step)}px` }}>
          <button
            type="button"
            title={said(mark, letter)}
            aria-label={said(mark, letter)}
            onClick={() => seekStep(mark.step)}
          >
            {letter}
            {mark.number}
          </button>
        </li>
      ))}
    </ul>
  );
}

function said({ step, number, of, id, started }: SessionMark, letter: string): string {
  const clock = new Date(started * 1000).toLocaleString();
  return `${letter ? `${letter}: ` : ""}session ${number} of ${of}, ${id}, started ${clock}, from step ${integer(step)}`;
}
