/** What writes the pictures of a video into a file. */

/** A file that this browser can write. */
export interface VideoForm {
  /** As mediabunny names it. */
  readonly codec: "avc" | "vp9" | "vp8" | "recorded";
  readonly ending: "mp4" | "webm";
  readonly type: string;
}

export interface VideoWriter {
  readonly form: VideoForm;
  /** Takes the canvas as it is now for the k-th picture; resolves once there is room for the next. */
  add(picture: number): Promise<void>;
  /** All of it is there. @throws Error with a sentence for the person. */
  finish(): Promise<Blob>;
  /** It is no longer wanted: lets go of what it holds. */
  cancel(): Promise<void>;
}

export const NO_WRITER =
  "This browser can’t write videos: it has neither WebCodecs nor MediaRecorder. A current Chrome, Edge, Firefox or Safari has.";

/** Bits a second for so many px and pictures: fine lines and words on plain ground stay sharp. */
export function bitsFor(width: number, height: number, rate: number): number {
  return Math.round(width * height * 4.5 * Math.sqrt(rate / 30));
}
