/** From one view to another. */

import { setView, VIEW_NAMES, VIEWS, view } from "../store/view";
import { Segmented } from "./controls";

export function ViewSwitch() {
  return (
    <div class="view-switch">
      <Segmented
        label="View"
        value={view.value}
        choices={VIEWS.map((value, i) => ({
          value,
          name: VIEW_NAMES[value],
          title: `${VIEW_NAMES[value]} (${i + 1})`,
        }))}
        onChange={setView}
      />
    </div>
  );
}
