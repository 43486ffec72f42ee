/** A model without blocks that are known: its layers in their order, line after line, each with its name. Pure. */

import { GAP, type Place } from "./block";
import { boundsOf } from "./bounds";
import { faceOf, modelWidth } from "./size";
import { type Caption, type Layout, type Slab, WIDTH } from "./types";

/** A line is about so many slabs long. */
const LINE = 8 * (WIDTH + GAP);
const NAME_ROOM = 34;

export function stackOf(places: readonly Place[]): Layout {
  const model = modelWidth(places.map((place) => place.layer));
  const slabs: Slab[] = [];
  const captions: Caption[] = [];
  let [x, top, lowest] = [0, 0, 0];
  for (const { layer, ordinal } of places) {
    const face = faceOf(layer, model);
    if (x > 0 && x + face.width > LINE) [x, top] = [0, lowest - NAME_ROOM];
    const name = layer.path.split(".").at(-1) ?? layer.path;
    const y = top - NAME_ROOM - face.height;
    slabs.push({ layer: ordinal, name, block: layer.block, x, y, seams: [], tiedTo: layer.tied_to, ...face });
    captions.push({ text: name, x, y: top - NAME_ROOM + 10, align: "start", strong: false });
    lowest = Math.min(lowest, y);
    x += Math.max(face.width, 10 * name.length) + GAP;
  }
  const bounds = boundsOf(slabs, captions);
  return { slabs, plates: [], tiles: [], wires: [], nodes: [], captions, hidden: [], bounds, recognized: false };
}
