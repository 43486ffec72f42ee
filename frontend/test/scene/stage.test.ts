import { describe, expect, it } from "vitest";
import { CloudBuffers } from "../../src/scene/gl/cloud_buffers";
import { Stage } from "../../src/scene/stage";
import type { SceneProps } from "../../src/scene/types";
import { someProps } from "./made";

const keys = (...names: (keyof SceneProps)[]) => new Set(names);
const everything = (props: SceneProps) => new Set(Object.keys(props) as (keyof SceneProps)[]);

function staged(props: SceneProps): Stage {
  const stage = new Stage(props);
  stage.width = 900;
  stage.height = 600;
  stage.refit(0, 0);
  return stage;
}

describe("the stage", () => {
  it("knows of no change when the same values come again", () => {
    const props = someProps(20);
    const stage = staged(props);
    expect([...stage.update({ from: props.from, mix: props.mix, theme: "dark" }, 0)]).toEqual([]);
    expect([...stage.update({ mix: 0.5, theme: "dark" }, 0)]).toEqual(["mix"]);
  });

  it("refuses arrays that do not fit the number of rows, and names them", () => {
    expect(() => new Stage({ ...someProps(20), sizes: new Float32Array(19) })).toThrow(
      /sizes has length 19.*20 rows need 20/,
    );
    const stage = staged(someProps(20));
    expect(() => stage.update({ rows: 21 }, 0)).toThrow(RangeError);
    expect(stage.props.rows).toBe(20);
  });

  it("shows every row inside the free canvas once fitted", () => {
    for (const rows of [1, 65, 300]) {
      const stage = staged(someProps(rows, rows));
      stage.prepare(0, 1);
      const { points } = stage.shot;
      for (let row = 0; row < rows; row += 1) {
        expect(points.x[row]).toBeGreaterThan(0);
        expect(points.x[row]).toBeLessThan(900);
        expect(points.y[row]).toBeGreaterThan(50);
        expect(points.y[row]).toBeLessThan(560);
      }
    }
  });

  it("never moves the camera while the run stays inside its box, and eases when it leaves it", () => {
    const props = someProps(30);
    const stage = staged(props);
    stage.prepare(0, 1);
    const before = stage.camera.pose;
    stage.update({ from: props.to, to: props.from, mix: 0 }, 0);
    expect(stage.prepare(10, 1)).toBe(false);
    expect(stage.camera.pose).toEqual(before);
    stage.update({ to: props.to.map((x) => x * 3) }, 10);
    expect(stage.prepare(20, 1)).toBe(true);
    expect(stage.prepare(10 + 330, 1)).toBe(false);
    expect(stage.camera.pose.distance).toBeGreaterThan(before.distance);
  });

  it("leaves the camera alone once a person has moved it, until they ask to fit", () => {
    const props = someProps(30);
    const stage = staged(props);
    stage.orbit(100, 0);
    const { azimuth } = stage.camera.pose;
    expect(azimuth).toBeCloseTo(-10 + 20, 5);
    stage.update({ to: props.to.map((x) => x * 3) }, 0);
    stage.prepare(1000, 1);
    expect(stage.camera.pose.azimuth).toBe(azimuth);
    stage.fit(1000);
    stage.prepare(2000, 1);
    expect(stage.camera.pose.azimuth).toBe(-10);
  });

  it("jumps instead of easing when motion is reduced", () => {
    const stage = staged({ ...someProps(30), reducedMotion: true });
    stage.orbit(100, 0);
    stage.fit(0);
    expect(stage.prepare(1, 1)).toBe(false);
    expect(stage.camera.pose.azimuth).toBe(-10);
    stage.update({ hovered: 3 }, 5);
    expect(stage.prepare(5, 1)).toBe(false);
    expect(stage.shot.hoverScale).toBeCloseTo(1.2, 6);
  });
});

describe("what is sent to the GPU", () => {
  it("is one array per snapshot in playback, none for a mix or a colour", () => {
    const props = someProps(12);
    const [one, two, three, four] = [1, 2, 3, 4].map((seed) => someProps(12, seed).from) as [
      Float32Array,
      Float32Array,
      Float32Array,
      Float32Array,
    ];
    const buffers = new CloudBuffers();
    const show = (from: Float32Array, to: Float32Array) => buffers.update({ ...props, from, to }, keys("from", "to"));
    buffers.update({ ...props, from: one, to: two }, everything(props));
    expect(buffers.positionUploads).toBe(2);
    show(two, three);
    expect(buffers.positionUploads).toBe(3);
    show(three, four);
    expect(buffers.positionUploads).toBe(4);
    show(two, three);
    expect(buffers.positionUploads).toBe(5);
    buffers.update({ ...props, from: two, to: three, mix: 0.9 }, keys("mix", "colors"));
    expect(buffers.positionUploads).toBe(5);
    expect(buffers.geometry.getAttribute("origin").array).toBe(two);
    expect(buffers.geometry.getAttribute("destination").array).toBe(three);
  });

  it("has size 0 for rows that are hidden or not finite, so that no GPU meets NaN", () => {
    const props = someProps(5);
    props.visible[1] = 0;
    props.to[2 * 3] = Number.NaN;
    const buffers = new CloudBuffers();
    buffers.update(props, everything(props));
    expect([...buffers.geometry.getAttribute("size").array]).toEqual([6, 0, 0, 6, 6]);
  });

  it("lets rows recede that a search passed over", () => {
    const props = { ...someProps(3), hits: [1] };
    const buffers = new CloudBuffers();
    buffers.update(props, everything(props));
    expect([3, 7, 11].map((i) => buffers.geometry.getAttribute("color").array[i])).toEqual([0, 255, 0]);
  });
});
