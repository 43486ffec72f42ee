/** Numbers and times as people read them. Unknown is "–"; NaN never reaches the screen. */

export const UNKNOWN = "–";

const WITH_COMMAS = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });

type Maybe = number | null | undefined;

function known(value: Maybe): value is number {
  return value !== null && value !== undefined && Number.isFinite(value);
}

/** 49718 → "49,718". */
export function integer(value: Maybe): string {
  return known(value) ? WITH_COMMAS.format(value) : UNKNOWN;
}

/** Three significant figures: 0.652, 2.09, 12.3, 4,970, 0.0039, 2.1e-5. */
export function number(value: Maybe): string {
  if (!known(value)) return UNKNOWN;
  if (value === 0) return "0";
  const size = Math.abs(value);
  if (size >= 1e7 || size < 1e-4)
    return value
      .toExponential(2)
      .replace(/\.?0+e/, "e")
      .replace("e+", "e");
  if (size >= 999.5) return WITH_COMMAS.format(Number(value.toPrecision(3)));
  const text = value.toPrecision(3);
  return size < 0.01 ? text.replace(/0+$/, "") : text;
}

/** Two significant figures, for the ends of small axes: 0.65, 0.0021, 3.7e-4, 4,970. */
export function brief(value: Maybe): string {
  if (!known(value) || value === 0) return number(value);
  const size = Math.abs(value);
  if (size >= 99.5) return number(value);
  if (size >= 0.000995) return String(Number(value.toPrecision(2)));
  return value.toExponential(1).replace(/\.0e/, "e");
}

/** A share of one: 0.0495 → "4.95 %". */
export function percent(share: Maybe): string {
  if (!known(share)) return UNKNOWN;
  return `${share === 0 ? "0" : Number((share * 100).toPrecision(3))} %`;
}

/** A share of one in whole per cent: 0.4 → "40 %". */
export function wholePercent(share: Maybe): string {
  return known(share) ? `${Math.round(share * 100)} %` : UNKNOWN;
}

/** A duration: "4 s", "3 min", "2 h", "5 days". */
export function duration(secs: Maybe): string {
  if (!known(secs)) return UNKNOWN;
  const whole = Math.max(0, Math.round(secs));
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min`;
  if (whole < 48 * 3600) return `${Math.floor(whole / 3600)} h`;
  return `${Math.floor(whole / 86400)} days`;
}

/** 124439808 → "124 M". */
export function compact(value: Maybe): string {
  if (!known(value)) return UNKNOWN;
  for (const [unit, letter] of [
    [1e9, "B"],
    [1e6, "M"],
  ] as const) {
    if (Math.abs(value) >= unit) return `${Number((value / unit).toPrecision(3))} ${letter}`;
  }
  return integer(value);
}

/** [65, 128] → "65×128". */
export function shape(extents: readonly number[]): string {
  return extents.join("×");
}

export function plural(count: number, one: string, many = `${one}s`): string {
  return `${integer(count)} ${count === 1 ? one : many}`;
}
