/** Sentences about what is missing or wrong, each with what to do. */

import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import { duration, plural } from "../format";
import { forgetRefusal, fullScreenRefused } from "../store/full_screen";
import { tryAgain } from "../store/load_run";
import { fallback } from "../store/picture";
import {
  connection,
  embedding,
  forgetMissingRun,
  heardAt,
  indexing,
  missingRun,
  notices,
  problems,
  run,
  runName,
} from "../store/runs";
import { mode } from "../store/settings";
import { checkAgain } from "../store/start";
import { approximate, total } from "../store/timeline";
import { IconButton } from "./controls";
import { Icon } from "./icons";
import { ShownNotice } from "./shown_notice";

export function Notices() {
  return (
    <div class="notices" role="status">
      <Lost />
      <Problems />
      <Unread />
      <Missing />
      <Fallback />
      <FullScreenRefused />
      <Damaged />
      <Beginning />
      <Approximate />
      <ShownNotice />
    </div>
  );
}

/** Where there are no runs, there may be a reason. */
export function NoticesWithoutRuns() {
  return (
    <div class="notices" role="status">
      <Unread />
    </div>
  );
}

interface NoticeProps {
  children: ComponentChildren;
  quiet?: boolean;
  /** What the person may ask for. */
  action?: { name: string; run(): void } | undefined;
  onDismiss?: (() => void) | undefined;
}

function Notice({ children, quiet = false, action, onDismiss }: NoticeProps) {
  return (
    <div class={quiet ? "notice quiet" : "notice"}>
      {!quiet && <Icon name="warn" size={16} />}
      <div class="notice-words">{children}</div>
      {action && (
        <button type="button" class="link" onClick={action.run}>
          {action.name}
        </button>
      )}
      {onDismiss && <IconButton icon="close" label="Dismiss" class="small" onClick={onDismiss} />}
    </div>
  );
}

/** Each sentence once, whatever asked for what failed. */
function Problems() {
  const sentences = [...new Set(problems.value.values())];
  return (
    <>
      {sentences.map((sentence) => (
        <Notice key={sentence} action={{ name: "Try again", run: problems.value.has("runs") ? checkAgain : tryAgain }}>
          {sentence}
        </Notice>
      ))}
    </>
  );
}

/** What keeps part of the logdir from being read. It goes when the server can read it again, and not before. */
function Unread() {
  return (
    <>
      {notices.value.map((sentence) => (
        <Notice key={sentence}>{sentence.endsWith(".") ? sentence : `${sentence}.`}</Notice>
      ))}
    </>
  );
}

function Missing() {
  if (missingRun.value === null) return null;
  return (
    <Notice onDismiss={forgetMissingRun}>
      Run {missingRun.value} is not in this logdir. {runName.value} is shown.
    </Notice>
  );
}

/** What is wrong with the run's files: one sentence as it is, several on request. Dismissed, it stays away until there is
 * more of it. */
function Damaged() {
  const [open, setOpen] = useState(false);
  const [dismissed, setDismissed] = useState("");
  const info = run.value;
  const sentences = info?.damaged ?? [];
  const key = `${info?.run}\n${sentences.join("\n")}`;
  if (sentences.length === 0 || key === dismissed) return null;
  const shown = `${plural(total.value, "snapshot is", "snapshots are")} shown.`;
  return (
    <Notice
      action={sentences.length > 1 ? { name: open ? "Hide" : "Show", run: () => setOpen(!open) } : undefined}
      onDismiss={() => {
        setDismissed(key);
        setOpen(false);
      }}
    >
      {sentences.length === 1 ? (
        <span>
          {sentences[0]}. {shown}
        </span>
      ) : open ? (
        <ul class="notice-list">
          {sentences.map((sentence) => (
            <li key={sentence}>{sentence}</li>
          ))}
        </ul>
      ) : (
        <span>
          {sentences.length} things are wrong with the files of this run. {shown}
        </span>
      )}
    </Notice>
  );
}

function Fallback() {
  const [dismissed, setDismissed] = useState(false);
  const why = fallback.value;
  if (!why || mode.value !== "3d") return null;
  if (why === "context-lost") {
    return <Notice>The graphics driver stopped. The 2D view is shown until it is back.</Notice>;
  }
  if (dismissed) return null;
  return (
    <Notice quiet onDismiss={() => setDismissed(true)}>
      3D is not available in this browser. The 2D view is shown.
    </Notice>
  );
}

function FullScreenRefused() {
  if (!fullScreenRefused.value) return null;
  return (
    <Notice quiet onDismiss={forgetRefusal}>
      This browser does not allow full screen here.
    </Notice>
  );
}

function Beginning() {
  if (indexing.value && !indexing.value.done) return <Notice quiet>TensorBoard is still reading the logdir.</Notice>;
  const few = embedding.value !== null && (run.value?.snapshots ?? 2) < 2 && total.value < 2;
  return few ? <Notice quiet>{beginningSaid()}</Notice> : null;
}

function beginningSaid(): string {
  if (total.value === 0) return "Recording started. The cloud appears with the first snapshot.";
  if (run.value?.live) return "Recording started. The cloud moves from the second snapshot on.";
  return "This run has one snapshot, so nothing moves.";
}

/** Said late, so that it doesn't flash while the snapshots of a scrubbed-to place come in. */
function Approximate() {
  const [late, setLate] = useState(false);
  const now = approximate.value;
  useEffect(() => {
    setLate(false);
    if (!now) return;
    const timer = window.setTimeout(() => setLate(true), 500);
    return () => window.clearTimeout(timer);
  }, [now]);
  return now && late ? <Notice quiet>This snapshot is still being read. What lies around it is shown.</Notice> : null;
}

function Lost() {
  const state = connection.value;
  const [, setTick] = useState(0);
  useEffect(() => {
    if (state.kind !== "lost") return;
    const timer = window.setInterval(() => setTick((tick) => tick + 1), 1000);
    return () => window.clearInterval(timer);
  }, [state.kind]);
  // One failed attempt is no reason to worry anyone.
  if (state.kind !== "lost" || Date.now() - state.since < 1500) return null;
  return (
    <Notice action={{ name: "Try again", run: checkAgain }}>
      TensorBoard does not answer.
      {heardAt.value > 0 && ` Showing the last data, ${duration((Date.now() - heardAt.value) / 1000)} old.`}
    </Notice>
  );
}
