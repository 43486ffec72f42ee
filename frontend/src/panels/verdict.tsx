/** One line over the views: what is to be thought of the run up to the cursor. A click goes to the worst that was found. */

import { useState } from "preact/hooks";
import { integer } from "../format";
import { phaseColor, phaseName } from "../insight/phase_looks";
import { type Verdict, wholeLine } from "../insight/verdict";
import { comparing, otherName, pairColors, paneShown, shortRunName } from "../store/compare";
import { replies } from "../store/insights";
import { playing } from "../store/playback";
import { runName } from "../store/runs";
import { layout, theme } from "../store/settings";
import { openWorst, otherVerdict, otherVerdictStep, verdict, verdictStep } from "../store/verdict";
import { Explain } from "./explain";
import { Sentence } from "./finding_sentence";
import { StandingShape } from "./standing";

export function VerdictBar() {
  const both = comparing.value;
  const one = layout.value === "phone" ? paneShown.value : null;
  return (
    <section class={both ? "verdicts both" : "verdicts"} aria-label={both ? "Verdicts" : "Verdict"}>
      {(!both || one !== "b") && <Line which="a" />}
      {both && one !== "a" && <Line which="b" />}
    </section>
  );
}

function Line({ which }: { which: "a" | "b" }) {
  const said = (which === "a" ? verdict : otherVerdict).value;
  const [open, setOpen] = useState(false);
  const letter = comparing.value ? which.toUpperCase() : "";
  const name = shortRunName(which === "a" ? runName.value : otherName.value);
  const id = `verdict-card-${which}`;
  return (
    <div
      class="verdict"
      onPointerOver={(event) => {
        // What the line is opens a card of its own.
        if (event.pointerType === "mouse") setOpen(!(event.target as Element).closest(".explain, .explanation-card"));
      }}
      onPointerLeave={() => setOpen(false)}
    >
      <button
        type="button"
        class={`verdict-line ${said.standing}`}
        aria-describedby={open ? id : undefined}
        onClick={() => {
          setOpen(!openWorst(which) && !open);
        }}
        onFocus={(event) => event.currentTarget.matches(":focus-visible") && setOpen(true)}
        onBlur={() => setOpen(false)}
        onKeyDown={(event) => {
          if (event.key !== "Escape" || !open) return;
          event.preventDefault();
          setOpen(false);
        }}
      >
        {letter && (
          <span class="verdict-run">
            <span class="dot" style={{ background: pairColors.value[which === "a" ? 0 : 1] }} />
            <span class="hidden-text">Run </span>
            {letter}
            <span class="hidden-text">, {name}:</span>
          </span>
        )}
        <StandingShape of={said.standing} />
        <span class="verdict-text">
          <Parts said={said} />
        </span>
        {said.worst && <span class="hidden-text">. Goes to the worst finding.</span>}
      </button>
      <Explain of="view:verdict" />
      {open && said.standing !== "none" && <Card id={id} which={which} said={said} />}
      <Told said={said} letter={letter} />
    </div>
  );
}

/** Cut from the right where there is no room: what matters most comes first. On a phone the rest has a line of its own. */
function Parts({ said }: { said: Verdict }) {
  const phone = layout.value === "phone";
  const brief = comparing.value || phone;
  const story = brief ? said.storyNow : said.story;
  const below = phone && said.reason !== "" ? story : "";
  return (
    <>
      <span class="verdict-first">
        <b>{said.word}</b>
        {said.reason && <Part words={said.reason} />}
        {story && !below && <Part words={story} />}
      </span>
      <span class="verdict-rest">
        {below && <Part words={below} />}
        {!brief && said.earlier && <Part words={said.earlier} />}
        {(!phone || below) && said.bandBrief && <Part words={said.bandBrief} brief={!comparing.value && !phone} />}
        {phone && !below && comparing.value && said.bandBrief && <Part words={said.bandBrief} />}
        {!comparing.value && !(phone && below) && said.band && <Part words={said.band} />}
      </span>
    </>
  );
}

/** brief: stands where there is no room for the one behind it. */
function Part({ words, brief = false }: { words: string; brief?: boolean }) {
  return <span class={brief ? "part brief" : "part"}>{words}</span>;
}

/** What the line is made of. */
function Card({ id, which, said }: { id: string; which: "a" | "b"; said: Verdict }) {
  const at = (which === "a" ? verdictStep : otherVerdictStep).value ?? 0;
  const phases = (replies[which].value?.now?.phases ?? []).filter((phase) => phase.first_step <= at);
  const { worst } = said;
  return (
    <div id={id} class="insight-card verdict-card" role="tooltip">
      <b>Up to step {integer(at)}</b>
      <p class="whole">{wholeLine(said)}</p>
      {worst ? (
        <p>
          <Sentence of={worst} />
        </p>
      ) : (
        said.standing === "good" && <p>Nothing was found that would need a look.</p>
      )}
      {phases.length > 0 && (
        <ul>
          {phases.map((phase) => (
            <li key={phase.first_step}>
              <i style={{ background: phaseColor(phase.name, theme.value) }} />
              <span>
                {phaseName(phase.name)}
                {phase.provisional ? ", provisional" : ""}
              </span>
              <span>
                {phase.last_step >= at ? "since " : ""}
                {integer(phase.first_step)}
                {phase.last_step >= at ? "" : `–${integer(phase.last_step)}`}
              </span>
            </li>
          ))}
        </ul>
      )}
      {said.band && <p>In band: the update ratio at the cursor, against the learning rate and the weights’ size.</p>}
      {worst && <small>Click: go to this finding</small>}
    </div>
  );
}

/** Heard when it changes, not while the cursor plays through the run. */
function Told({ said, letter }: { said: Verdict; letter: string }) {
  return (
    <span class="hidden-text" role="status">
      {playing.value || said.standing === "none" ? "" : `${letter ? `Run ${letter}: ` : ""}${said.word}`}
    </span>
  );
}
