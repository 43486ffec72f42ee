/** What has to be known of the picture to read it right: that it is a UMAP, and what is left out while it moves. */

import { useState } from "preact/hooks";
import { integer } from "../format";
import { shownRows } from "../store/filters";
import { economy } from "../store/picture";
import { step, still } from "../store/timeline";
import { showUmap, umapTask } from "../store/umap";
import { IconButton } from "./controls";

export function PictureNotes() {
  return (
    <>
      <UmapNote />
      <EconomyNote />
    </>
  );
}

function UmapNote() {
  const [open, setOpen] = useState(false);
  const shown = still.value;
  if (!shown) return null;
  const here = step.value;
  return (
    <div class="picture-note">
      <p>
        UMAP of step {integer(shown.step)} · distances and sizes of clusters mislead
        <IconButton icon="help" label="What a UMAP shows" class="small" pressed={open} onClick={() => setOpen(!open)} />
      </p>
      {open && (
        <p class="picture-explanation">
          A UMAP keeps near what is near in all dimensions, and little else. How far apart groups lie, how large or
          dense they are, and which way they lie means nothing, and the UMAP of another step is another picture. So
          there are no axes, no floor and no trails meanwhile. Colours, search and the numbers of each row hold as
          always.
        </p>
      )}
      {here !== null && here !== shown.step && umapTask.value?.state !== "running" && (
        <p>
          The cursor is at step {integer(here)}.{" "}
          <button type="button" class="link" onClick={() => showUmap(here)}>
            UMAP of this step
          </button>
        </p>
      )}
    </div>
  );
}

/** Fewer canvas px show every point where it is: that isn't worth a line that comes and goes. */
function EconomyNote() {
  const now = economy.value;
  const rows = shownRows.value.rows;
  if (!now || rows === 0) return null;
  const drawn = `${integer(Math.round(now.rows * rows))} of ${integer(rows)} points`;
  if (now.rows < 1 && now.crowded) return <p>{drawn} drawn, as many as can be told apart · zoom in for more</p>;
  if (now.rows < 1) return <p>{drawn} drawn while it moves</p>;
  const left = [!now.labels && "labels", !now.trails && "trails"].filter((name) => name !== false);
  return left.length > 0 ? <p>No {left.join(" and no ")} while it moves</p> : null;
}
