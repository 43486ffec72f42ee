/** No run has records of ours: what to do about it. */

import { useRef, useState } from "preact/hooks";
import { plural } from "../format";
import { indexing, otherRuns } from "../store/runs";
import { checkAgain } from "../store/start";
import { Cloud } from "./cloud";
import { Icon } from "./icons";
import { NoticesWithoutRuns } from "./notices";

const LINES = [
  "from tensorboard_plugin_paramviz import watch",
  "viz = watch(model, writer, optimizer=optimizer)",
  "viz.step(step, loss=loss)",
];
const SHOWN_RUNS = 4;

export function EmptyState() {
  return (
    <main class="centre empty">
      <Cloud />
      <div class="dialog">
        <header>
          <div class="logo" aria-hidden="true">
            <svg width="30" height="30" viewBox="0 0 30 30" aria-hidden="true">
              <path
                d="M15 9L7 21.500M15 9l9 11.500"
                stroke="currentColor"
                stroke-width="1.500"
                stroke-dasharray="1.500 3"
              />
              <circle cx="16" cy="8" r="6" fill="var(--train)" />
              <circle cx="6" cy="22" r="5" fill="var(--good)" />
              <circle cx="24" cy="22" r="4" fill="var(--mark)" />
            </svg>
          </div>
          <div>
            <h1>No run here has Param Viz records</h1>
            <p>
              Param Viz shows how each parameter of your model moves while it trains. Add three lines to the training
              script; this tab fills while the run goes on.
            </p>
          </div>
        </header>
        <Code />
        <dl class="three">
          <div>
            <dt>Lines 1 and 2</dt>
            <dd>After the model is built.</dd>
          </div>
          <div>
            <dt>Line 3</dt>
            <dd>After optimizer.step(), before zero_grad().</dd>
          </div>
          <div>
            <dt>Then</dt>
            <dd>Start the run. No reload is needed.</dd>
          </div>
        </dl>
        <NoticesWithoutRuns />
        <footer>
          <p>{found()}</p>
          <button type="button" class="button main" onClick={checkAgain}>
            Check again
          </button>
        </footer>
      </div>
    </main>
  );
}

function found(): string {
  const others = otherRuns.value;
  if (indexing.value && !indexing.value.done) return "TensorBoard is still reading the logdir.";
  if (others.length === 0) return "No runs in this logdir yet.";
  const names = others.slice(0, SHOWN_RUNS).join(", ");
  const more = others.length > SHOWN_RUNS ? `, and ${others.length - SHOWN_RUNS} more` : "";
  return `${plural(others.length, "run")} found, none with records: ${names}${more}`;
}

function Code() {
  const block = useRef<HTMLPreElement>(null);
  const [copied, setCopied] = useState(false);
  async function copy(): Promise<void> {
    try {
      await navigator.clipboard.writeText(`${LINES.join("\n")}\n`);
    } catch {
      // No clipboard on plain http: the lines are selected, ready for the keyboard.
      if (block.current) window.getSelection()?.selectAllChildren(block.current);
      return;
    }
    setCopied(true);
    window.setTimeout(() => setCopied(false), 2000);
  }
  return (
    <div class="code">
      <div class="code-head">
        <span>train.py</span>
        <button type="button" class="link" onClick={() => void copy()}>
          <Icon name="copy" size={16} />
          {copied ? "Copied" : "Copy"}
        </button>
      </div>
      <pre ref={block}>
        <code>
          <b>from</b> tensorboard_plugin_paramviz <b>import</b> watch{"\n"}
        </code>
        <code>{`${LINES[1]}\n`}</code>
        <code>
          {LINES[2]} <i># once per training step</i>
        </code>
      </pre>
    </div>
  );
}
