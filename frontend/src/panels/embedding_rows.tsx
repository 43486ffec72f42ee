/** Which embeddings are drawn. */

import { shape } from "../format";
import { chooseEmbedding, embeddingName, embeddingPath, embeddings } from "../store/runs";

export function EmbeddingRows() {
  const list = embeddings.value;
  const shown =
    list.length > 0
      ? list.map((one) => ({ path: one.path, name: embeddingName(one), size: shape(one.shape) }))
      : [
          { path: "", name: "Token embeddings", size: "" },
          { path: "-", name: "Position embeddings", size: "" },
        ];
  return (
    <fieldset class="rows">
      <legend class="field-label">Parameters</legend>
      {shown.map((one) => (
        <label key={one.path} class="check-row" title={`${one.path}  ${one.size}`}>
          <input
            type="radio"
            name="embedding"
            checked={one.path === embeddingPath.value}
            onChange={() => chooseEmbedding(one.path)}
          />
          <span class="name">{one.name}</span>
          <span class="size">{one.size}</span>
        </label>
      ))}
    </fieldset>
  );
}
