/** How colours look with a colour-vision deficiency, and how far apart they are: the oracle of the tests of colours. */

import { rgb } from "../src/words/tokens";

type Triple = readonly [number, number, number];
type Matrix = readonly [Triple, Triple, Triple];

/** Complete loss of one kind of cone, on linear sRGB: Machado, Oliveira & Fernandes, "A Physiologically-based Model for
 * Simulation of Color Vision Deficiency", IEEE TVCG 2009, table of severity 1.0. */
export const VISIONS: Readonly<Record<string, Matrix>> = {
  normal: [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  protanopia: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deuteranopia: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  tritanopia: [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
};

/** sRGB (IEC 61966-2-1) to XYZ, D65. */
const XYZ: Matrix = [
  [0.4124564, 0.3575761, 0.1804375],
  [0.2126729, 0.7151522, 0.072175],
  [0.0193339, 0.119192, 0.9503041],
];
const WHITE: Triple = [0.95047, 1, 1.08883];

const times = (matrix: Matrix, [x, y, z]: Triple) =>
  matrix.map((line) => line[0] * x + line[1] * y + line[2] * z) as unknown as Triple;
const each = (triple: Triple, change: (value: number, i: number) => number) => triple.map(change) as unknown as Triple;

function linear(hex: string): Triple {
  return each(rgb(hex), (value) => {
    const share = value / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
}

/** CIELAB (D65) of a colour as it looks with that vision. */
export function lab(hex: string, vision = "normal"): Triple {
  const seen = each(times(VISIONS[vision] as Matrix, linear(hex)), (value) => Math.min(1, Math.max(0, value)));
  const [x, y, z] = each(times(XYZ, seen), (value, i) => {
    const share = value / (WHITE[i] as number);
    return share > (6 / 29) ** 3 ? Math.cbrt(share) : share / (3 * (6 / 29) ** 2) + 4 / 29;
  });
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}

/** WCAG 2.2's contrast ratio. */
export function contrast(one: string, other: string): number {
  const [low, high] = [one, other].map((hex) => times(XYZ, linear(hex))[1]).sort((a, b) => a - b) as [number, number];
  return (high + 0.05) / (low + 0.05);
}

const sin = (degrees: number) => Math.sin((degrees * Math.PI) / 180);
const cos = (degrees: number) => Math.cos((degrees * Math.PI) / 180);

/** CIEDE2000: Sharma, Wu & Dalal, "The CIEDE2000 Color-Difference Formula", Color Research & Application 2005. */
export function difference([l1, a1, b1]: Triple, [l2, a2, b2]: Triple): number {
  const seventh = 25 ** 7;
  const mean = (Math.hypot(a1, b1) + Math.hypot(a2, b2)) / 2;
  const g = 1 + 0.5 * (1 - Math.sqrt(mean ** 7 / (mean ** 7 + seventh)));
  const [c1, c2] = [Math.hypot(a1 * g, b1), Math.hypot(a2 * g, b2)];
  const hue = (a: number, b: number) => (a === 0 && b === 0 ? 0 : ((Math.atan2(b, a) * 180) / Math.PI + 360) % 360);
  const [h1, h2] = [hue(a1 * g, b1), hue(a2 * g, b2)];
  const grey = c1 * c2 === 0;
  let turn = grey ? 0 : h2 - h1;
  if (turn > 180) turn -= 360;
  if (turn < -180) turn += 360;
  const [dl, dc, dh] = [l2 - l1, c2 - c1, 2 * Math.sqrt(c1 * c2) * sin(turn / 2)];
  const [lm, cm] = [(l1 + l2) / 2, (c1 + c2) / 2];
  let hm = grey ? h1 + h2 : (h1 + h2) / 2;
  if (!grey && Math.abs(h1 - h2) > 180) hm += h1 + h2 < 360 ? 180 : -180;
  const t = 1 - 0.17 * cos(hm - 30) + 0.24 * cos(2 * hm) + 0.32 * cos(3 * hm + 6) - 0.2 * cos(4 * hm - 63);
  const sl = 1 + (0.015 * (lm - 50) ** 2) / Math.sqrt(20 + (lm - 50) ** 2);
  const [sc, sh] = [1 + 0.045 * cm, 1 + 0.015 * cm * t];
  const rt = -sin(60 * Math.exp(-(((hm - 275) / 25) ** 2))) * 2 * Math.sqrt(cm ** 7 / (cm ** 7 + seventh));
  return Math.sqrt((dl / sl) ** 2 + (dc / sc) ** 2 + (dh / sh) ** 2 + rt * (dc / sc) * (dh / sh));
}
