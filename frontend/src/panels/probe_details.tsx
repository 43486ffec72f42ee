/** What the layer's block did with the fixed batch at the cursor. */

import { integer } from "../format";
import { layers } from "../store/layers";
import { PROBE_WORDS, probe, probedAt, probedStep } from "../store/probe";
import { Reading } from "./controls";
import { Explain } from "./explain";
import { hereOfBlock } from "./explain_here";

export function ProbeDetails({ layer }: { layer: number }) {
  const of = probe.value;
  const at = probedStep.value;
  const block = layers.value[layer]?.block ?? null;
  if (!of || at === null || block === null || !of.blocks.includes(block)) return null;
  const known = of.stats
    .map((stat) => ({ stat, words: PROBE_WORDS[stat], value: probedAt(of, block, stat, at) }))
    .filter(({ words, value }) => words !== undefined && Number.isFinite(value));
  if (known.length === 0) return null;
  return (
    <section class="section" aria-label="Block on the fixed batch">
      <h3>
        Block {block} on the fixed batch, step {integer(at)}
        <Explain of={known.map(({ stat }) => `probe:${stat}`)} label="these figures" here={hereOfBlock(block)} />
      </h3>
      <dl class="readings probe-readings">
        {known.map(({ stat, words, value }) => (
          <Reading key={stat} name={words?.name ?? stat}>
            {words?.written(value)}
          </Reading>
        ))}
      </dl>
    </section>
  );
}
