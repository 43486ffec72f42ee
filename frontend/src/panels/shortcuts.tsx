/** The sheet of keys. */

import { openGlossary } from "../store/explanations";
import { openGuides } from "../store/guides";
import { helpOpen, openHelp } from "../store/settings";
import { type View, view } from "../store/view";
import { Dialog } from "./dialog";
import { KEY_GROUPS, keysIn } from "./keys";

/** What the pointer does, and the keys that the picture takes itself. */
const POINTER: Readonly<Record<View, string>> = {
  embeddings:
    "Drag to turn the cloud, pinch or scroll to zoom, drag with the right button or two fingers to move it. Drag along the loss curve to go through time. Reached by Tab, the cloud takes the arrows: they go from point to point.",
  layers:
    "Drag to turn the model, pinch or scroll to zoom, click a block to choose it. Drag along the loss curve to go through time. Reached by Tab, the picture takes the arrows: they go from layer to layer.",
  heat: "Click a cell to go to its step and choose its layer, drag across to zoom in time. Reached by Tab, the map takes the arrows: they go from layer to layer and from step to step.",
};

export function Shortcuts() {
  const keys = keysIn(view.value);
  return (
    <Dialog open={helpOpen.value} title="Keys" class="help" onClose={() => openHelp(false)}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard */}
      <section class="key-groups" aria-label="All keys" tabIndex={0}>
        <div class="key-columns">
          {KEY_GROUPS.filter((group) => keys.some((one) => one.group === group)).map((group) => (
            <section key={group}>
              <h3>{group}</h3>
              <dl>
                {keys
                  .filter((one) => one.group === group)
                  .map(({ shown, does }) => (
                    <div key={does}>
                      <dt>
                        {shown.map((key) => (
                          <kbd key={key}>{key}</kbd>
                        ))}
                      </dt>
                      <dd>{does}</dd>
                    </div>
                  ))}
              </dl>
            </section>
          ))}
        </div>
      </section>
      <p>
        {POINTER[view.value]}{" "}
        <button
          type="button"
          class="link"
          onClick={() => {
            openHelp(false);
            openGlossary("");
          }}
        >
          What the words mean
        </button>{" "}
        <button type="button" class="link" onClick={() => openGuides(true)}>
          Tours of this run
        </button>
      </p>
    </Dialog>
  );
}
