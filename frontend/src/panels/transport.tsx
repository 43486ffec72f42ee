/** Step field, buttons, speed and the live badge: everything that moves the time cursor but the axis itself. */

import { useEffect, useId, useState } from "preact/hooks";
import { duration, integer, UNKNOWN } from "../format";
import { atEnd, following, goLive, loopPart, markLoop, playing, seekStep, stepBy, togglePlay } from "../store/playback";
import { connection, heardAt, run } from "../store/runs";
import { saved } from "../store/saved";
import { layout, loop, type Pace, pace, setPace, setSpeed, speed, toggleLoop } from "../store/settings";
import { approximate, step, stepRange, total } from "../store/timeline";
import { SPEEDS, speedName } from "../time/playback_math";
import type { RunInfo } from "../wire.gen";
import { IconButton } from "./controls";
import { Explain } from "./explain";
import { Icon } from "./icons";

const PLAYING = ["control:speed", "control:pace", "control:loop", "control:live", "view:loss_axis"] as const;

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
      {!phone && (
        <div class="loop-row">
          <Explain of={PLAYING} label="these controls of time" />
          {loop.value && total.value > 1 && <LoopPart />}
        </div>
      )}
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
      <SpeedSelect disabled={none} />
    </div>
  );
}

const PACES: readonly { value: Pace; name: string }[] = [
  { value: "step", name: "steps" },
  { value: "log", name: "log-steps" },
  { value: "snapshot", name: "snapshots" },
];
const SPEED_TITLE =
  "How fast it plays, and what passes evenly: log-steps give the beginning of the run more time, snapshots the same to each.";

/** One menu for how fast and how evenly: what it shows closed is the speed. */
function SpeedSelect({ disabled }: { disabled: boolean }) {
  const id = useId();
  return (
    <div class="select" title={SPEED_TITLE}>
      <label for={id} class="hidden-text">
        Speed
      </label>
      <select
        id={id}
        value={String(speed.value)}
        disabled={disabled}
        onChange={(event) => {
          const chosen = event.currentTarget.value;
          const even = PACES.find(({ value }) => `even-${value}` === chosen);
          if (even) setPace(even.value);
          else setSpeed(Number(chosen));
          event.currentTarget.value = String(speed.peek());
        }}
      >
        <optgroup label="Speed">
          {SPEEDS.map((value) => (
            <option key={value} value={String(value)}>
              {speedName(value)}
            </option>
          ))}
        </optgroup>
        <optgroup label="Even in">
          {PACES.map(({ value, name }) => (
            <option key={value} value={`even-${value}`}>
              {value === pace.value ? `✓ ${name}` : name}
            </option>
          ))}
        </optgroup>
      </select>
      <Icon name="chevron" size={16} />
    </div>
  );
}

/** The part to loop over, for those who don't drag along the curve with Shift. */
function LoopPart() {
  const part = loopPart.value;
  const [name, title] =
    part === null
      ? ["Loop part", "Loops a part of the run that begins at the cursor. Or drag along the curve with Shift held."]
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
  return <div class="badge">{brief ? (saved.value?.live ? "Saved" : "Finished") : finished(info)}</div>;
}

function finished(info: RunInfo): string {
  if (saved.value?.live && info.last_step !== null)
    return `Saved at step ${integer(info.last_step)}, perhaps still running`;
  return info.last_step === null ? "No snapshot yet" : `Finished · step ${integer(info.last_step)}`;
}
