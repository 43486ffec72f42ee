import { describe, expect, it } from "vitest";
import { crowding, densityOf, densityOfShare, enough, grownBy } from "../../src/scene/crowding";
import { Sample, shuffled } from "../../src/scene/sample";
import { Stage } from "../../src/scene/stage";
import type { SceneProps } from "../../src/scene/types";
import { someProps } from "./made";
import { generator } from "./random";

const drawn = (sample: Sample) => [...sample.rows.subarray(sample.start, sample.end)];
const arranged = (props: SceneProps) => {
  const sample = new Sample(props.rows);
  sample.update(props, new Set());
  return sample;
};

describe("the rows that a picture draws", () => {
  it("are all visible ones, each once, when nothing is left out", () => {
    const props = someProps(500);
    for (const row of [0, 7, 499]) props.visible[row] = 0;
    const sample = arranged(props);
    sample.take(1);
    expect(sample.share).toBe(1);
    expect(drawn(sample).toSorted((a, b) => a - b)).toEqual(
      Array.from({ length: 500 }, (_, row) => row).filter((row) => props.visible[row] === 1),
    );
  });

  it("are a fair part of every stretch of the vocabulary, however small the share", () => {
    const sample = arranged(someProps(40_000));
    for (const share of [0.5, 0.1, 0.05]) {
      sample.take(share);
      expect(sample.share).toBeCloseTo(share, 3);
      const tenths = new Array<number>(10).fill(0);
      for (const row of drawn(sample)) tenths[Math.floor(row / 4000)] = (tenths[Math.floor(row / 4000)] ?? 0) + 1;
      const expected = 4000 * share;
      // Five standard deviations of chance.
      for (const count of tenths) expect(Math.abs(count - expected)).toBeLessThan(5 * Math.sqrt(expected));
    }
  });

  it("grow and shrink with the share without changing places", () => {
    const sample = arranged(someProps(1000));
    sample.take(0.2);
    const few = drawn(sample);
    sample.take(0.6);
    expect(drawn(sample).slice(-few.length)).toEqual(few);
  });

  it("always hold what somebody asked for, drawn over the others", () => {
    const asked = { selected: 4, hovered: 9, hits: [11, 12], links: [{ row: 20, similarity: 0.5 }] };
    const trails = [{ row: 21, points: new Float32Array(6) }];
    const marks = [{ rows: [30, 31], color: [1, 2, 3] as const }];
    const sample = arranged({ ...someProps(2000), ...asked, trails, marks, courses: [[40, 41]] });
    sample.take(0);
    expect(drawn(sample).toSorted((a, b) => a - b)).toEqual([4, 9, 11, 12, 20, 21, 30, 31, 40, 41]);
    sample.take(0.5);
    expect(new Set(drawn(sample).slice(-10))).toEqual(new Set([4, 9, 11, 12, 20, 21, 30, 31, 40, 41]));
  });

  it("never hold a hidden row, asked for or not", () => {
    const props = { ...someProps(50), selected: 3, hits: [3, 4] };
    props.visible[3] = 0;
    const sample = arranged(props);
    expect(drawn(sample)).not.toContain(3);
    expect(drawn(sample)).toContain(4);
  });

  it("are thinned out even when a search finds nearly all", () => {
    const sample = arranged({ ...someProps(20_000), hits: Array.from({ length: 19_000 }, (_, row) => row) });
    sample.take(0.1);
    expect(sample.count).toBe(5000);
  });

  it("are put in order only when it changes, not for a colour or a mix", () => {
    const props = someProps(30);
    const sample = arranged(props);
    const { version } = sample;
    sample.update(props, new Set(["mix", "colors", "from", "to", "hovered"] as const));
    expect(sample.version).toBe(version);
    sample.update(props, new Set(["visible"] as const));
    expect(sample.version).toBe(version + 1);
  });

  it("stand in the same order each time", () => {
    expect(shuffled(1000)).toEqual(shuffled(1000));
    expect(shuffled(1000).toSorted()).toEqual(Uint32Array.from({ length: 1000 }, (_, k) => k));
  });
});

/** A round cloud of `rows` points, standard deviation 0.2. */
function roundCloud(rows: number): SceneProps {
  const random = generator(2);
  const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random()) * 0.2;
  const from = Float32Array.from({ length: rows * 3 }, normal);
  return { ...someProps(1), ...withRows(rows), from, to: from, mix: 0 };
}

function withRows(rows: number): Partial<SceneProps> {
  return {
    rows,
    colors: new Uint8Array(rows * 3),
    sizes: new Float32Array(rows).fill(2),
    visible: new Uint8Array(rows).fill(1),
    labels: new Array<string>(rows).fill(""),
    labelPriority: new Float32Array(rows),
  };
}

describe("level of detail", () => {
  const staged = (props: SceneProps, distance: number) => {
    const stage = new Stage(props);
    stage.width = 1280;
    stage.height = 720;
    stage.refit(0, 0);
    stage.show({ azimuth: 0, elevation: 0, distance, target: [0, 0, 0] });
    return stage;
  };

  it("knows how often points cover the places they fall on", () => {
    const stage = staged(roundCloud(21_000), 8);
    stage.prepare(0, 1, undefined, true);
    const { view, sample, sizeFactor } = stage.shot;
    const found = crowding(stage.props, sample.fair, 21_000, view, sizeFactor);
    // Counted: the discs' areas, over the ellipse that holds 86 % of a normal cloud.
    const points = stage.everyPoint();
    const spread = (places: Float32Array) => {
      const mean = places.reduce((a, b) => a + b, 0) / places.length;
      return Math.sqrt(places.reduce((a, b) => a + (b - mean) ** 2, 0) / places.length);
    };
    const area = Math.PI * 4 * spread(points.x) * spread(points.y);
    const discs = points.radius.reduce((sum, radius) => sum + Math.PI * radius * radius, 0);
    expect(found / (discs / area)).toBeGreaterThan(0.75);
    expect(found / (discs / area)).toBeLessThan(1.33);
  });

  it("draws everything near, and fewer the farther away, but never too few", () => {
    const stage = staged(roundCloud(21_000), 2);
    const shares = [2, 10, 30, 100, 1000].map((distance) => {
      stage.show({ azimuth: 0, elevation: 0, distance, target: [0, 0, 0] });
      stage.prepare(0, 1);
      return stage.shot.sample.share;
    });
    expect(shares[0]).toBe(1);
    expect(shares.toSorted((a, b) => b - a)).toEqual(shares);
    expect(shares[3]).toBeLessThan(0.5);
    expect(shares[4]).toBeCloseTo(0.05, 2);
  });

  it("leaves out nothing in the view that shows everything, however crowded, and then no more than the zoom adds", () => {
    const stage = new Stage(roundCloud(21_000));
    for (const row of stage.props.sizes.keys()) stage.props.sizes[row] = 20;
    stage.width = 1280;
    stage.height = 720;
    stage.refit(0, 0);
    stage.prepare(0, 1);
    expect(stage.shot.sample.share).toBe(1);
    const { pose } = stage.camera;
    stage.show({ ...pose, distance: pose.distance * 2 });
    stage.prepare(0, 1);
    expect(stage.shot.sample.share).toBeCloseTo(1 / 4, 2);
  });

  it("is off where nothing may be left out, and for pictures to keep", () => {
    const stage = staged(roundCloud(21_000), 1000);
    stage.prepare(0, 1, undefined, true);
    expect(stage.shot.sample.share).toBe(1);
    stage.update({ mayEconomize: false }, 0);
    stage.prepare(0, 1);
    expect(stage.shot.sample.share).toBe(1);
  });

  it("takes shares in steps, so that a hair's zoom changes nothing", () => {
    const shares = Array.from({ length: 200 }, (_, k) => enough(8 + k * 0.16, 9000, 9));
    expect(new Set(shares).size).toBeLessThan(12);
    expect(enough(7.9, 9000, 9)).toBe(1);
    expect(enough(15.9, 90_000, 9)).toBe(1);
  });

  it("lets a part of the rows hide as much of the ground as all of them", () => {
    for (const share of [0.7, 0.4]) {
      const rows = 100_000;
      const depthOfAll = rows * Math.log(1 - densityOf(rows));
      const part = rows * share * Math.log(1 - densityOfShare(rows, share)) * grownBy(rows, share) ** 2;
      expect(part / depthOfAll).toBeCloseTo(1, 6);
    }
    expect(grownBy(10_000, 0.6) ** 2 * 0.6).toBeCloseTo(1, 6);
    expect(grownBy(10_000, 0.01)).toBe(1.4);
    expect(grownBy(2000, 0.5)).toBe(1);
  });
});

describe("where rows are on screen", () => {
  it("is worked out for very many only where somebody asked for them, and for all on demand", () => {
    const props = { ...roundCloud(21_000), labelMode: "off" as const, selected: 17 };
    const stage = new Stage(props);
    stage.width = 1280;
    stage.height = 720;
    stage.refit(0, 0);
    stage.prepare(0, 1);
    const { points } = stage.shot;
    expect([...points.radius].flatMap((radius, row) => (radius > 0 ? [row] : []))).toEqual([17]);
    stage.update({ hovered: 99 }, 0);
    stage.prepare(0, 1);
    expect(points.radius[99]).toBeGreaterThan(0);
    expect(stage.everyPoint().radius.every((radius) => radius > 0)).toBe(true);
    stage.prepare(0, 1);
    expect(points.radius.filter((radius) => radius > 0).length).toBe(2);
  });

  it("is said of one row without all others", () => {
    const props = someProps(200);
    props.to[3 * 8] = Number.NaN;
    props.visible[9] = 0;
    const stage = new Stage(props);
    stage.width = 900;
    stage.height = 600;
    stage.refit(0, 0);
    stage.prepare(0, 1);
    const { points } = stage.shot;
    for (let row = 0; row < 200; row += 1) {
      const at = stage.place(row, 0);
      if (row === 8 || row === 9) expect(at).toBeNull();
      else
        expect(Math.hypot((at?.x ?? 0) - (points.x[row] ?? 0), (at?.y ?? 0) - (points.y[row] ?? 0))).toBeLessThan(1e-3);
    }
  });

  it("grows every radius by the point scale, 3D or flat", () => {
    for (const mode of ["3d", "2d"] as const) {
      const radii = [1, 1.5].map((pointScale) => {
        const stage = new Stage({ ...someProps(20), mode, pointScale });
        stage.setFlat(mode === "2d");
        stage.width = 900;
        stage.height = 600;
        stage.refit(0, 0);
        stage.prepare(0, 1);
        return [...stage.shot.points.radius];
      });
      const [plain, grown] = radii as [number[], number[]];
      for (const [row, radius] of plain.entries()) expect(grown[row]).toBeCloseTo(radius * 1.5, 4);
    }
  });
});
