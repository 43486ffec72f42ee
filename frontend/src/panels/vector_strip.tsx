/** The vector of a row as bars, one dimension read at a time, and copied as text. */

import { useEffect, useRef, useState } from "preact/hooks";
import { integer, number } from "../format";
import { columnsOf, dimensionAt, shortest, vectorEnds, vectorJson, vectorTsv } from "../rows/vector";
import { details } from "../store/selection";
import { theme } from "../store/settings";
import { cloud, partOf } from "../store/timeline";
import { useSize } from "../use_size";
import { copyText } from "./copy_text";
import { prepare, token } from "./draw";
import { Explain } from "./explain";
import { nameOf } from "./token_name";

const HEIGHT = 48;

export function Vector({ row }: { row: number }) {
  const known = details.value.get(row);
  const now = cloud.value;
  if (!known || !now || known.values.length === 0) return null;
  const { part } = partOf(now, row);
  const ends = vectorEnds(known.values);
  const kept = part.embedding.directions;
  return (
    <section class="section vector">
      <div class="section-head">
        <h3>
          Vector, {integer(known.values.length)} dimensions
          <Explain of="measure:vector" />
        </h3>
        <CopyButtons row={row} />
      </div>
      <Strip row={row} values={known.values} />
      <p class="as-of">
        {kept !== null && `Its projection on the ${integer(kept)} directions recorded. `}
        {ends.broken > 0 && `${integer(ends.broken)} values are not finite.`}
      </p>
    </section>
  );
}

function Strip({ row, values }: { row: number; values: Float32Array }) {
  const box = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const [chosen, choose] = useState<number | null>(null);
  const width = useSize(box).value.width;
  const color = nameOf(row).fill;
  const last = values.length - 1;
  const at = chosen === null ? null : Math.min(last, chosen);
  const ends = vectorEnds(values);
  useEffect(() => {
    if (canvas.current) draw(canvas.current, values, width, color);
  }, [values, width, color, theme.value]);

  function keyDown(event: KeyboardEvent): void {
    const moves: Record<string, number> = {
      ArrowRight: 1,
      ArrowUp: 1,
      ArrowLeft: -1,
      ArrowDown: -1,
      PageUp: 16,
      PageDown: -16,
      Home: -last,
      End: last,
    };
    const by = moves[event.key];
    if (by === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    // The page's own keys go from step to step with these.
    event.stopPropagation();
    choose(Math.max(0, Math.min(last, (at ?? 0) + (chosen === null ? 0 : by))));
  }
  const said = at === null ? null : `${number(values[at])}`;
  return (
    <>
      <div
        ref={box}
        class="vector-strip"
        role="slider"
        tabIndex={0}
        aria-label="Dimension of the vector"
        aria-valuemin={0}
        aria-valuemax={last}
        aria-valuenow={at ?? 0}
        aria-valuetext={`Dimension ${at ?? 0}: ${number(values[at ?? 0])}`}
        style={{ height: `${HEIGHT}px` }}
        onPointerMove={(event) => choose(dimensionAt(event.offsetX, width, values.length))}
        onPointerDown={(event) => choose(dimensionAt(event.offsetX, width, values.length))}
        onPointerLeave={() => choose(null)}
        onFocus={() => choose((one) => one ?? 0)}
        onBlur={() => choose(null)}
        onKeyDown={keyDown}
      >
        <canvas ref={canvas} />
        {at !== null && (
          <i class="vector-cursor" style={{ left: `${((at + 0.5) / values.length) * 100}%` }} aria-hidden="true" />
        )}
      </div>
      <div class="vector-reading">
        {at === null ? (
          <>
            <span>
              lowest <b>{number(ends.low)}</b>
            </span>
            <span>
              highest <b>{number(ends.high)}</b>
            </span>
          </>
        ) : (
          <span title={shortest(values[at] as number)}>
            dimension {integer(at)}: <b>{said}</b>
          </span>
        )}
      </div>
    </>
  );
}

function CopyButtons({ row }: { row: number }) {
  const [said, say] = useState("");
  async function copy(format: "JSON" | "TSV"): Promise<void> {
    const now = cloud.peek();
    const known = details.peek().get(row);
    if (!now || !known) return;
    const { part, index } = partOf(now, row);
    const label = part.embedding.labels?.[index] ?? null;
    const source = { run: now.run, embedding: part.embedding.path, step: known.step, id: nameOf(row).id, label };
    const text = format === "JSON" ? vectorJson(known.values, source) : vectorTsv(known.values);
    say((await copyText(text)) ? "Copied" : "Not allowed here");
    window.setTimeout(() => say(""), 2000);
  }
  return (
    <span class="copy-buttons">
      <span role="status">{said || "Copy"}</span>
      <button type="button" class="link" aria-label="Copy the vector as JSON" onClick={() => void copy("JSON")}>
        JSON
      </button>
      <button type="button" class="link" aria-label="Copy the vector as TSV" onClick={() => void copy("TSV")}>
        TSV
      </button>
    </span>
  );
}

/** From the zero line up or down; where a column holds several dimensions, to their lowest and highest. */
function draw(canvas: HTMLCanvasElement, values: Float32Array, width: number, color: string): void {
  const context = prepare(canvas, width, HEIGHT);
  if (!context) return;
  const { low, high } = vectorEnds(values);
  if (Number.isNaN(low)) return;
  const [bottom, top] = [Math.min(0, low), Math.max(0, high)];
  const y = (value: number) => 1 + ((top - value) / (top - bottom || 1)) * (HEIGHT - 2);
  const columns = Math.min(values.length, Math.floor(width));
  const bars = columnsOf(values, columns);
  const each = width / columns;
  const gap = each >= 3 ? 1 : 0;
  context.fillStyle = color;
  for (let i = 0; i < columns; i++) {
    const from = Math.max(0, bars.high[i] as number);
    const to = Math.min(0, bars.low[i] as number);
    if (Number.isNaN(from)) continue;
    context.fillRect(i * each, y(from), Math.max(0.75, each - gap), Math.max(0.75, y(to) - y(from)));
  }
  context.fillStyle = token(canvas, "text3");
  context.fillRect(0, y(0) - 0.5, width, 1);
}
