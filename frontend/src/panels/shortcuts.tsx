/** The sheet of keys. */

import { helpOpen, openHelp } from "../store/settings";
import { Dialog } from "./dialog";
import { KEY_GROUPS, PAGE_KEYS } from "./keys";

export function Shortcuts() {
  return (
    <Dialog open={helpOpen.value} title="Keys" class="help" onClose={() => openHelp(false)}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard */}
      <section class="key-groups" aria-label="All keys" tabIndex={0}>
        {KEY_GROUPS.map((group) => (
          <section key={group}>
            <h3>{group}</h3>
            <dl>
              {PAGE_KEYS.filter((one) => one.group === group).map(({ shown, does }) => (
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
      </section>
      <p>
        Drag to turn the cloud, pinch or scroll to zoom, drag with the right button or two fingers to move it. Drag
        along the loss curve to go through time. Reached by Tab, the cloud takes the arrows: they go from point to
        point.
      </p>
    </Dialog>
  );
}
