/** What a finding is about, each to go to: layers, tokens; and the views that show it where this one can't. */

import { useState } from "preact/hooks";
import { embeddingOf, layersOf } from "../findings/where";
import { integer } from "../format";
import { showFindingIn, showLayerOf, showTokenOf } from "../store/finding_shown";
import { layerPath } from "../store/layers";
import { embeddings } from "../store/runs";
import { shortPath } from "../store/same_kind";
import { sideLayers } from "../store/side";
import { VIEW_NAMES, type View, view } from "../store/view";
import type { Finding } from "../wire.gen";
import { displayLabel } from "../words/tokens";
import { Roving } from "./roving";

const FEW = { layers: 6, tokens: 24 } as const;

export function FindingPlaces({ of }: { of: Finding }) {
  return (
    <>
      <Layers of={of} />
      <Tokens of={of} />
      <Views of={of} />
    </>
  );
}

function Layers({ of }: { of: Finding }) {
  const [all, setAll] = useState(false);
  const layers = sideLayers.value;
  const paths = layersOf(of, layers).map((place) => layers[place]?.path ?? "");
  if (paths.length === 0) return null;
  return (
    <Roving as="ul" along="row" class="finding-chips" label="Layers">
      {paths.slice(0, all ? paths.length : FEW.layers).map((path) => (
        <li key={path}>
          <button
            type="button"
            class={path === layerPath.value ? "chip chosen" : "chip"}
            aria-pressed={path === layerPath.value}
            onClick={() => showLayerOf(path)}
          >
            {shortPath(layers, path)}
          </button>
        </li>
      ))}
      <More count={paths.length} few={FEW.layers} all={all} onClick={() => setAll(!all)} />
    </Roving>
  );
}

function Tokens({ of }: { of: Finding }) {
  const [all, setAll] = useState(false);
  if (of.tokens.length === 0) return null;
  return (
    <Roving as="ul" along="row" class="finding-chips" label="Tokens">
      {of.tokens.slice(0, all ? of.tokens.length : FEW.tokens).map((token, i) => (
        <li key={`${i} ${token}`}>
          <button type="button" class="chip mono" onClick={() => showTokenOf(of, token)}>
            {displayLabel(token)}
          </button>
        </li>
      ))}
      <More count={of.tokens.length} few={FEW.tokens} all={all} onClick={() => setAll(!all)} />
    </Roving>
  );
}

function More({ count, few, all, onClick }: { count: number; few: number; all: boolean; onClick(): void }) {
  if (count <= few) return null;
  return (
    <li>
      <button type="button" class="link" onClick={onClick}>
        {all ? "Fewer" : `${integer(count - few)} more`}
      </button>
    </li>
  );
}

/** Only where it isn't seen in the view on screen. */
function Views({ of }: { of: Finding }) {
  const views = viewsOf(of);
  if (views.length === 0 || views.includes(view.value)) return null;
  return (
    <div class="finding-tools">
      {views.map((one) => (
        <button key={one} type="button" class="button" onClick={() => showFindingIn(of, one)}>
          Show in {one === "heat" ? "the heat map" : VIEW_NAMES[one].toLowerCase()}
        </button>
      ))}
    </div>
  );
}

/** Empty = of the whole run: the time axis shows it, whichever view is on screen. */
function viewsOf(of: Finding): readonly View[] {
  if (embeddingOf(of, embeddings.value)) return ["embeddings"];
  return layersOf(of, sideLayers.value).length > 0 ? ["layers", "heat"] : [];
}
