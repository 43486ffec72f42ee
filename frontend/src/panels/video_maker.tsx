/** The window in which a video is chosen, made and watched while it is made. */

import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { integer } from "../format";
import { comparing } from "../store/compare";
import { drawnMode } from "../store/picture";
import { loopPart } from "../store/playback";
import { loop } from "../store/settings";
import { sideLetter } from "../store/side";
import {
  beginVideo,
  cancelVideo,
  chooseVideo,
  filming,
  openVideo,
  tellFilming,
  VIDEO_HEIGHTS,
  VIDEO_RATES,
  VIDEO_SECS,
  videoChoice,
  videoOpen,
} from "../store/video";
import { view } from "../store/view";
import { Segmented } from "./controls";
import { Dialog } from "./dialog";
import { download } from "./hand_over";
import { Icon } from "./icons";
import { makeVideo } from "./make_video";

export function VideoMaker() {
  const working = filming.value?.state === "working";
  return (
    <Dialog open={videoOpen.value} title="Video" class="video" steady={working} onClose={() => openVideo(false)}>
      <Maker />
    </Dialog>
  );
}

function Maker() {
  const preview = useRef<HTMLDivElement>(null);
  const cancel = useRef<HTMLButtonElement>(null);
  const now = filming.value;
  const working = now?.state === "working";
  useEffect(() => {
    if (working) cancel.current?.focus();
  }, [working]);
  const begin = async () => {
    const signal = beginVideo();
    const of = view.peek();
    if (!signal || of === "heat") return;
    tellFilming({ state: "working", done: 0, pictures: 0, doing: "Beginning" });
    try {
      const { blob, name } = await makeVideo(
        of,
        videoChoice.peek(),
        {
          show: (canvas) => preview.current?.replaceChildren(canvas),
          tell: (done, pictures, doing) => !signal.aborted && tellFilming({ state: "working", done, pictures, doing }),
        },
        signal,
      );
      download(blob, name);
      tellFilming({ state: "saved", name, bytes: blob.size });
    } catch (error) {
      if (signal.aborted) tellFilming(null);
      else tellFilming({ state: "failed", why: error instanceof Error ? error.message : "It could not be made." });
    }
  };
  return (
    <div class="video-maker">
      <div ref={preview} class="video-preview" hidden={!working && now?.state !== "saved"} aria-hidden="true" />
      {!working && <Choices />}
      <Progress />
      <footer>
        {working ? (
          <button ref={cancel} type="button" class="button" onClick={cancelVideo}>
            Cancel
          </button>
        ) : (
          <button type="button" class="button main" onClick={() => void begin()}>
            {now?.state === "failed" ? "Try again" : now?.state === "saved" ? "Make another" : "Make the video"}
          </button>
        )}
      </footer>
    </div>
  );
}

function Choices() {
  const { height, part, rate, secs, turning } = videoChoice.value;
  const looped = loop.value ? loopPart.value : null;
  const canLoop = looped !== null && looped.last !== null;
  return (
    <div class="video-choices">
      <Row name="Steps">
        <Segmented
          label="Steps"
          value={canLoop ? part : "run"}
          choices={[
            { value: "run", name: "Whole run" },
            {
              value: "loop",
              name: canLoop ? `${integer(looped.first)}–${integer(looped.last)}` : "Looped part",
              disabled: !canLoop,
              title: canLoop ? "The part that is looped" : "Shift-drag over the loss curve marks a part",
            },
          ]}
          onChange={(value) => chooseVideo({ part: value })}
        />
      </Row>
      <Row name="Length">
        <Numbers
          of={VIDEO_SECS}
          label="Length"
          unit=" s"
          value={secs}
          choose={(value) => chooseVideo({ secs: value })}
        />
      </Row>
      <Row name="Size">
        <Numbers
          of={VIDEO_HEIGHTS}
          label="Size"
          unit="p"
          value={height}
          choose={(value) => chooseVideo({ height: value })}
        />
      </Row>
      <Row name="Pictures a second">
        <Numbers
          of={VIDEO_RATES}
          label="Pictures a second"
          unit=""
          value={rate}
          choose={(value) => chooseVideo({ rate: value })}
        />
      </Row>
      {view.value === "embeddings" && drawnMode.value === "3d" && (
        <Row name="Camera">
          <Segmented
            label="Camera"
            value={turning ? "turning" : "still"}
            choices={[
              { value: "still", name: "As it is now" },
              { value: "turning", name: "Turning slowly" },
            ]}
            onChange={(value) => chooseVideo({ turning: value === "turning" })}
          />
        </Row>
      )}
    </div>
  );
}

function Row({ name, children }: { name: string; children: ComponentChildren }) {
  return (
    <div class="video-row">
      <span aria-hidden="true">{name}</span>
      {children}
    </div>
  );
}

interface NumbersProps {
  of: readonly number[];
  label: string;
  unit: string;
  value: number;
  choose(value: number): void;
}

function Numbers({ choose, label, of, unit, value }: NumbersProps) {
  const choices = of.map((one) => ({ value: String(one), name: `${one}${unit}` }));
  return <Segmented label={label} value={String(value)} choices={choices} onChange={(next) => choose(Number(next))} />;
}

function Progress() {
  const now = filming.value;
  return (
    <>
      {now?.state === "working" && (
        <div class="video-state">
          <progress max={Math.max(1, now.pictures)} value={now.done} aria-label="Pictures filmed" />
          <span>
            {now.doing}
            {now.pictures > 0 && `, ${integer(now.done)} of ${integer(now.pictures)} pictures`}
          </span>
        </div>
      )}
      <div class="video-state" role="status">
        {now?.state === "working" && <small>The page waits meanwhile. Esc stops it.</small>}
        {now?.state === "saved" && (
          <span class="save-name">
            Saved as {now.name}, {megabytes(now.bytes)}
          </span>
        )}
        {now?.state === "failed" && (
          <span class="save-why">
            <Icon name="warn" size={16} />
            {now.why}
          </span>
        )}
        {now === null && (
          <small>
            {comparing.value ? `${filmedSaid()} With` : "With"} step, phase, loss and findings on it: MP4 where this
            browser can write it, else WebM.
          </small>
        )}
      </div>
    </>
  );
}

/** A video is of one run. */
function filmedSaid(): string {
  if (view.value === "layers") return `Only run ${sideLetter.value} is filmed: the one whose layers are shown.`;
  return "Only run A is filmed, without B.";
}

const megabytes = (bytes: number) => `${Number((bytes / 1e6).toPrecision(2))} MB`;
