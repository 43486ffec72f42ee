/** Small real parts that several tests need. */

import { Projected } from "../../src/scene/projected";
import type { SceneProps } from "../../src/scene/types";
import { generator } from "./random";

/** Points strewn over a canvas, some of them not drawn. */
export function strewn(seed: number, rows: number, width: number, height: number, largest = 14): Projected {
  const random = generator(seed);
  const points = new Projected(rows);
  for (let row = 0; row < rows; row += 1) {
    points.x[row] = (random() * 1.2 - 0.1) * width;
    points.y[row] = (random() * 1.2 - 0.1) * height;
    points.radius[row] = random() < 0.1 ? 0 : 2 + random() * (largest - 2);
    points.depth[row] = points.radius[row] === 0 ? Infinity : 1 + random() * 5;
    points.maxRadius = Math.max(points.maxRadius, points.radius[row] ?? 0);
  }
  return points;
}

export function someProps(rows: number, seed = 1): SceneProps {
  const random = generator(seed);
  const cloud = () => Float32Array.from({ length: rows * 3 }, () => random() * 2 - 1);
  return {
    theme: "dark",
    mode: "3d",
    reducedMotion: false,
    rows,
    from: cloud(),
    to: cloud(),
    mix: 0.25,
    radius: 1,
    colors: new Uint8Array(rows * 3).fill(200),
    sizes: new Float32Array(rows).fill(6),
    visible: new Uint8Array(rows).fill(1),
    labels: Array.from({ length: rows }, (_, row) => `t${row}`),
    labelMode: "auto",
    labelPriority: Float32Array.from({ length: rows }, () => Math.floor(random() * 5)),
    hits: [],
    hovered: null,
    selected: null,
    links: [],
    trails: [],
    axisNames: ["PC 1", "PC 2", "PC 3"],
    marks: [],
    courses: [],
    tool: "turn",
    mayEconomize: true,
    pointScale: 1,
    insets: { top: 50, right: 0, bottom: 40, left: 0 },
  };
}
