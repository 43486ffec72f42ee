/** What the picture shows, in words, for those who can't see it. Told when the cursor rests. */

import { useSignalEffect } from "@preact/signals";
import { useState } from "preact/hooks";
import { integer } from "../format";
import { finiteRows } from "../store/appearance";
import { train, valueAt } from "../store/curves";
import { playing } from "../store/playback";
import { embedding, embeddingName, rowNoun } from "../store/runs";
import { details, selected } from "../store/selection";
import { cloud, step } from "../store/timeline";
import { nameOf } from "./token_name";

const REST_MS = 600;

export function TextAlternative() {
  const [told, setTold] = useState("");
  useSignalEffect(() => {
    const words = sentence();
    if (playing.value) return;
    const timer = window.setTimeout(() => setTold(words), REST_MS);
    return () => window.clearTimeout(timer);
  });
  return (
    <p class="hidden-text" aria-live="polite">
      {told}
    </p>
  );
}

function sentence(): string {
  const one = embedding.value;
  if (!one || !cloud.value) return "";
  const parts = [
    `${embeddingName(one)} at step ${integer(step.value)}: ${integer(finiteRows.value)} ${rowNoun.value}s.`,
  ];
  const loss = valueAt(train.value, step.value);
  if (loss !== null) parts.push(`Training loss ${loss.toPrecision(3)}.`);
  const row = selected.value;
  if (row !== null) {
    const near = details.value.get(row)?.neighbours.slice(0, 3);
    const names = near?.map((neighbour) => `${nameOf(neighbour.row).title}, cosine ${neighbour.similarity.toFixed(2)}`);
    parts.push(`${nameOf(row).title} is selected${names?.length ? `; nearest are ${names.join("; ")}` : ""}.`);
  }
  return parts.join(" ");
}
