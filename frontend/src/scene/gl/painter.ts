/** The 3D drawing: one canvas, one renderer, the visuals in the order they lie over each other. */

import { Camera, Scene, WebGLRenderer } from "three";
import type { Painter, Visual } from "../visual";
import { CloudBuffers } from "./cloud_buffers";
import { fillShared, sharedUniforms } from "./common";
import { IdPass } from "./id_pass";
import { createPoints } from "./points";
import { createRings } from "./rings";
import { createShadows } from "./shadows";
import { createStrokes } from "./strokes";

/** Null where the browser has no WebGL 2. `lost` and `restored` tell of the GPU going away and coming back. */
export function createGlPainter(lost: () => void, restored: () => void): Painter | null {
  const canvas = document.createElement("canvas");
  const listening = new AbortController();
  const renderer = startRenderer(canvas);
  if (renderer === null) return null;
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
  const buffers = new CloudBuffers();
  const points = createPoints(shared, buffers);
  const visuals: readonly Visual[] = [
    createStrokes(shared, (shot) => shot.grid, 0.3),
    createShadows(shared, buffers),
    points,
    createRings(shared, buffers),
    createStrokes(shared, (shot) => shot.axes, 0.8),
    createStrokes(shared, (shot) => shot.courses, 0.6),
    createStrokes(shared, (shot) => shot.trails, 0.7),
    createStrokes(shared, (shot) => shot.links, 0.8),
  ];
  const scene = new Scene();
  scene.matrixWorldAutoUpdate = false;
  for (const visual of visuals) scene.add(visual.object);
  // The shaders have their own matrices; this one only satisfies the renderer.
  const camera = new Camera();
  camera.matrixWorldAutoUpdate = false;

  const ids = new IdPass(renderer, points.object, buffers, points.uniforms);

  let ratio = 1;
  return {
    canvas,
    resize(width, height, pixelRatio) {
      ratio = pixelRatio;
      renderer.setPixelRatio(pixelRatio);
      renderer.setSize(width, height);
    },
    update(props, changed) {
      buffers.update(props, changed);
      for (const visual of visuals) visual.update(props, changed);
    },
    draw(shot) {
      fillShared(shared, shot, ratio);
      buffers.order(shot);
      for (const visual of visuals) visual.draw(shot);
      renderer.render(scene, camera);
    },
    pick: (x, y, reach) => ids.pick(x * ratio, y * ratio, reach * ratio),
    point: (x, y, reach, done) => ids.point(x * ratio, y * ratio, reach * ratio, done),
    dispose() {
      listening.abort();
      ids.dispose();
      for (const visual of visuals) visual.dispose();
      buffers.dispose();
      renderer.dispose();
      renderer.forceContextLoss();
      canvas.remove();
    },
  };
}

function startRenderer(canvas: HTMLCanvasElement): WebGLRenderer | null {
  // Asked for here first: the renderer would write its own error to the console.
  const context = canvas.getContext("webgl2", { alpha: true, antialias: false, powerPreference: "high-performance" });
  if (context === null || context.isContextLost()) return null;
  try {
    const renderer = new WebGLRenderer({ canvas, context, alpha: true, antialias: false });
    renderer.setClearColor(0, 0);
    // The visuals stand in the order they are drawn in.
    renderer.sortObjects = false;
    return renderer;
  } catch {
    return null;
  }
}
