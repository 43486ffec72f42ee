/** How a row is named and coloured, everywhere the same. */

import { theme } from "../store/settings";
import { cloud, partOf } from "../store/timeline";
import { classColor, classTextColor, type TokenClass } from "../words/tokens";

export interface RowName {
  /** "a", "␣the", "17". */
  text: string;
  id: number;
  /** Token “a”, Position 17. */
  title: string;
  /** What such rows are called: "token" or "position". */
  noun: string;
  className: string | null;
  fill: string;
  ink: string;
}

const PLAIN: TokenClass = { name: "", short: "", color: 1 };

export function nameOf(row: number): RowName {
  const now = cloud.value;
  const part = now ? partOf(now, row).part : undefined;
  const named = !!part?.embedding.labels;
  const one = now?.words.classes[now.words.classOf[row] as number] ?? PLAIN;
  const text = now?.words.display[row] ?? "";
  const id = now?.ids[row] ?? row;
  const noun = part?.embedding.role === "position_embedding" ? "position" : "token";
  const title = noun === "position" ? "Position" : "Token";
  return {
    text,
    id,
    title: named ? `${title} “${text}”` : `${title} ${id}`,
    noun,
    className: named ? one.name : null,
    fill: classColor(one, theme.value),
    ink: classTextColor(one, theme.value),
  };
}

export function Tile({ row, size = 48 }: { row: number; size?: number }) {
  const name = nameOf(row);
  const length = [...name.text].length;
  const font = length <= 1 ? size * 0.5 : Math.max(11, Math.min(size * 0.4, (size * 1.35) / length));
  return (
    <div
      class="tile"
      aria-hidden="true"
      style={{ width: `${size}px`, height: `${size}px`, color: name.ink, "--tile": name.fill, fontSize: `${font}px` }}
    >
      {length > 6 ? `${[...name.text].slice(0, 5).join("")}…` : name.text}
    </div>
  );
}
