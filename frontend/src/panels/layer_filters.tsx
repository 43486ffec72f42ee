/** Which layers are shown: kinds of parameters, and a range of blocks. */

import { plural, shape } from "../format";
import {
  blockRange,
  blocks,
  KIND_NAMES,
  type KindRow,
  kindRows,
  layers,
  setBlockRange,
  showAllLayers,
  shownLayers,
  toggleKind,
} from "../store/layers";
import { roleKey } from "../store/role_words";
import { Explain } from "./explain";

export function KindRows() {
  const rows = kindRows.value;
  const none = layers.value.length > 0 && rows.every((row) => row.hidden);
  const roles = [...new Set(layers.value.map((layer) => layer.role))];
  return (
    <fieldset class="rows">
      <legend class="field-label">Parameters</legend>
      <Explain of={[...roles.map(roleKey), "control:parameters", "control:layer_range"]} label="these parameters" />
      {rows.map((row) => (
        <KindCheck key={row.kind} {...row} />
      ))}
      {rows.length === 0 && <p class="row-note">The run has no model record: which layers there are isn't known.</p>}
      {none && (
        <p class="row-note">
          Choose at least one parameter type.{" "}
          <button type="button" class="link" onClick={showAllLayers}>
            Show all
          </button>
        </p>
      )}
    </fieldset>
  );
}

/** Partly on, where the search or the range leaves some of them out: a click then still hides or shows the kind. */
function KindCheck({ kind, layers: all, shown, hidden }: KindRow) {
  const size = sizeOf(all);
  return (
    <label class="check-row" title={`${KIND_NAMES[kind]}  ${size}`}>
      <input
        type="checkbox"
        checked={!hidden}
        ref={(box) => {
          if (box) box.indeterminate = !hidden && shown < all.length;
        }}
        onChange={() => toggleKind(kind)}
      />
      <span class="name">{KIND_NAMES[kind]}</span>
      <span class="size">{!hidden && shown < all.length ? `${shown} of ${size}` : size}</span>
    </label>
  );
}

/** "65×128" of a single one, "tied" of what is stored elsewhere, else "8 matrices", "9 vectors". */
export function sizeOf(all: KindRow["layers"]): string {
  const [first] = all;
  if (all.length === 1 && first) return first.tied_to !== null ? "tied" : shape(first.shape);
  const matrices = all.filter((layer) => layer.shape.length >= 2).length;
  if (matrices === all.length) return plural(matrices, "matrix", "matrices");
  if (matrices === 0) return plural(all.length, "vector");
  return plural(all.length, "parameter");
}

/** Two thumbs that snap to blocks; one that comes to the other takes it along, so that none is ever stuck. */
export function BlockRange() {
  const all = blocks.value;
  if (all.length < 2) return null;
  const last = all.length - 1;
  const range = blockRange.value;
  const first = range
    ? Math.max(
        0,
        all.findIndex((block) => block >= range[0]),
      )
    : 0;
  const end = range
    ? Math.max(
        first,
        all.findLastIndex((block) => block <= range[1]),
      )
    : last;
  const choose = (from: number, to: number) => setBlockRange([all[from] as number, all[to] as number]);
  const [from, to] = [all[first] as number, all[end] as number];
  return (
    <fieldset class="block-range" style={{ "--from": first / last, "--to": end / last }}>
      <legend class="hidden-text">Blocks shown</legend>
      <div class="range-head" aria-hidden="true">
        <span>Layers</span>
        <b>{from === to ? `Block ${from}` : `Blocks ${from} – ${to}`}</b>
      </div>
      <div class="range-track">
        {last <= 24 && all.map((block, i) => <i key={block} style={{ "--at": i / last }} />)}
        <input
          type="range"
          aria-label="First block shown"
          aria-valuetext={`Block ${from}`}
          min={0}
          max={last}
          value={first}
          // Where both stand at the end, only this one can still go anywhere.
          class={first === last ? "above" : ""}
          onInput={(event) => {
            const at = Number(event.currentTarget.value);
            choose(at, Math.max(at, end));
          }}
        />
        <input
          type="range"
          aria-label="Last block shown"
          aria-valuetext={`Block ${to}`}
          min={0}
          max={last}
          value={end}
          onInput={(event) => {
            const at = Number(event.currentTarget.value);
            choose(Math.min(at, first), at);
          }}
        />
      </div>
    </fieldset>
  );
}

/** How much of the model is shown, where that isn't all of it. */
export function LayersShown() {
  const [shown, all] = [shownLayers.value.length, layers.value.length];
  if (shown === all) return null;
  return (
    <p class="row-note">
      {shown} of {plural(all, "layer")} shown.{" "}
      <button type="button" class="link" onClick={showAllLayers}>
        Show all
      </button>
    </p>
  );
}
