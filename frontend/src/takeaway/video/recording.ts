/** Videos by MediaRecorder, for pages without WebCodecs (plain http): it writes in real time, so it rests while a picture is drawn. */

import { bitsFor, type VideoForm, type VideoWriter } from "./writer";

const TYPES = ["video/webm;codecs=vp9", "video/webm;codecs=vp8", "video/webm"];
const FORM: VideoForm = { codec: "recorded", ending: "webm", type: "video/webm" };

/** null = this browser doesn't record canvases. timed: puts the pictures of what was recorded where they belong. */
export function recorderFor(
  canvas: HTMLCanvasElement,
  rate: number,
  timed: (recorded: Blob, pictures: number) => Promise<Blob | null>,
): VideoWriter | null {
  if (!("MediaRecorder" in globalThis) || !("captureStream" in canvas)) return null;
  const mimeType = TYPES.find((type) => MediaRecorder.isTypeSupported(type));
  if (mimeType === undefined) return null;
  const stream = canvas.captureStream(0);
  const track = stream.getVideoTracks()[0];
  if (!track || !("requestFrame" in track)) return null;
  const shown = track as CanvasCaptureMediaStreamTrack;
  const videoBitsPerSecond = bitsFor(canvas.width, canvas.height, rate);
  const recorder = new MediaRecorder(stream, { mimeType, videoBitsPerSecond });
  const parts: Blob[] = [];
  let [pictures, problem] = [0, ""];
  recorder.addEventListener("dataavailable", ({ data }) => data.size > 0 && parts.push(data));
  recorder.addEventListener("error", (event) => {
    problem = String((event as ErrorEvent).error ?? "the recorder stopped");
  });
  const stopped = new Promise<void>((done) => recorder.addEventListener("stop", () => done(), { once: true }));
  return {
    form: FORM,
    async add() {
      if (recorder.state === "inactive") recorder.start(1000);
      else recorder.resume();
      shown.requestFrame();
      await new Promise((done) => setTimeout(done, 1000 / rate));
      if (problem !== "") throw new Error(`The browser’s recorder gave up: ${problem}.`);
      recorder.pause();
      pictures += 1;
    },
    async finish() {
      recorder.resume();
      recorder.stop();
      await stopped;
      track.stop();
      const whole = new Blob(parts, { type: FORM.type });
      if (whole.size === 0) throw new Error("The browser’s recorder wrote nothing.");
      return (await timed(whole, pictures).catch(() => null)) ?? whole;
    },
    async cancel() {
      if (recorder.state !== "inactive") recorder.stop();
      track.stop();
    },
  };
}
