/** Text, numbers and colours as SVG wants them. Pure. */

import type { Rgb } from "../scene/types";

export type Writable = Readonly<Record<string, string | number | undefined>>;

const NAMES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

/** What XML 1.0 can't hold at all (most control characters, halves of letters) becomes U+FFFD. */
export function escaped(text: string): string {
  return text
    .replace(/[^\t\n\r\x20-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, "\ufffd")
    .replace(/[&<>"]/g, (sign) => NAMES[sign] as string);
}

/** Attributes that have a value, each after a blank. */
export function attributes(values: Writable): string {
  return Object.entries(values)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => ` ${name}="${escaped(String(value))}"`)
    .join("");
}

/** Rounded: a tenth of a px is finer than anybody sees. */
export function number(value: number, digits = 1): string {
  const rounded = Number(value.toFixed(digits));
  return Number.isFinite(rounded) ? String(Object.is(rounded, -0) ? 0 : rounded) : "0";
}

export function hex(color: Rgb): string {
  return `#${color
    .map((part) =>
      Math.round(Math.min(255, Math.max(0, part)))
        .toString(16)
        .padStart(2, "0"),
    )
    .join("")}`;
}

/** A canvas' colour as a plain one and its opacity: programs that draw SVG know few of CSS' spellings. */
export function paintOf(css: string): { color: string; alpha: number } {
  const match = /^rgba?\(\s*([\d.]+)[\s,]+([\d.]+)[\s,]+([\d.]+)(?:\s*[/,]\s*([\d.]+)(%?))?\s*\)$/.exec(css);
  if (!match) return { color: css, alpha: 1 };
  const [, r, g, b, alpha, percent] = match;
  const share = alpha === undefined ? 1 : Number(alpha) / (percent === "%" ? 100 : 1);
  return { color: hex([Number(r), Number(g), Number(b)]), alpha: share };
}
