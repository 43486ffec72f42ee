/** Sentences about what is missing or wrong, each with what to do. */

import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import { duration } from "../format";
import { fallback } from "../store/picture";
import { connection, heardAt, indexing, problem, run } from "../store/runs";
import { mode } from "../store/settings";
import { checkAgain } from "../store/start";
import { approximate, cloud, total } from "../store/timeline";
import { Icon } from "./icons";

export function Notices() {
  const damaged = run.value?.damaged ?? [];
  return (
    <div class="notices" role="status">
      <Lost />
      {problem.value && <Notice>{problem.value}</Notice>}
      {fallback.value && mode.value === "3d" && (
        <Notice quiet={fallback.value === "no-webgl"}>
          {fallback.value === "no-webgl"
            ? "3D is not available in this browser. The 2D view is shown."
            : "The graphics driver stopped. The 2D view is shown until it is back."}
        </Notice>
      )}
      {damaged.slice(0, 2).map((sentence) => (
        <Notice key={sentence}>{sentence}</Notice>
      ))}
      {damaged.length > 2 && <Notice>And {damaged.length - 2} more parts of this run could not be read.</Notice>}
      {cloud.value && total.value < 2 && (
        <Notice quiet>Recording started. The cloud appears after the second snapshot.</Notice>
      )}
      {indexing.value && !indexing.value.done && <Notice quiet>TensorBoard is still reading the logdir.</Notice>}
      <Approximate />
    </div>
  );
}

function Notice({ children, quiet = false }: { children: ComponentChildren; quiet?: boolean }) {
  return (
    <p class={quiet ? "notice quiet" : "notice"}>
      {!quiet && <Icon name="warn" size={16} />}
      <span>{children}</span>
    </p>
  );
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
    <Notice>
      TensorBoard does not answer.{" "}
      {heardAt.value > 0 && `Showing the last data, ${duration((Date.now() - heardAt.value) / 1000)} old. `}
      <button type="button" class="link" onClick={checkAgain}>
        Try again
      </button>
    </Notice>
  );
}
