/** Tells a newcomer once that there are tours. */

import { endHint, hintWanted, openGuides } from "../store/guides";
import { IconButton } from "./controls";

export function GuideHint() {
  if (!hintWanted.value) return null;
  return (
    <div class="section guide-hint">
      <button type="button" class="link" onClick={() => openGuides(true)}>
        New here? Take a tour of this run
      </button>
      <IconButton icon="close" label="Don't tell me again" onClick={endHint} />
    </div>
  );
}
