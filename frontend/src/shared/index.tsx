/** The page in a file: everything it shows stands in the file itself, and nothing is ever asked of a network. */

import { type Source, setSource } from "../api";
import { render } from "../index";
import { keepSaved } from "../store/saved";
import { openArchive } from "./archive";
import { sourceOf } from "./source";

declare global {
  interface Window {
    /** Left by the file's own script: the bytes of a part, each given once. */
    paramvizPart?: (name: string) => Promise<ArrayBuffer | null>;
  }
}

declare global {
  interface Window {
    /** Answers what the page asks, for those who want the numbers: see docs/sharing.md. */
    paramviz?: Source;
  }
}

const TAB = "#paramviz";

async function open(): Promise<void> {
  const bytes = window.paramvizPart;
  if (!bytes) throw new Error("This file is not whole: save the run again.");
  const archive = await openArchive(bytes);
  window.paramviz = sourceOf(archive);
  setSource(window.paramviz);
  const { words } = archive;
  const { facts, snapshots, rows, live, saved_at: savedAt } = words;
  keepSaved({ savedAt, live, snapshots, rows, facts, hasReport: words.report !== null });
  // Links are written and read below this, as in TensorBoard.
  try {
    if (!window.location.hash.startsWith(TAB)) window.history.replaceState(null, "", TAB);
  } catch {
    // a preview that keeps addresses to itself: it plays without links
  }
  const { title } = document;
  document.getElementById("before")?.remove();
  render();
  document.title = title;
}

open().catch((error: unknown) => {
  const said = document.getElementById("said");
  if (said) said.textContent = error instanceof Error ? error.message : String(error);
});
