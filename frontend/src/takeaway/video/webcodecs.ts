/** Videos by the browser's own encoder, each picture at its exact time. */

import {
  BlobSource,
  BufferTarget,
  CanvasSource,
  canEncodeVideo,
  EncodedPacketSink,
  EncodedVideoPacketSource,
  Input,
  Mp4OutputFormat,
  Output,
  Quality,
  WEBM,
  WebMOutputFormat,
} from "mediabunny";
import { picturesAt } from "./retime";
import { bitsFor, type VideoForm, type VideoWriter } from "./writer";

/** The one that plays everywhere first. */
const FORMS: readonly VideoForm[] = [
  { codec: "avc", ending: "mp4", type: "video/mp4" },
  { codec: "vp9", ending: "webm", type: "video/webm" },
  { codec: "vp8", ending: "webm", type: "video/webm" },
];
/** So that a player gets everywhere at once. */
const KEY_SECS = 1;

/** Writes what is on `canvas`; null = this browser has no encoder for it. Each is tried with two pictures: some say that they can and can't. */
export async function encoderFor(canvas: HTMLCanvasElement, rate: number): Promise<VideoWriter | null> {
  if (!("VideoEncoder" in globalThis)) return null;
  const { height, width } = canvas;
  const quality = new Quality({ bitrate: bitsFor(width, height, rate) });
  for (const form of FORMS) {
    if (form.codec === "recorded" || !(await canEncodeVideo(form.codec, { width, height, quality }))) continue;
    const trial = begin(canvas, rate, form, quality);
    try {
      await trial.add(0);
      await trial.add(1);
      if ((await trial.finish()).size > 0) return begin(canvas, rate, form, quality);
    } catch {
      await trial.cancel();
    }
  }
  return null;
}

function begin(canvas: HTMLCanvasElement, rate: number, form: VideoForm, quality: Quality): VideoWriter {
  const target = new BufferTarget();
  const output = new Output({ format: form.ending === "mp4" ? new Mp4OutputFormat() : new WebMOutputFormat(), target });
  if (form.codec === "recorded") throw new Error("A recorded video has no encoder.");
  const source = new CanvasSource(canvas, { codec: form.codec, quality, keyFrameInterval: KEY_SECS });
  output.addVideoTrack(source, { frameRate: rate });
  const started = output.start();
  return {
    form,
    async add(picture) {
      await started;
      await source.add(picture / rate, 1 / rate);
    },
    async finish() {
      await output.finalize();
      if (target.buffer === null) throw new Error("The browser’s encoder wrote nothing.");
      return new Blob([target.buffer], { type: form.type });
    },
    cancel: async () => {
      if (output.state === "started" || output.state === "pending") await output.cancel();
    },
  };
}

/** What a recorder wrote knows neither how long it is nor where its pictures stand: the same pictures, each at its time. at: seconds of the
 *  recording at which each was shown; one that was lost stays away. null = it can't be read. */
export async function retimed(recorded: Blob, at: readonly number[], rate: number): Promise<Blob | null> {
  const input = new Input({ source: new BlobSource(recorded), formats: [WEBM] });
  const track = await input.getPrimaryVideoTrack();
  if (!track?.codec) return null;
  const config = await track.getDecoderConfig();
  const target = new BufferTarget();
  const output = new Output({ format: new WebMOutputFormat(), target });
  const source = new EncodedVideoPacketSource(track.codec);
  output.addVideoTrack(source);
  await output.start();
  const packets = [];
  for await (const packet of new EncodedPacketSink(track).packets()) packets.push(packet);
  const places = picturesAt(
    packets.map(({ timestamp }) => timestamp),
    at,
  );
  for (const [i, packet] of packets.entries()) {
    const picture = places[i] as number;
    const next = places[i + 1] ?? at.length;
    const meta = i === 0 && config ? { decoderConfig: config } : undefined;
    await source.add(packet.clone({ timestamp: picture / rate, duration: (next - picture) / rate }), meta);
  }
  await output.finalize();
  return target.buffer && new Blob([target.buffer], { type: "video/webm" });
}
