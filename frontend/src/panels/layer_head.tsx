/** Which layer it is: its name, role and shape, and the button that keeps it. */

import { integer, shape } from "../format";
import { chooseLayer, chosenLayer, kindOf, layerPinned, layers, toggleLayerPin } from "../store/layers";
import { roleKey, roleName } from "../store/role_words";
import { shortPath } from "../store/same_kind";
import { layout } from "../store/settings";
import type { Layer } from "../wire.gen";
import { IconButton } from "./controls";
import { Explain } from "./explain";

/** small: on a phone, without the buttons. */
export function LayerHead({ layer, small = false }: { layer: number; small?: boolean }) {
  const one = layers.value[layer];
  if (!one) return null;
  return (
    <header class="inspector-head">
      <ShapeTile of={one} />
      <div class="inspector-title">
        <h2 title={one.path}>{shortPath(layers.value, one.path)}</h2>
        <p>{subtitle(one)}</p>
      </div>
      <Explain of={roleKey(one.role)} filling={one.block === null ? {} : { block: `block ${one.block}` }} />
      {!small && (
        <IconButton
          icon="pin"
          label={layerPinned.value ? "Let it go" : "Keep this one while pointing at others"}
          pressed={layerPinned.value}
          onClick={toggleLayerPin}
        />
      )}
      {!small && layout.value === "tablet" && chosenLayer.value !== null && (
        <IconButton icon="close" label="Close" onClick={() => chooseLayer(null)} />
      )}
    </header>
  );
}

/** Its extents, one below the other, in the proportions of type. */
function ShapeTile({ of }: { of: Layer }) {
  const long = Math.max(...of.shape.map((extent) => String(extent).length), 1);
  return (
    <div class={`tile layer-tile kind-${kindOf(of)} ${long > 4 ? "long" : ""}`} aria-hidden="true">
      {of.shape.slice(0, 2).map((extent, i) => (
        <span key={`${i} ${extent}`}>{extent}</span>
      ))}
    </div>
  );
}

/** "MLP, block 3 · 128 × 512". */
export function subtitle(layer: Layer): string {
  const name = roleName(layer.role);
  const where = layer.block === null ? "" : `, block ${integer(layer.block)}`;
  return `${name}${where} · ${shape(layer.shape).replaceAll("×", " × ")}`;
}
