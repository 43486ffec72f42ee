/** Of two runs that are compared: whose layers and findings are shown. */

import { comparing, otherName, shortRunName } from "../store/compare";
import { showSide } from "../store/finding_shown";
import { runName } from "../store/runs";
import { side } from "../store/side";
import { Segmented } from "./controls";

/** Nothing where there is only one run. */
export function SideSwitch({ label }: { label: string }) {
  if (!comparing.value) return null;
  return (
    <div class="side-switch">
      <Segmented
        label={label}
        value={side.value}
        choices={[
          { value: "a", name: "A", title: `${label} A, ${shortRunName(runName.value)}` },
          { value: "b", name: "B", title: `${label} B, ${shortRunName(otherName.value)}` },
        ]}
        onChange={showSide}
      />
    </div>
  );
}
