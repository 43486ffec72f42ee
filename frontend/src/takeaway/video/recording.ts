/** Videos by MediaRecorder, for pages without WebCodecs (plain http): it writes in real time, so it rests while a picture is drawn. */

import { bitsFor, type VideoForm, type VideoWriter } from "./writer";

const TYPES = ["video/webm;codecs=vp9", "video/webm;codecs=vp8", "video/webm"];
/** A hidden page paints nothing. */
const MOST_PAINT_MS = 300;
const after = (ms: number) => new Promise<void>((done) => setTimeout(done, ms));
/** A canvas is handed over when the page is painted, and what comes while the recorder rests is lost. */
const painted = () => new Promise<void>((done) => requestAnimationFrame(() => requestAnimationFrame(() => done())));
const FORM: VideoForm = { codec: "recorded", ending: "webm", type: "video/webm" };

/** Puts the pictures of what was recorded where they belong; `at`: seconds of the recording at which each was shown. null = it can't. */
export type Retime = (recorded: Blob, at: readonly number[]) => Promise<Blob | null>;

/** null = this browser doesn't record canvases. */
export function recorderFor(canvas: HTMLCanvasElement, rate: number, retime: Retime): VideoWriter | null {
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
  const at: number[] = [];
  let [recorded, problem] = [0, ""];
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
      const began = performance.now();
      at.push(recorded);
      shown.requestFrame();
      await Promise.all([after(1000 / rate), Promise.race([painted(), after(MOST_PAINT_MS)])]);
      if (problem !== "") throw new Error(`The browser’s recorder gave up: ${problem}.`);
      recorder.pause();
      recorded += (performance.now() - began) / 1000;
    },
    async finish() {
      recorder.resume();
      recorder.stop();
      await stopped;
      track.stop();
      const whole = new Blob(parts, { type: FORM.type });
      if (whole.size === 0) throw new Error("The browser’s recorder wrote nothing.");
      return (await retime(whole, at).catch(() => null)) ?? whole;
    },
    async cancel() {
      if (recorder.state !== "inactive") recorder.stop();
      track.stop();
    },
  };
}
