/** What is pointed at or chosen, exactly: a card beside the model with a line to its slab. */

import { effect } from "@preact/signals";
import { useLayoutEffect, useRef } from "preact/hooks";
import { compact, integer, percent } from "../format";
import { statNow } from "../store/layer_paint";
import { layerSubject, layers } from "../store/layers";
import { hoveredBlock, pictures } from "../store/model_view";
import { layout } from "../store/settings";
import { statName, statValue } from "../store/stat_names";
import { paintBy, stat } from "../store/statistics";
import { cardBeside } from "./card_beside";
import { LayerFindingWords } from "./finding_words";
import { roleWords } from "./layer_words";
import { modelScene } from "./model_scene";

/** Title and tools above, legend below. */
const KEPT = { top: 60, bottom: 44 } as const;
const ALWAYS = ["weight_rms", "grad_norm", "update_ratio"];

export function LayerCard() {
  const card = useRef<HTMLDivElement>(null);
  const line = useRef<SVGPathElement>(null);
  const dot = useRef<SVGCircleElement>(null);
  const layer = layerSubject.value;
  const block = hoveredBlock.value;
  // After each picture: the camera moves the slab under it.
  useLayoutEffect(() =>
    effect(() => {
      pictures.value;
      const scene = modelScene();
      const around = card.current?.parentElement;
      if (!card.current || !around || !scene) return;
      const part = block !== null ? scene.placeOfBlock(block) : layer === null ? null : scene.place(layer);
      const hidden = part === null || part.right < 0 || part.left > around.clientWidth;
      card.current.style.visibility = hidden ? "hidden" : "visible";
      line.current?.setAttribute("visibility", hidden ? "hidden" : "visible");
      dot.current?.setAttribute("visibility", hidden ? "hidden" : "visible");
      if (hidden) return;
      const { offsetWidth: width, offsetHeight: height } = card.current;
      const free = { left: 0, top: KEPT.top, right: around.clientWidth, bottom: around.clientHeight - KEPT.bottom };
      const beside = cardBeside(part, { width, height }, free, scene.obstacles());
      card.current.style.transform = `translate(${Math.round(beside.x)}px, ${Math.round(beside.y)}px)`;
      const [x0, y0, x1, y1] = beside.line;
      line.current?.setAttribute("d", `M${x0} ${y0}L${x1} ${y1}`);
      dot.current?.setAttribute("cx", String(x0));
      dot.current?.setAttribute("cy", String(y0));
    }),
  );
  if ((layer === null && block === null) || layout.value === "phone") return null;
  return (
    <>
      <svg class="leader" aria-hidden="true">
        <path ref={line} />
        <circle ref={dot} r="3.5" />
      </svg>
      <div ref={card} class="hover-card layer-card">
        {block !== null ? <BlockFacts block={block} /> : <LayerFacts place={layer as number} />}
      </div>
    </>
  );
}

function LayerFacts({ place }: { place: number }) {
  const layer = layers.value[place];
  if (!layer) return null;
  const all = layers.value.reduce((sum, one) => sum + one.parameters, 0);
  const shown = new Set(paintBy.value === "stat" ? [stat.value, ...ALWAYS] : ALWAYS);
  const facts = [...shown].map((name) => ({ name, value: statNow(name, place) })).filter((fact) => fact.value !== null);
  return (
    <>
      <b>{layer.path}</b>
      <span>
        {roleWords(layer)} · {layer.shape.map(integer).join(" × ")}
      </span>
      <LayerFindingWords place={place} />
      <dl>
        <div>
          <dt>Parameters</dt>
          <dd>{parametersSaid(layer.parameters, all, layer.tied_to)}</dd>
        </div>
        {facts.map(({ name, value }) => (
          <div key={name}>
            <dt>{statName(name).name}</dt>
            <dd>{statValue(name, value)}</dd>
          </div>
        ))}
      </dl>
    </>
  );
}

function parametersSaid(own: number, all: number, tied: string | null): string {
  if (own === 0 && tied !== null) return `tied to ${tied}`;
  return `${own < 1e6 ? integer(own) : compact(own)} · ${percent(own / Math.max(1, all))}`;
}

function BlockFacts({ block }: { block: number }) {
  const own = layers.value.filter((layer) => layer.block === block);
  const weights = own.reduce((sum, layer) => sum + layer.parameters, 0);
  return (
    <>
      <b>Block {block}</b>
      <span>{`${integer(own.length)} layers · ${compact(weights)} weights`}</span>
      <span>Click to unfold it</span>
    </>
  );
}
