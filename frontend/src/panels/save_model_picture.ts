/** The model as it is drawn now, as a PNG. */

import { runName } from "../store/runs";
import { cursorStep } from "../store/timeline";
import { fileName } from "../takeaway/file_name";
import { fontsReady } from "../takeaway/png";
import { modelScene } from "./model_canvas";

const SCALE = 2;

/** False = there is nothing to save, or this browser has no room for it. */
export async function saveModelPicture(): Promise<boolean> {
  await fontsReady(['500 12px "Roboto"']);
  const canvas = modelScene()?.picture(SCALE);
  const blob = await new Promise<Blob | null>((done) => (canvas ? canvas.toBlob(done, "image/png") : done(null)));
  if (!blob) return false;
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = fileName(runName.peek() ?? "run", "layers", Math.round(cursorStep.peek() ?? 0), "png");
  link.click();
  window.setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
  return true;
}
