import { expect, test } from "vitest";
import { drawnMode, tellFallback } from "../src/store/picture";
import { setMode } from "../src/store/settings";

test("what can't be drawn in 3D is drawn in 2D, whatever was asked for", () => {
  setMode("3d");
  expect(drawnMode.value).toBe("3d");
  tellFallback("no-webgl");
  expect(drawnMode.value).toBe("2d");
  tellFallback(null);
  expect(drawnMode.value).toBe("3d");
  setMode("2d");
  expect(drawnMode.value).toBe("2d");
});
