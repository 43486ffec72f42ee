import { describe, expect, it } from "vitest";
import { LabelLayout, mostLabels } from "../../src/scene/label_layout";
import { LabelOrder } from "../../src/scene/label_order";
import { Stage } from "../../src/scene/stage";
import type { SceneProps } from "../../src/scene/types";
import type { Shot } from "../../src/scene/visual";
import { someProps } from "./made";
import { generator } from "./random";

const [WIDTH, HEIGHT] = [860, 600];

function staged(props: SceneProps): Stage {
  const stage = new Stage(props);
  stage.width = WIDTH;
  stage.height = HEIGHT;
  stage.refit(0, 0);
  stage.prepare(0, 1);
  return stage;
}

/** Rows strewn thickly, each with a priority of its own. */
function crowd(rows: number, seed: number): SceneProps {
  const random = generator(seed);
  const ranks = Array.from({ length: rows }, (_, row) => row);
  for (let k = rows - 1; k > 0; k -= 1) {
    const other = Math.floor(random() * (k + 1));
    [ranks[k], ranks[other]] = [ranks[other] ?? 0, ranks[k] ?? 0];
  }
  return { ...someProps(rows, seed), mode: "2d", labelPriority: Float32Array.from(ranks) };
}

const measure = (row: number) => ({ width: 16 + (row % 5) * 7, height: 14 });

function laidOut(layout: LabelLayout, shot: Shot): number[] {
  layout.placement.reset(WIDTH, HEIGHT, shot.points);
  layout.arrange(shot, measure);
  return [...layout.rows.subarray(0, layout.count)];
}

function fresh(shot: Shot): { layout: LabelLayout; rows: number[] } {
  const layout = new LabelLayout();
  layout.update(shot.props, new Set());
  return { layout, rows: laidOut(layout, shot) };
}

describe("who is labelled first", () => {
  it("is the selected row, then hovered, neighbours, and trails, each once", () => {
    const order = new LabelOrder();
    order.rankBy(new Float32Array(10), 10);
    const links = [
      { row: 7, similarity: 1 },
      { row: 1, similarity: 0.5 },
    ];
    const trails = [{ row: 2, points: new Float32Array(6) }];
    order.name({ ...someProps(10), selected: 4, hovered: 7, links, trails });
    expect(order.first).toEqual([4, 7, 1, 2]);
    expect(order.kinds).toEqual(["selected", "hovered", "neighbour", "plain"]);
  });

  it("is in a search what was found, in place of trails", () => {
    const order = new LabelOrder();
    order.rankBy(new Float32Array(10), 10);
    const trails = [2, 5].map((row) => ({ row, points: new Float32Array(6) }));
    order.name({ ...someProps(10), selected: 4, trails, hits: [2, 9] });
    expect(order.first).toEqual([4, 2, 9]);
    expect(order.kinds).toEqual(["selected", "hit", "hit"]);
  });

  it("is then a group's row, then the one of higher priority, and who was labelled gives way only to rows twice as important", () => {
    const props = { ...someProps(7), labelPriority: Float32Array.from([1, 5, 2, 6, 3, 9, 4]), selected: 5 };
    const stage = staged(props);
    const order = new LabelOrder();
    order.rankBy(props.labelPriority, 7);
    order.name(props);
    const places = new Int8Array(7).fill(-1);
    const sorted = () => {
      order.sort(stage.shot, places);
      return [...order.rest.subarray(0, order.restCount)];
    };
    expect(sorted()).toEqual([3, 1, 6, 4, 2, 0]);
    places[4] = 6; // the fourth in importance: before the second, not before the first
    expect(sorted()).toEqual([3, 4, 1, 6, 2, 0]);
    stage.update({ marks: [{ rows: [0, 2], color: [255, 0, 0] }] }, 0);
    expect(sorted()).toEqual([2, 0, 3, 4, 1, 6]);
  });

  it("is of very many rows also a group's row, then the one of higher priority, nearer ones first or not", () => {
    const rows = 20_500;
    const stage = staged({ ...crowd(rows, 3), marks: [{ rows: [3, 20_000, 77], color: [255, 0, 0] }] });
    const { labelPriority } = stage.props;
    const order = new LabelOrder();
    order.rankBy(labelPriority, rows);
    stage.everyPoint();
    order.sort(stage.shot, new Int8Array(rows).fill(-1));
    const first = [...order.rest.subarray(0, 40)];
    const inView = [3, 20_000, 77].filter((row) => first.slice(0, 3).includes(row));
    expect(inView.length).toBe(3);
    const others = first.slice(3).map((row) => labelPriority[row] ?? 0);
    expect(others).toEqual([...others].sort((a, b) => b - a));
  });

  it("is, among equals, the one labelled before, then the nearer", () => {
    const props = { ...someProps(40), labelPriority: new Float32Array(40) };
    const stage = staged(props);
    const { points } = stage.shot;
    const order = new LabelOrder();
    order.rankBy(props.labelPriority, 40);
    const places = new Int8Array(40).fill(-1);
    places[17] = 0;
    order.sort(stage.shot, places);
    const depths = [...order.rest.subarray(1, order.restCount)].map((row) => points.depth[row] ?? 0);
    expect(order.rest[0]).toBe(17);
    const range = Math.max(...depths) - Math.min(...depths);
    for (const [k, depth] of depths.entries()) {
      expect(depth).toBeGreaterThanOrEqual((depths[k - 1] ?? 0) - range / 4000);
    }
  });
});

describe("how many are labelled", () => {
  it("is all that are few, a calm number of a crowd, and more of those left in view on coming nearer", () => {
    expect(mostLabels(WIDTH, HEIGHT, 100, 100)).toBe(100);
    expect(mostLabels(390, 340, 65, 65)).toBe(65);
    const far = mostLabels(WIDTH, HEIGHT, 3000, 3000);
    const near = mostLabels(WIDTH, HEIGHT, 300, 3000);
    expect(far).toBe(46);
    expect(near).toBeGreaterThan(2 * far);
  });

  it("grows on zooming in, and none of them touch", () => {
    const stage = staged(crowd(2500, 4));
    const far = fresh(stage.shot).rows;
    stage.zoom(5, WIDTH / 2, HEIGHT / 2, false, 0);
    stage.prepare(1, 1);
    const { layout, rows } = fresh(stage.shot);
    expect(rows.length).toBeGreaterThan(far.length * 1.4);
    for (const [k, a] of rows.entries()) {
      for (const [j, b] of rows.slice(0, k).entries()) {
        const [dx, dy] = [(layout.x[k] ?? 0) - (layout.x[j] ?? 0), (layout.y[k] ?? 0) - (layout.y[j] ?? 0)];
        const apart = dx >= measure(b).width - 1e-2 || -dx >= measure(a).width - 1e-2 || Math.abs(dy) >= 14 - 1e-2;
        expect(apart).toBe(true);
      }
    }
  });

  it("names the most important of a crowd, also in its thick", () => {
    const props = crowd(2500, 9);
    const { rows } = fresh(staged(props).shot);
    const best = [...props.labelPriority.keys()].sort(
      (a, b) => (props.labelPriority[b] ?? 0) - (props.labelPriority[a] ?? 0),
    );
    const named = best.slice(0, 12).filter((row) => rows.includes(row));
    expect(named.length).toBeGreaterThanOrEqual(11);
  });

  it("is with All every row for which there is room", () => {
    const stage = staged({ ...crowd(900, 5), labelMode: "all" });
    const { layout, rows } = fresh(stage.shot);
    const { points } = stage.shot;
    expect(rows.length).toBeGreaterThan(150);
    for (let row = 0; row < 900; row += 1) {
      if (rows.includes(row) || points.radius[row] === 0) continue;
      const { width, height } = measure(row);
      const [x, y, radius] = [points.x[row] ?? 0, points.y[row] ?? 0, points.radius[row] ?? 0];
      expect(layout.placement.place(x, y, radius, width, height, row, -1, false, true)).toBe(-1);
    }
  });
});

describe("a row that was asked for", () => {
  /** Points so large that they cover the middle of the canvas. */
  const thick = (rows: number) => ({ ...someProps(rows, 11), sizes: new Float32Array(rows).fill(60) });

  it("has its label in the thick of few rows too, over other points if need be", () => {
    const stage = staged(thick(120));
    let without = 0;
    for (let row = 0; row < 120; row += 1) {
      if (!fresh(stage.shot).rows.includes(row)) without += 1;
      stage.update({ selected: row }, 0);
      stage.prepare(0, 1);
      expect(fresh(stage.shot).rows).toContain(row);
    }
    expect(without).toBeGreaterThan(20);
    const links = [3, 40, 77].map((row) => ({ row, similarity: 0.5 }));
    stage.update({ selected: 5, links, hits: [8, 90] }, 0);
    stage.prepare(0, 1);
    expect(fresh(stage.shot).rows).toEqual(expect.arrayContaining([5, 3, 40, 77, 8, 90]));
  });

  it("has it, when it is the selected one, wherever it stands on the canvas and whatever else stands there", () => {
    const stage = staged({ ...thick(30), selected: 4, insets: { top: 50, right: 304, bottom: 40, left: 0 } });
    const { view } = stage.shot;
    for (const x of [3, 300, WIDTH - 310, WIDTH - 3]) {
      for (const y of [3, 300, HEIGHT - 45, HEIGHT - 3]) {
        const { points } = stage.shot;
        [points.x[4], points.y[4]] = [x, y];
        const layout = new LabelLayout();
        layout.update(stage.props, new Set());
        layout.placement.reset(WIDTH, HEIGHT, points);
        layout.placement.block(-1e5, -1e5, 1e5, 1e5);
        layout.arrange(stage.shot, measure);
        expect(layout.rows[0]).toBe(4);
        expect(layout.x[0]).toBeGreaterThanOrEqual(2);
        expect((layout.x[0] ?? 0) + measure(4).width).toBeLessThanOrEqual(view.width - 304);
        expect(layout.y[0]).toBeGreaterThanOrEqual(50);
        expect((layout.y[0] ?? 0) + 14).toBeLessThanOrEqual(view.height - 40);
      }
    }
  });
});

describe("labels in playback", () => {
  it("come and go a third as often as when each picture were laid out anew", () => {
    const stage = staged(crowd(1500, 6));
    const from = stage.props.from;
    const to = from.map((value, i) => value + 0.25 * Math.sin(i * 12.9898));
    stage.update({ to }, 0);
    const kept = new LabelLayout();
    kept.update(stage.props, new Set());
    const changes = { kept: 0, anew: 0 };
    const before = { kept: new Set<number>(), anew: new Set<number>() };
    for (let picture = 0; picture < 60; picture += 1) {
      stage.update({ mix: picture / 59 }, picture);
      stage.prepare(picture, 1);
      const now = { kept: new Set(laidOut(kept, stage.shot)), anew: new Set(fresh(stage.shot).rows) };
      for (const way of ["kept", "anew"] as const) {
        if (picture > 0) changes[way] += [...now[way]].filter((row) => !before[way].has(row)).length;
        before[way] = now[way];
      }
    }
    expect(changes.anew).toBeGreaterThan(60);
    expect(changes.kept).toBeLessThan(changes.anew / 3);
  });
});
