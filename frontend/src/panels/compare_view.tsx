/** What stands over the two panes: whose they are, what they have in common, and the switch between them on a phone. */

import { footnote } from "../comparing/footnote";
import { hiddenSentence } from "../comparing/matching";
import { integer, number } from "../format";
import {
  comparing,
  factsOpen,
  linked,
  matching,
  openFacts,
  otherCloud,
  otherEnd,
  otherName,
  otherProblem,
  otherVariance,
  pairColors,
  setLinked,
  sharedAxes,
  shortRunName,
  sizeRatio,
} from "../store/compare";
import { meanNorms } from "../store/compare_rows";
import { shownRows } from "../store/filters";
import { rowNoun, runName } from "../store/runs";
import { layout } from "../store/settings";
import { cloud, still, varianceShown } from "../store/timeline";
import { OtherCloud } from "./compare_pane";
import { IconButton } from "./controls";
import { SideSwitch } from "./side_switch";

/** The second pane; nothing where no other run was chosen. */
export function ComparePane() {
  if (!comparing.value) return null;
  return (
    <section class="pane-b" aria-label={`Run B, ${shortRunName(otherName.value)}`}>
      <OtherCloud />
      <div class="pane-title">
        <RunTitle which="b" />
      </div>
      {otherProblem.value ? (
        <p class="pane-note">{otherProblem.value}</p>
      ) : (
        !otherCloud.value && <p class="pane-note">{cloud.value ? "Reading the first snapshots" : ""}</p>
      )}
      <Footnote />
    </section>
  );
}

/** In place of the picture's own title: A's, or B's. */
export function RunTitle({ which }: { which: "a" | "b" }) {
  const isA = which === "a";
  const name = shortRunName(isA ? runName.value : otherName.value);
  const [a, b] = meanNorms.value;
  const mean = isA ? a : b;
  return (
    <>
      <h1 class="run-title" title={name}>
        <span class="dot" style={{ background: pairColors.value[isA ? 0 : 1] }} />
        <span>
          {isA ? "A" : "B"} · {name}
        </span>
      </h1>
      <p>
        {rowsSaid(isA)}
        {mean !== null && ` · mean norm ${number(mean)}`}
      </p>
      {!isA && <EndNote />}
    </>
  );
}

function rowsSaid(isA: boolean): string {
  const all = (isA ? cloud.value : otherCloud.value)?.set.rows;
  if (all === undefined) return "";
  // What is drawn of A is drawn of B as well.
  return `${integer(shownRows.value.rows)} of ${integer(all)} ${rowNoun.value}s`;
}

function EndNote() {
  const end = otherEnd.value;
  if (!end) return null;
  return (
    <p class="pane-end">
      {end.last ? "Ends" : "Begins"} at step {integer(end.step)}: its {end.last ? "last" : "first"} snapshot is shown
    </p>
  );
}

function Footnote() {
  const found = matching.value;
  if (!found) return null;
  const hidden = hiddenSentence(found, rowNoun.value);
  const text = footnote({
    ...sharedAxes.value,
    linked: linked.value,
    ratio: sizeRatio.value,
    shownA: varianceShown.value,
    shownB: otherVariance.value,
  });
  return (
    <p class="footnote">
      {still.value ? "A is a UMAP, which B has none of: B is along principal components" : text}
      {hidden && (
        <>
          <br />
          {hidden}
        </>
      )}
    </p>
  );
}

export function PairButtons() {
  if (!comparing.value) return null;
  const on = linked.value;
  return (
    <>
      {layout.value === "tablet" && (
        <IconButton
          icon="table"
          label="What differs between A and B"
          pressed={factsOpen.value}
          onClick={() => openFacts(!factsOpen.value)}
        />
      )}
      <IconButton
        icon="link"
        label={on ? "Move both cameras apart (K)" : "Look at both from one place (K)"}
        pressed={on}
        onClick={() => setLinked(!on)}
      />
    </>
  );
}

/** On a phone there is room for one of them. */
export function PaneSwitch() {
  if (!comparing.value || layout.value !== "phone") return null;
  return (
    <div class="pane-switch">
      <SideSwitch label="Run shown" />
    </div>
  );
}
