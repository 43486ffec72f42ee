import type { BufferAttribute, BufferGeometry } from "three";
import { describe, expect, it } from "vitest";
import { CloudBuffers } from "../../src/scene/gl/cloud_buffers";
import { Stage } from "../../src/scene/stage";
import type { SceneProps } from "../../src/scene/types";
import { someProps } from "./made";

const everything = (props: SceneProps) => new Set(Object.keys(props) as (keyof SceneProps)[]);

/** Bytes a row needs: two places, a colour, a size, its place in the order. */
const ROW_BYTES = 12 + 12 + 4 + 4 + 4;

function shown(buffers: CloudBuffers, props: SceneProps): Stage {
  return drawn(buffers, staged(props));
}

function staged(props: SceneProps): Stage {
  const stage = new Stage(props);
  stage.width = 800;
  stage.height = 600;
  stage.refit(0, 0);
  stage.prepare(0, 1);
  return stage;
}

function drawn(buffers: CloudBuffers, stage: Stage): Stage {
  buffers.update(stage.props, everything(stage.props));
  buffers.order(stage.shot);
  return stage;
}

describe("the GPU's memory", () => {
  it("is as much as the rows need, and given back when their number changes, time after time", () => {
    const buffers = new CloudBuffers();
    const alive = new Set<BufferGeometry>();
    const stages = [65, 4000, 10, 21_000, 0].map((rows) => staged(someProps(rows)));
    for (let k = 0; k < 100; k += 1) {
      const stage = stages[k % 5] as Stage;
      drawn(buffers, stage);
      const { geometry } = buffers;
      const { rows } = stage.props;
      expect(buffers.bytes).toBe(rows * ROW_BYTES);
      expect(Object.values(geometry.attributes).every((one) => (one as BufferAttribute).count === rows)).toBe(true);
      if (!alive.has(geometry)) geometry.addEventListener("dispose", () => alive.delete(geometry));
      alive.add(geometry);
      expect(alive.size).toBe(1);
    }
    buffers.dispose();
    expect(alive.size).toBe(0);
  });

  it("keeps its buffers while only the data changes", () => {
    const buffers = new CloudBuffers();
    const props = someProps(50);
    shown(buffers, props);
    const { geometry } = buffers;
    const color = geometry.getAttribute("color");
    for (let seed = 2; seed < 40; seed += 1) {
      const { from, to, colors } = someProps(50, seed);
      buffers.update({ ...props, from, to, colors }, new Set(["from", "to", "colors"] as const));
    }
    expect(buffers.geometry).toBe(geometry);
    expect(geometry.getAttribute("color")).toBe(color);
  });
});

describe("the drawing order on the GPU", () => {
  const index = (buffers: CloudBuffers) => {
    const { start, count } = buffers.geometry.drawRange;
    return [...(buffers.geometry.getIndex() as BufferAttribute).array].slice(start, start + count);
  };

  it("is back to front for balls, and front to back for discs", () => {
    for (const [rows, nearLast] of [
      [300, true],
      [4000, false],
    ] as const) {
      const buffers = new CloudBuffers();
      const { depth } = shown(buffers, someProps(rows)).shot.points;
      const order = index(buffers);
      expect(order.length).toBe(rows);
      const first = depth[order[0] ?? 0] ?? 0;
      const last = depth[order.at(-1) ?? 0] ?? 0;
      expect(first > last).toBe(nearLast);
    }
  });

  it("of very many is sent once, and a smaller share only draws less of it", () => {
    const buffers = new CloudBuffers();
    const stage = shown(buffers, { ...someProps(21_000), selected: 5 });
    expect(buffers.orderUploads).toBe(1);
    for (const rows of [0.5, 0.1, 1]) {
      stage.prepare(0, 1, { pixels: 1, labels: true, trails: true, rows });
      buffers.order(stage.shot);
      expect(index(buffers)).toEqual([
        ...stage.shot.sample.rows.subarray(stage.shot.sample.start, stage.shot.sample.end),
      ]);
      expect(buffers.geometry.drawRange.count).toBeLessThanOrEqual(21_000 * rows + 1);
      expect(index(buffers).at(-1)).toBe(5);
    }
    expect(buffers.orderUploads).toBe(1);
    stage.update({ selected: 6 }, 0);
    stage.prepare(0, 1);
    buffers.order(stage.shot);
    expect(buffers.orderUploads).toBe(2);
    expect(index(buffers).at(-1)).toBe(6);
  });
});
