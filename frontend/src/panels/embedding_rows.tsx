/** Which embeddings are drawn: one, or two in one picture. */

import { shape } from "../format";
import { KIND_NAMES, type Kind, kindRows } from "../store/layers";
import {
  beside,
  embeddingName,
  embeddingPath,
  embeddings,
  model,
  onlyApart,
  partsLayout,
  setLayout,
  toggleEmbedding,
} from "../store/runs";
import { setView } from "../store/view";
import { Segmented } from "./controls";
import { Explain } from "./explain";
import { sizeOf } from "./layer_filters";

export function EmbeddingRows() {
  const list = embeddings.value;
  const shown =
    list.length > 0
      ? list.map((one) => ({ path: one.path, name: embeddingName(one), size: shape(one.shape) }))
      : model.value
        ? []
        : [
            { path: "", name: "Token embeddings", size: "" },
            { path: "-", name: "Position embeddings", size: "" },
          ];
  const second = beside.value;
  return (
    <fieldset class="rows">
      <legend class="field-label">Parameters</legend>
      <Explain of={[...list.map(({ role }) => `role:${role}`), "control:parameters"]} label="these parameters" />
      {shown.map((one) => {
        const first = one.path === embeddingPath.value;
        const only = first && second === null;
        return (
          <label
            key={one.path}
            class="check-row"
            title={only ? `${one.path}  ${one.size}. At least one embedding is shown.` : `${one.path}  ${one.size}`}
          >
            <input
              type="checkbox"
              checked={first || one.path === second?.path}
              aria-disabled={only}
              onClick={(event) => {
                // Not disabled: it would drop out of the order of the keyboard, and couldn't say why.
                if (only) event.preventDefault();
                else toggleEmbedding(one.path);
              }}
            />
            <span class="name">{one.name}</span>
            <span class="size">{one.size}</span>
          </label>
        );
      })}
      {kindRows.value
        .filter(({ kind }) => list.length === 0 || !EMBEDDINGS.has(kind))
        .map(({ kind, layers }) => (
          <button
            key={kind}
            type="button"
            class="kind-link"
            title={`${KIND_NAMES[kind]}: ${sizeOf(layers)}, see Layers (2)`}
            onClick={() => setView("layers")}
          >
            <span class="name">{KIND_NAMES[kind]}</span>
            <span class="size">
              {sizeOf(layers)}
              <span class="where"> · Layers</span>
            </span>
          </button>
        ))}
      {second && (
        <>
          <Segmented
            label="Two embeddings"
            value={partsLayout.value}
            choices={
              onlyApart.value === null
                ? [
                    { value: "together", name: "Together" },
                    { value: "apart", name: "Apart" },
                  ]
                : [{ value: "apart", name: "Apart" }]
            }
            onChange={setLayout}
          />
          <p class="row-note">{onlyApart.value ?? NOTES[partsLayout.value]}</p>
        </>
      )}
    </fieldset>
  );
}

/** Drawn as points; of the others there are the matrices themselves. */
const EMBEDDINGS: ReadonlySet<Kind> = new Set(["token_embedding", "position_embedding"]);

const NOTES = {
  together: "One basis for both: near means alike across them.",
  apart: "Each on a basis of its own: nothing is meant by what lies between them.",
};
