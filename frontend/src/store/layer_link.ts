/** What a link carries of the views of layers. */

import {
  blockRange,
  hiddenKinds,
  KINDS,
  type Kind,
  layerPath,
  layerQuery,
  setLayerPath,
  setLayerQuery,
} from "./layers";
import type { LinkPart } from "./link";
import {
  HEAT_COLORS,
  type HeatColors,
  heatColors,
  heatRange,
  paintBy,
  setHeatRange,
  setPaintBy,
  setStat,
  stat,
} from "./statistics";
import { setView, VIEWS, type View, view } from "./view";

const MOST_TEXT = 300;
const FIRST_STAT = stat.peek();

export function layerParts(): readonly LinkPart[] {
  return [
    {
      key: "tab",
      read: () => (view.value === "embeddings" ? undefined : view.value),
      write: (text) => {
        if (VIEWS.includes(text as View)) setView(text as View);
      },
      clear: () => setView("embeddings"),
    },
    {
      key: "stat",
      read: () => (stat.value === FIRST_STAT ? undefined : stat.value),
      write: (text) => {
        if (/^\w{1,80}$/.test(text)) setStat(text);
      },
      clear: () => setStat(FIRST_STAT),
    },
    {
      key: "paint",
      read: () => (paintBy.value === "weights" ? undefined : paintBy.value),
      write: (text) => {
        if (text === "stat") setPaintBy("stat");
      },
      clear: () => setPaintBy("weights"),
    },
    {
      key: "scale",
      read: () => (heatColors.value === "auto" ? undefined : heatColors.value),
      write: (text) => {
        if (HEAT_COLORS.includes(text as HeatColors)) heatColors.value = text as HeatColors;
      },
      clear: () => {
        heatColors.value = "auto";
      },
    },
    {
      key: "layer",
      read: () => layerPath.value?.slice(0, MOST_TEXT) ?? undefined,
      write: (text) => setLayerPath(text.slice(0, MOST_TEXT)),
      clear: () => setLayerPath(null),
    },
    {
      // Those that are shown: a link is read by people too.
      key: "kinds",
      read: () =>
        hiddenKinds.value.size === 0 ? undefined : KINDS.filter((kind) => !hiddenKinds.value.has(kind)).join(","),
      write: (text) => {
        const shown = text.split(",", KINDS.length);
        hiddenKinds.value = new Set(KINDS.filter((kind) => !shown.includes(kind)));
      },
      clear: () => {
        hiddenKinds.value = new Set<Kind>();
      },
    },
    {
      key: "blocks",
      read: () => rangeText(blockRange.value),
      write: (text) => {
        blockRange.value = rangeFrom(text);
      },
      clear: () => {
        blockRange.value = null;
      },
    },
    {
      key: "layerquery",
      read: () => layerQuery.value.slice(0, MOST_TEXT) || undefined,
      write: (text) => setLayerQuery(text.slice(0, MOST_TEXT)),
      clear: () => setLayerQuery(""),
    },
    {
      key: "range",
      read: () => rangeText(heatRange.value),
      write: (text) => setHeatRange(rangeFrom(text)),
      clear: () => setHeatRange(null),
    },
  ];
}

function rangeText(range: readonly [number, number] | null): string | undefined {
  return range === null ? undefined : `${Math.floor(range[0])}-${Math.ceil(range[1])}`;
}

/** "3-7"; null where the text is no range. */
function rangeFrom(text: string): [number, number] | null {
  const found = /^(\d{1,12})-(\d{1,12})$/.exec(text);
  if (!found) return null;
  const [first, last] = [Number(found[1]), Number(found[2])];
  return last >= first ? [first, last] : null;
}
