/** Films the run step by step: moves the time cursor, draws each picture offscreen, hands it to the encoder, and puts everything back. */

import { following, goLive, loopPart, pause, seek } from "../store/playback";
import { loop, pace, theme } from "../store/settings";
import { legendNow, momentNow } from "../store/shown";
import { layersLegend, layersSaid, layersTitle } from "../store/shown_layers";
import {
  bandsNow,
  drawnStep,
  happeningNow,
  runSaid,
  short,
  shownCurves,
  shownFindings,
  shownRun,
} from "../store/shown_now";
import { stepAxis } from "../store/step_axis";
import { cloud, cursorStep, place, snapshots, stepRange, varianceShown } from "../store/timeline";
import { toggleWandering, wandering } from "../store/tour";
import { restScreen, type VideoChoice } from "../store/video";
import { rowsSaid, titleOf } from "../takeaway/caption";
import { fileName } from "../takeaway/file_name";
import { inksOf } from "../takeaway/inks";
import { fontsReady, measurer } from "../takeaway/png";
import { SHEET_FONTS } from "../takeaway/sheet";
import { type PageOf, VideoPage } from "../takeaway/video/page";
import { PAGE } from "../takeaway/video/page_layout";
import { planOf, type VideoPlan } from "../takeaway/video/plan";
import { NO_WRITER, type VideoWriter } from "../takeaway/video/writer";
import { scene } from "./cloud";
import { shownName } from "./take_away";
import { stageOf, type VideoStage } from "./video_stage";

export type Filmed = "embeddings" | "layers";

export interface VideoHooks {
  /** The canvas that is filmed from. */
  show(canvas: HTMLCanvasElement): void;
  tell(done: number, pictures: number, doing: string): void;
}

/** A snapshot that doesn't come within this time isn't waited for any longer. */
const WAIT_MS = 20_000;
/** The page has its turn after so many ms. */
const TURN_MS = 40;

/** Ends with the file and its name. @throws Error with a sentence for the person; `signal.reason` where it was given up. */
export async function makeVideo(view: Filmed, choice: VideoChoice, hooks: VideoHooks, signal: AbortSignal) {
  const canvas = document.createElement("canvas");
  canvas.height = choice.height;
  canvas.width = Math.round((choice.height * PAGE.width) / PAGE.height);
  const context = canvas.getContext("2d", { alpha: false });
  if (!context) throw new Error("The video is too large for this browser.");
  const plan = planNow(choice);
  hooks.tell(0, plan.pictures, "Looking for an encoder");
  await fontsReady([...SHEET_FONTS, '12px "Roboto Mono"']);
  const writer = await writerFor(canvas, plan.rate);
  const back = { at: cursorStep.peek(), place: place.peek(), following: following.peek(), wanders: wandering.peek() };
  pause();
  if (back.wanders) toggleWandering();
  restScreen(true);
  const of = pageNow(view, plan);
  const scale = canvas.width / PAGE.width;
  const page = new VideoPage(of, scale, measurer());
  let stage: VideoStage | null = null;
  hooks.show(canvas);
  try {
    seek(plan.placeOf(0));
    stage = stageOf(view, page.insets);
    const facts = factsOf(view);
    const set = snapshots.peek();
    let turn = performance.now();
    for (let picture = 0; picture < plan.pictures; picture += 1) {
      signal.throwIfAborted();
      seek(plan.placeOf(picture));
      await settled(stage, signal);
      if (snapshots.peek() !== set) throw new Error("The run was read anew meanwhile. Make the video again.");
      context.setTransform(scale, 0, 0, scale, 0, 0);
      stage.film(context, scale, choice.turning ? plan.turnOf(picture) : 0);
      page.paint(context, {
        secs: plan.timeOf(picture),
        step: wholeStep(),
        lastStep: stepRange.peek()?.[1] ?? null,
        now: happeningNow(),
        facts: facts(),
      });
      await writer.add(picture);
      hooks.tell(picture + 1, plan.pictures, "Filming");
      if (performance.now() - turn > TURN_MS && !document.hidden) {
        await new Promise((done) => setTimeout(done, 0));
        turn = performance.now();
      }
    }
    hooks.tell(plan.pictures, plan.pictures, "Writing the file");
    const blob = await writer.finish();
    return { blob, name: fileName(shownRun(), `${shownName(view)}-video`, null, writer.form.ending) };
  } catch (error) {
    await writer.cancel().catch(() => {});
    throw error;
  } finally {
    stage?.dispose();
    if (back.wanders) toggleWandering();
    restScreen(false);
    if (back.following) goLive();
    else seek(back.place);
  }
}

/** Between snapshots a step is told as a whole one. */
const wholeStep = () => {
  const at = drawnStep();
  return at === null ? null : Math.round(at);
};

function planNow({ part, rate, secs }: VideoChoice): VideoPlan {
  const set = snapshots.peek();
  const looped = loopPart.peek();
  if (!set || set.total < 2) throw new Error("There are too few snapshots for a video.");
  const ends =
    part === "loop" && loop.peek() && looped !== null && looped.last !== null
      ? [set.placeOf(looped.first), set.placeOf(looped.last)]
      : [0, set.total - 1];
  return planOf(set, pace.peek(), ends[0] as number, ends[1] as number, secs, rate);
}

async function writerFor(canvas: HTMLCanvasElement, rate: number): Promise<VideoWriter> {
  const encoders = await import("../takeaway/video/webcodecs").catch(() => {
    throw new Error("TensorBoard did not send what writes videos.");
  });
  const encoder = await encoders.encoderFor(canvas, rate);
  if (encoder) return encoder;
  const { recorderFor } = await import("../takeaway/video/recording");
  const recorder = recorderFor(canvas, rate, (blob, at) => encoders.retimed(blob, at, rate));
  if (!recorder) throw new Error(NO_WRITER);
  return recorder;
}

/** What stays the same in all pictures. */
function pageNow(view: Filmed, plan: VideoPlan): PageOf {
  const dark = theme.peek() === "dark";
  const inks = inksOf(dark);
  const set = snapshots.peek();
  const last = set?.stepAt(plan.placeOf(plan.pictures - 1)) ?? 0;
  const losses = shownCurves();
  const curve = (known: typeof losses.train, color: string, dash: readonly number[]) => {
    return known ? [{ steps: known.steps, values: known.values, color, dash }] : [];
  };
  const now = cloud.peek();
  const drawing = view === "embeddings" ? scene()?.drawing() : null;
  const run = runSaid(shownRun());
  return {
    dark,
    title: view === "layers" ? titleOf(run, layersTitle()) : titleOf(run, shownName(view)),
    curves: [...curve(losses.train, inks.train, []), ...curve(losses.validation, inks.validation, [4, 3])],
    axis: stepAxis.peek() ?? [0, Math.max(1, last)],
    bands: bandsNow(),
    legend: view === "layers" ? layersLegend() : now && drawing ? legendNow(now, drawing) : [],
    findings: shownFindings()
      .filter((one) => one.first_step <= last)
      .map(short),
  };
}

/** What is drawn and how true it is, at the cursor of each moment. */
function factsOf(view: Filmed): () => readonly string[] {
  if (view === "layers") return layersSaid;
  const [now, drawing] = [cloud.peek(), scene()?.drawing()];
  if (!now || !drawing) return () => [];
  const moment = momentNow(now, drawing);
  return () => rowsSaid({ ...moment, variance: varianceShown.peek() ?? moment.variance });
}

/** Until the snapshots beside the cursor are here. */
async function settled(stage: VideoStage, signal: AbortSignal): Promise<void> {
  let began = performance.now();
  while (!stage.settled()) {
    // Nothing is read while nobody can see it.
    if (document.hidden) began = performance.now();
    if (performance.now() - began > WAIT_MS)
      throw new Error(`Step ${wholeStep() ?? ""} could not be read: TensorBoard does not answer.`);
    await new Promise((done) => setTimeout(done, 15));
    signal.throwIfAborted();
  }
}
