/** Makes the files that the person takes away: what is on screen, as a picture or as data. */

import { askExport, type ExportQuery } from "../api";
import type { Drawing } from "../scene/shapes";
import { drawnStep, legendNow, momentNow, tableNow } from "../store/shown";
import { type Cloud, cloud } from "../store/timeline";
import { captionOf } from "../takeaway/caption";
import { csvOf } from "../takeaway/csv";
import { fileName } from "../takeaway/file_name";
import { plyOf } from "../takeaway/ply";
import { fontsReady, measurer, pngOf } from "../takeaway/png";
import { BODY, layOut, TITLE } from "../takeaway/sheet";
import { svgOf } from "../takeaway/svg";
import { scene } from "./cloud";

export type Take = "png" | "svg" | "ply" | "csv";
type Tell = (doing: string) => void;

/** canvas px per CSS px of a PNG. */
const SCALE = 2;
const NUMBERS_TIMEOUT_MS = 60_000;
const TYPES: Record<Take, string> = {
  png: "image/png",
  svg: "image/svg+xml",
  ply: "application/octet-stream",
  csv: "text/csv;charset=utf-8",
};
const MONO = '12px "Roboto Mono"';

/** Saves what is drawn now; says under which name. @throws Error with a sentence for the person. */
export async function take(kind: Take, tell: Tell): Promise<string> {
  await fontsReady([TITLE, BODY, MONO]);
  const now = cloud.peek();
  const shown = scene();
  if (!now || !shown) throw new Error("There is no cloud to save yet.");
  const drawing = shown.drawing();
  const path = now.parts.map(({ embedding }) => embedding.path).join("+");
  const name = fileName(now.run, path, drawnStep(), kind);
  if (kind === "png") {
    const picture = shown.picture(SCALE);
    download(await pngOf(picture, sheetOf(now, drawing), SCALE), name);
  } else if (kind === "svg") {
    const sheet = sheetOf(now, drawing);
    const caption = captionNow(now, drawing);
    download(new Blob([svgOf(drawing, sheet, caption.title, caption.facts.join(" · "))], { type: TYPES.svg }), name);
  } else {
    tell("Asking for the numbers of each row");
    const table = await tableNow(now, drawing, AbortSignal.timeout(NUMBERS_TIMEOUT_MS));
    download(new Blob([kind === "ply" ? plyOf(table) : csvOf(table)], { type: TYPES[kind] }), name);
  }
  return name;
}

/** Hands a file of the whole run over to the browser, which shows how far it is. */
export async function takeExport(query: ExportQuery): Promise<string> {
  const { at, name } = await askExport(query, AbortSignal.timeout(NUMBERS_TIMEOUT_MS));
  click(at, name);
  return name;
}

const captionNow = (now: Cloud, drawing: Drawing) => captionOf(momentNow(now, drawing), legendNow(now, drawing));

function sheetOf(now: Cloud, drawing: Drawing) {
  return layOut(captionNow(now, drawing), drawing.width, drawing.height, drawing.dark, measurer());
}

function download(blob: Blob, name: string): void {
  const at = URL.createObjectURL(blob);
  click(at, name);
  window.setTimeout(() => URL.revokeObjectURL(at), 60_000);
}

function click(href: string, name: string): void {
  const link = document.createElement("a");
  link.href = href;
  link.download = name;
  link.click();
}
