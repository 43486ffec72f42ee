/** Makes the files that the person takes away: what is on screen, as a picture or as data, and what the server makes of the run. */

import { askFile, type FileQuery } from "../api";
import { runName } from "../store/runs";
import { saved } from "../store/saved";
import { tableNow } from "../store/shown";
import { heatTableNow } from "../store/shown_heat";
import { drawnStep, shownRun } from "../store/shown_now";
import { currentLink } from "../store/start";
import { stat } from "../store/statistics";
import { cloud } from "../store/timeline";
import type { View } from "../store/view";
import { csvOf } from "../takeaway/csv";
import { fileName } from "../takeaway/file_name";
import { heatCsv } from "../takeaway/heat_csv";
import { plyOf } from "../takeaway/ply";
import { fontsReady, measurer, pngOf } from "../takeaway/png";
import { layOut, SHEET_FONTS } from "../takeaway/sheet";
import { svgOf } from "../takeaway/svg";
import { drawnRows } from "../takeaway/table";
import { scene } from "./cloud";
import { copyText } from "./copy_text";
import { download, handOver } from "./hand_over";
import { pictureOf } from "./pictures";

export type Picture = "png" | "svg";
export type Data = "ply" | "csv";
type Tell = (doing: string) => void;

/** canvas px per CSS px of a PNG. */
const SCALE = 2;
const NUMBERS_TIMEOUT_MS = 60_000;
const TYPES: Record<Picture | Data, string> = {
  png: "image/png",
  svg: "image/svg+xml",
  ply: "application/octet-stream",
  csv: "text/csv;charset=utf-8",
};
const MONO = '12px "Roboto Mono"';

/** What is shown, as a part of a file's name. */
export function shownName(view: View): string {
  if (view === "layers") return "layers";
  if (view === "heat") return stat.peek();
  return (cloud.peek()?.parts ?? []).map(({ embedding }) => embedding.path).join("+");
}

/** Saves the picture of a view as it is drawn now; says under which name. @throws Error with a sentence for the person. */
export async function takePicture(view: View, kind: Picture): Promise<string> {
  await fontsReady([...SHEET_FONTS, MONO]);
  const picture = pictureOf(view);
  const { caption, dark, height, width } = picture;
  const sheet = layOut(caption, width, height, dark, measurer());
  const name = fileName(shownRun(), shownName(view), drawnStep(), kind);
  if (kind === "png") download(await pngOf(picture.canvas(SCALE), sheet, SCALE), name);
  else {
    const told = [...caption.facts, ...caption.now.findings.map(({ text }) => text)].join(" · ");
    download(new Blob([svgOf(picture.shapes(), sheet, caption.title, told)], { type: TYPES.svg }), name);
  }
  return name;
}

/** Saves the rows that are shown, or the cells of the heat map. */
export async function takeData(view: View, kind: Data, tell: Tell): Promise<string> {
  const name = fileName(runName.peek() ?? "", shownName(view), view === "heat" ? null : drawnStep(), kind);
  if (view === "heat") {
    const table = heatTableNow();
    if (!table) throw new Error("There is no heat map to save yet.");
    download(new Blob([heatCsv(table)], { type: TYPES.csv }), name);
    return name;
  }
  const now = cloud.peek();
  const drawing = scene()?.drawing();
  if (!now || !drawing || drawnRows(drawing.visible, drawing.positions).length === 0)
    throw new Error("There is no cloud to save yet.");
  tell("Asking for the numbers of each row");
  const table = await tableNow(now, drawing, AbortSignal.timeout(NUMBERS_TIMEOUT_MS));
  download(new Blob([kind === "ply" ? plyOf(table) : csvOf(table)], { type: TYPES[kind] }), name);
  return name;
}

/** Hands a file that the server makes over to the browser, which shows how far it is. */
export async function takeFile(query: FileQuery, tell: Tell): Promise<string> {
  if (saved.peek()) tell("Taking it out of this file");
  else tell(query.route === "export" ? "Asking TensorBoard" : "TensorBoard is writing the file");
  const { at, name } = await askFile(query, AbortSignal.timeout(NUMBERS_TIMEOUT_MS));
  handOver(at, name);
  return name;
}

/** The link to exactly this view goes to the clipboard. */
export async function takeLink(): Promise<string> {
  if (await copyText(currentLink())) return "";
  throw new Error("This browser keeps the clipboard to itself. The link also stands in the address bar.");
}
