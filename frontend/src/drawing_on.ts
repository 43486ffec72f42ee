/** The 2D context of a canvas that is made for a picture. */

/** @throws Error with a sentence for the person, when the canvas is too large for the browser. */
export function drawingOn(canvas: HTMLCanvasElement, settings?: CanvasRenderingContext2DSettings) {
  const context = canvas.getContext("2d", settings);
  // A browser that has no room for so many px hands out a canvas that stays empty. WebKit has no such question.
  if (context === null || context.isContextLost?.()) throw new Error("The picture is too large for this browser.");
  return context;
}
