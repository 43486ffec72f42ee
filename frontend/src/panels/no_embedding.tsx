/** What to do where a run has no embedding to draw. */

import { embeddings, model, run } from "../store/runs";
import { setView } from "../store/view";

export function NoEmbedding() {
  const record = model.value;
  if (!record || record.run !== run.value?.run || embeddings.value.length > 0) return null;
  const light = record.schedule.level === "light";
  return (
    <section class="no-embedding" aria-labelledby="no-embedding">
      <h2 id="no-embedding">No embedding was recorded in this run</h2>
      <p>
        {light ? (
          <>
            It was watched at the level “light”, which records statistics of the layers only. For a cloud, call{" "}
            <code>watch(…, level="standard")</code>.
          </>
        ) : (
          <>
            Embeddings are found by their modules: a <code>torch.nn.Embedding</code> of tokens or positions. This model
            has none that was recognized.
          </>
        )}
      </p>
      {record.layers.length > 0 && (
        <p class="no-embedding-ways">
          <button type="button" class="button main" onClick={() => setView("layers")}>
            See the layers
          </button>
          <button type="button" class="button" onClick={() => setView("heat")}>
            See the heat map
          </button>
        </p>
      )}
    </section>
  );
}
