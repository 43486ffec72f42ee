/** Step field, buttons, speed and the live badge: everything that moves the time cursor but the axis itself. */

import { useEffect, useId, useState } from "preact/hooks";
import { duration, integer, UNKNOWN } from "../format";
import { atEnd, following, goLive, loopPart, markLoop, playing, seekStep, stepBy, togglePlay } from "../store/playback";
import { connection, heardAt, run } from "../store/runs";
import { layout, loop, type Pace, pace, setPace, setSpeed, speed, toggleLoop } from "../store/settings";
import { approximate, step, stepRange, total } from "../store/timeline";
import { SPEEDS, speedName } from "../time/playback_math";
import type { RunInfo } from "../wire.gen";
import { IconButton, Select } from "./controls";
import { Icon } from "./icons";

export function Transport() {
  const phone = layout.value === "phone";
  return (
    <section class="transport" aria-label="Playback">
      {phone ? (
        <div class="phone-step">
          <StepText />
          <LiveBadge brief />
        </div>
      ) : (
        <StepField />
      )}
      <Buttons />
      {!phone && <PaceRow />}
      {!phone && <LiveBadge />}
    </section>
  );
}

function Buttons() {
  const none = total.value < 2;
  return (
    <div class="transport-buttons">
      <IconButton icon="back" label="Step back (←)" disabled={none} onClick={() => stepBy(-1)} />
      <button
        type="button"
        class="play"
        aria-label={playing.value ? "Pause (Space)" : "Play (Space)"}
        title={playing.value ? "Pause (Space)" : "Play (Space)"}
        disabled={none}
        onClick={togglePlay}
      >
        <Icon name={playing.value ? "pause" : "play"} size={22} />
      </button>
      <IconButton icon="forward" label="Step forward (→)" disabled={none} onClick={() => stepBy(1)} />
      <span class="spacer" />
      <IconButton icon="loop" label="Loop (L)" pressed={loop.value} disabled={none} onClick={toggleLoop} />
      <Select
        label="Speed"
        hideLabel
        disabled={none}
        value={String(speed.value)}
        choices={SPEEDS.map((value) => ({ value: String(value), name: speedName(value) }))}
        onChange={(value) => setSpeed(Number(value))}
      />
    </div>
  );
}

const PACES: readonly { value: Pace; name: string }[] = [
  { value: "step", name: "steps" },
  { value: "log", name: "log-steps" },
  { value: "snapshot", name: "snapshots" },
];
const PACE_TITLE = "What passes evenly while playing. Log-steps give the beginning of the run more time.";

function PaceRow() {
  const id = useId();
  const none = total.value < 2;
  return (
    <div class="pace-row">
      <label for={id} title={PACE_TITLE}>
        Even in
      </label>
      <select
        id={id}
        aria-label="Playing is even in"
        title={PACE_TITLE}
        disabled={none}
        value={pace.value}
        onChange={(event) => setPace(event.currentTarget.value as Pace)}
      >
        {PACES.map(({ value, name }) => (
          <option key={value} value={value}>
            {name}
          </option>
        ))}
      </select>
      {loop.value && !none && <LoopPart />}
    </div>
  );
}

/** The part to loop over, for those who don't drag along the curve with Shift. */
function LoopPart() {
  const part = loopPart.value;
  const [name, title] =
    part === null
      ? [
          "Loop from here",
          "Loops a part of the run that begins at the cursor. Or drag along the curve with Shift held.",
        ]
      : part.last === null
        ? ["to here", `From step ${integer(part.first)} to the cursor`]
        : ["Loop all", `Loops over steps ${integer(part.first)} to ${integer(part.last)} now`];
  return (
    <button type="button" class="link" title={title} onClick={markLoop}>
      {name}
    </button>
  );
}

function StepText() {
  const last = stepRange.value?.[1];
  return (
    <div class="step-text">
      <b>{integer(step.value)}</b> of {integer(last)}
    </div>
  );
}

function StepField() {
  const [draft, setDraft] = useState<string | null>(null);
  const last = stepRange.value?.[1];
  const submit = () => {
    const wanted = Number((draft ?? "").replaceAll(",", "").trim());
    if (draft !== null && draft.trim() !== "" && Number.isFinite(wanted)) seekStep(wanted);
    setDraft(null);
  };
  return (
    <div class="step-field">
      <label>
        <span>Step</span>
        <input
          type="text"
          inputMode="numeric"
          disabled={total.value === 0}
          value={draft ?? (step.value === null ? UNKNOWN : integer(step.value))}
          onFocus={(event) => event.currentTarget.select()}
          onInput={(event) => setDraft(event.currentTarget.value)}
          onBlur={() => setDraft(null)}
          onKeyDown={(event) => {
            if (event.key === "Enter") {
              submit();
              // The keys of the page are wanted next.
              event.currentTarget.blur();
            }
            if (event.key === "Escape") {
              setDraft(null);
              event.currentTarget.blur();
            }
            event.stopPropagation();
          }}
        />
      </label>
      {last !== undefined && <span class="of">of {integer(last)}</span>}
      {approximate.value && (
        <span class="of" title="This snapshot is still being read; its neighbours are shown">
          ≈
        </span>
      )}
    </div>
  );
}

/** Seconds since a moment, counted while the badge is on screen. */
function useNow(): number {
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    const timer = window.setInterval(() => setNow(Date.now()), 1000);
    return () => window.clearInterval(timer);
  }, []);
  return now;
}

function LiveBadge({ brief = false }: { brief?: boolean }) {
  const now = useNow();
  const info = run.value;
  const state = connection.value;
  if (!info) return <div class="badge">{brief ? "Waiting" : "Waiting for records"}</div>;
  if (state.kind === "lost") {
    const wait = Math.max(0, Math.ceil((state.retryAt - now) / 1000));
    return (
      <output class="badge lost" title={`Last answer ${duration((now - heardAt.value) / 1000)} ago`}>
        <span class="lamp" />
        {brief ? "Offline" : `Reconnecting${wait > 0 ? ` in ${wait} s` : ""}`}
      </output>
    );
  }
  const age = info.last_wall_time === null ? null : now / 1000 - info.last_wall_time;
  if (info.live) {
    if (total.value > 0 && !following.value && !atEnd.value) {
      return (
        <div class="badge-row">
          <span class="badge">{brief ? "Paused" : playing.value ? "Playing" : "Paused here"}</span>
          <button type="button" class="link" onClick={goLive}>
            Go to live
          </button>
        </div>
      );
    }
    return (
      <div class="badge">
        <span class="lamp on" />
        {brief
          ? "Live"
          : info.last_step === null
            ? "Live · no snapshot yet"
            : `Live · step ${integer(info.last_step)}, ${duration(age)} ago`}
      </div>
    );
  }
  return <div class="badge">{brief ? "Finished" : finished(info)}</div>;
}

function finished(info: RunInfo): string {
  return info.last_step === null ? "No snapshot yet" : `Finished · step ${integer(info.last_step)}`;
}
