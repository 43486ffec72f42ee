/** The picture of each view, ready to be written: what it shows, as a canvas and as shapes, and what is said round it. */

import { drawingOn } from "../drawing_on";
import { recorder } from "../scene/recorder";
import type { Vectors } from "../scene/shapes";
import { theme, width } from "../store/settings";
import { legendNow, momentNow } from "../store/shown";
import { heatLegend, heatPictureNow, heatSaid, heatTitle } from "../store/shown_heat";
import { layersLegend, layersSaid, layersTitle } from "../store/shown_layers";
import { happeningNow, whenNow } from "../store/shown_now";
import { cloud } from "../store/timeline";
import type { View } from "../store/view";
import { type Caption, captionOf, captionOfView } from "../takeaway/caption";
import { cellShapes, cellsCanvas } from "../takeaway/heat_cells";
import { drawAround, heatPlace } from "../takeaway/heat_picture";
import { sheetColors } from "../takeaway/sheet";
import { scene } from "./cloud";
import { token } from "./draw";
import { modelScene } from "./model_scene";

export interface ViewPicture {
  readonly caption: Caption;
  /** CSS px. */
  readonly width: number;
  readonly height: number;
  readonly dark: boolean;
  /** @throws Error with a sentence for the person. */
  canvas(scale: number): HTMLCanvasElement;
  shapes(): Vectors;
}

/** Canvas px per CSS px of what stays pixels in a picture made of lines. */
const SHARP = 2;
/** A map is as wide as the window, within reason. */
const [NARROWEST, WIDEST] = [720, 1440];

/** Of what is on screen. @throws Error with a sentence for the person, where there is nothing yet. */
export function pictureOf(view: View): ViewPicture {
  return view === "embeddings" ? ofCloud() : view === "layers" ? ofLayers() : ofHeat();
}

function ofCloud(): ViewPicture {
  const [now, shown] = [cloud.peek(), scene()];
  if (!now || !shown) throw new Error("There is no cloud to save yet.");
  const drawing = shown.drawing();
  return {
    ...drawing,
    caption: captionOf(momentNow(now, drawing), legendNow(now, drawing), happeningNow()),
    canvas: (scale) => shown.picture(scale),
    shapes: () => drawing,
  };
}

function ofLayers(): ViewPicture {
  const shown = modelScene();
  if (!shown) throw new Error("There is no model to save yet.");
  const drawing = shown.shapes(SHARP);
  return {
    ...drawing,
    caption: captionOfView(whenNow(), layersTitle(), layersSaid(), layersLegend(), happeningNow()),
    canvas: (scale) => shown.picture(scale),
    shapes: () => drawing,
  };
}

function ofHeat(): ViewPicture {
  const page = document.querySelector(".page");
  const ink = (name: string) => (page ? token(page, name) : "");
  const picture = page && heatPictureNow(ink);
  if (!picture) throw new Error("There is no heat map to save yet.");
  const place = heatPlace(Math.min(WIDEST, Math.max(NARROWEST, width.peek())), picture.rows, picture.phases.length > 0);
  const dark = theme.peek() === "dark";
  return {
    width: place.width,
    height: place.height,
    dark,
    caption: captionOfView(whenNow(), heatTitle(), heatSaid(), heatLegend(ink), happeningNow()),
    canvas(scale) {
      const canvas = document.createElement("canvas");
      canvas.width = Math.round(place.width * scale);
      canvas.height = Math.round(place.height * scale);
      const context = drawingOn(canvas, { alpha: false });
      context.fillStyle = sheetColors(dark).panel;
      context.fillRect(0, 0, canvas.width, canvas.height);
      context.drawImage(cellsCanvas(picture, place, scale), Math.round(place.left * scale), place.top * scale);
      context.scale(scale, scale);
      drawAround(context, picture, place);
      return canvas;
    },
    shapes() {
      const around = recorder(1);
      drawAround(around.context, picture, place);
      const shapes = [...cellShapes(picture, place), ...around.shapes];
      return { width: place.width, height: place.height, dark, ground: false, shapes };
    },
  };
}
