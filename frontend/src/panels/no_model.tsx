/** A run without a model record: what to add to the script. */

import { integer } from "../format";
import { run } from "../store/runs";
import { CopyButton } from "./copy_button";

const LINES = `from tensorboard_plugin_paramviz import watch

viz = watch(model, writer, optimizer=optimizer)
viz.step(step, loss=loss)`;

export function NoModel() {
  const snapshots = run.value?.snapshots ?? 0;
  return (
    <div class="no-model">
      <div class="no-model-card">
        <h1>This run has no record of its model</h1>
        <p>
          {snapshots > 0
            ? `${integer(snapshots)} snapshots are here, but nothing says which layers the model has. `
            : ""}
          The layers are drawn from what <code>watch()</code> writes when it starts. Add these lines to the training
          script and start the run again.
        </p>
        <div class="code">
          <div class="code-head">
            <span>train.py</span>
            <CopyButton text={`${LINES}\n`} />
          </div>
          <pre>
            <code>{LINES}</code>
          </pre>
        </div>
        <p>The first two lines go after the model is built, the last one after optimizer.step(), before zero_grad().</p>
      </div>
    </div>
  );
}
