/** The 3D drawing of the model: one canvas, one renderer, two draws. */

import { Camera, Matrix4, Scene, WebGLRenderer } from "three";
import { sharedUniforms, unit } from "../../gl/common";
import { matrices } from "../../pose";
import { bandsOf } from "../ribbons";
import type { Stage } from "../stage";
import type { ModelProps } from "../types";
import { Boxes } from "./boxes";
import { Flow } from "./flow";

export interface SolidPainter {
  readonly canvas: HTMLCanvasElement;
  resize(width: number, height: number, pixelRatio: number): void;
  update(stage: Stage, changed: ReadonlySet<keyof ModelProps>): void;
  draw(stage: Stage, pixelRatio: number): void;
  dispose(): void;
}

const viewMatrix = new Float32Array(16);
const projection = new Float32Array(16);
const seen = new Matrix4();

/** Null where the browser has no WebGL 2. */
export function createSolidPainter(lost: () => void, restored: () => void): SolidPainter | null {
  const canvas = document.createElement("canvas");
  const renderer = startRenderer(canvas);
  if (renderer === null) return null;
  const listening = new AbortController();
  const { signal } = listening;
  canvas.addEventListener(
    "webglcontextlost",
    (event) => {
      event.preventDefault();
      lost();
    },
    { signal },
  );
  canvas.addEventListener("webglcontextrestored", restored, { signal });
  const shared = sharedUniforms();
  const boxes = new Boxes(shared);
  const flow = new Flow(shared);
  const scene = new Scene();
  scene.matrixWorldAutoUpdate = false;
  scene.add(boxes.mesh, flow.mesh);
  const camera = new Camera();
  camera.matrixWorldAutoUpdate = false;

  return {
    canvas,
    resize(width, height, pixelRatio) {
      renderer.setPixelRatio(pixelRatio);
      renderer.setSize(width, height);
    },
    update(stage, changed) {
      const { props } = stage;
      const anew = changed.has("layout");
      if (anew) boxes.build(stage.boxes);
      if (changed.has("theme")) boxes.color(stage.palette);
      if (changed.has("ramp")) boxes.ramp(props.ramp);
      if (changed.has("faces")) boxes.faces(props);
      if (anew || changed.has("faces")) boxes.patches(props, anew);
      if (anew || changed.has("shares") || changed.has("shown")) boxes.looks(props);
      if (anew || changed.has("theme") || changed.has("flow"))
        flow.build(bandsOf(props.layout, props.flow), stage.palette);
    },
    draw({ view, palette, props }, pixelRatio) {
      const { width, height } = props.layout.bounds;
      matrices(view, view.distance * 0.05, view.distance + 2 * (width + height), viewMatrix, projection);
      seen.fromArray(viewMatrix);
      shared.viewProjection.value.fromArray(projection).multiply(seen);
      shared.canvasSize.value.set(view.width * pixelRatio, view.height * pixelRatio);
      shared.pixelRatio.value = pixelRatio;
      unit(shared.canvasColor.value, palette.canvas);
      unit(shared.centreColor.value, palette.centre);
      renderer.render(scene, camera);
    },
    dispose() {
      listening.abort();
      boxes.dispose();
      flow.dispose();
      renderer.dispose();
      renderer.forceContextLoss();
      canvas.remove();
    },
  };
}

function startRenderer(canvas: HTMLCanvasElement): WebGLRenderer | null {
  const context = canvas.getContext("webgl2", { alpha: true, antialias: true, powerPreference: "high-performance" });
  if (context === null || context.isContextLost()) return null;
  try {
    const renderer = new WebGLRenderer({ canvas, context, alpha: true, antialias: true });
    renderer.setClearColor(0, 0);
    renderer.sortObjects = false;
    return renderer;
  } catch {
    return null;
  }
}
