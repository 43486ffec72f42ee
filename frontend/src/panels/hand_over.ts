/** Hands a file over to the browser, which saves it. */

/** What is used of a window. */
export type Near = Pick<Window, "document" | "parent">;

const KEPT_MS = 60_000;

export function download(blob: Blob, name: string): void {
  const at = URL.createObjectURL(blob);
  handOver(at, name);
  window.setTimeout(() => URL.revokeObjectURL(at), KEPT_MS);
}

/** at: where the file is to be had. */
export function handOver(at: string, name: string, here: Near = window): void {
  const link = pageAround(here).createElement("a");
  // The page around lies at another address.
  link.href = new URL(at, here.document.baseURI).href;
  link.download = name;
  link.click();
}

/** Firefox takes a link to a blob for a page that is to be shown in the frame it stands in: TensorBoard's policy forbids
 * that, and nothing would be saved. Nothing is shown in TensorBoard's own page, so there the link is only a file. */
function pageAround(here: Near): Document {
  try {
    return here.parent.document;
  } catch {
    // another site's, which lets us see nothing of it
    return here.document;
  }
}
