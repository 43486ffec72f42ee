/** Finds layers by their path or by what they do. */

import { useRef } from "preact/hooks";
import { integer, plural } from "../format";
import {
  chooseFirstLayer,
  hiddenFinds,
  layerQuery,
  layers,
  setLayerQuery,
  showAllKinds,
  shownLayers,
} from "../store/layers";
import { Icon } from "./icons";
import { useSearchKey } from "./search_field";

export function LayerSearch() {
  const field = useRef<HTMLInputElement>(null);
  useSearchKey(field);
  return (
    <div>
      <div class="search">
        <Icon name="search" size={18} />
        <input
          ref={field}
          type="search"
          placeholder="Find a layer"
          aria-label="Find a layer by path or role"
          aria-describedby="layer-search-note"
          value={layerQuery.value}
          spellcheck={false}
          autocomplete="off"
          onInput={(event) => setLayerQuery(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key === "Enter") chooseFirstLayer();
            if (event.key === "Escape") {
              setLayerQuery("");
              event.currentTarget.blur();
            }
            event.stopPropagation();
          }}
        />
        <kbd>/</kbd>
      </div>
      <div id="layer-search-note" class="search-note" role="status">
        <Note />
      </div>
    </div>
  );
}

function Note() {
  const wanted = layerQuery.value.trim();
  if (wanted === "" || layers.value.length === 0) return null;
  const found = shownLayers.value.length;
  const hidden = hiddenFinds.value;
  const those = hidden === 1 ? "it" : "them";
  const show = (
    <button type="button" class="link" onClick={showAllKinds}>
      Show {those}
    </button>
  );
  if (found > 0) {
    return (
      <>
        {plural(found, "layer")}
        {hidden > 0 && (
          <>
            , {integer(hidden)} more {hidden === 1 ? "is" : "are"} not shown. {show}
          </>
        )}
      </>
    );
  }
  if (hidden > 0) {
    return (
      <>
        {plural(hidden, "layer")} with “{wanted}” {hidden === 1 ? "is" : "are"} not shown. {show}
      </>
    );
  }
  return (
    <>
      No layer matches “{wanted}”.{" "}
      <button type="button" class="link" onClick={() => setLayerQuery("")}>
        Clear search
      </button>
    </>
  );
}
