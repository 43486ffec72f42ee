/** The tours that this run has something for: how long each is, and what it will show. */

import { useEffect } from "preact/hooks";
import {
  closeOffers,
  guideProblem,
  lengthOf,
  lookAtRun,
  notOffered,
  offers,
  startAnew,
  startGuide,
} from "../store/guide_run";
import { guidesOpen, leftHere } from "../store/guides";
import { model, run, runName } from "../store/runs";
import type { Guide } from "../tours/tour";
import { Dialog } from "./dialog";

export function GuideList() {
  const open = guidesOpen.value;
  // Asked for at once, or as soon as the run's model is here.
  const known = model.value !== null && model.value.run === run.value?.run;
  const name = runName.value;
  useEffect(() => {
    if (open && known) void lookAtRun();
  }, [open, known, name]);
  return (
    <Dialog open={open} title="Tours" class="guides" onClose={closeOffers}>
      <List />
    </Dialog>
  );
}

function List() {
  const list = offers.value;
  const problem = guideProblem.value;
  if (!run.value) return <p class="guides-body">A tour goes through a run: there is none here yet.</p>;
  return (
    <div class="guides-body">
      <p>Each goes through {runName.value ?? "the run"} as it was recorded. Whatever it says was computed from that.</p>
      {problem && (
        <p class="guides-problem" role="alert">
          {problem}{" "}
          <button type="button" class="link" onClick={() => void lookAtRun()}>
            Try again
          </button>
        </p>
      )}
      {notOffered.value && <p role="status">Not offered here. {notOffered.value}</p>}
      {!problem && !list && <p role="status">Looking at the run: positions, statistics, curves …</p>}
      {list?.length === 0 && <p>There is nothing to show yet: a tour needs two snapshots.</p>}
      {list && (
        <ul>
          {list.map((guide) => (
            <Offer key={guide.id} guide={guide} />
          ))}
        </ul>
      )}
    </div>
  );
}

function Offer({ guide }: { guide: Guide }) {
  const left = leftHere.value.find((one) => one.guide === guide.id);
  return (
    <li>
      <button type="button" class="guide-offer" onClick={() => void startGuide(guide.id)}>
        <b>{guide.title}</b>
        <span>{guide.about}</span>
        <small>
          {left ? `Go on with step ${left.before + 1} of ${left.of} · ` : ""}
          {lengthOf(guide)}
        </small>
      </button>
      {left && (
        <button type="button" class="link" onClick={() => void startAnew(guide.id)}>
          From the start
        </button>
      )}
    </li>
  );
}
