/** Which finding it is, the way back, and the ways to the one before and the one after. */

import { useEffect, useRef } from "preact/hooks";
import { titleOf } from "../findings/titles";
import { integer } from "../format";
import { closeFinding, openFindings, openNext } from "../store/finding_shown";
import { findingKey, sideFindings } from "../store/insights";
import { sideLetter } from "../store/side";
import type { Finding } from "../wire.gen";
import { IconButton } from "./controls";
import { Explain } from "./explain";
import { arriveAt } from "./finding_focus";
import { Sentence } from "./finding_sentence";
import { SeverityShape } from "./severity";

export function FindingHead({ of }: { of: Finding }) {
  const all = sideFindings.value;
  const at = all.indexOf(of) + 1;
  const title = useRef<HTMLHeadingElement>(null);
  const key = findingKey(of);
  useEffect(() => arriveAt(key, title.current), [key]);
  return (
    <header class="finding-head">
      <div class="finding-ways">
        <button type="button" class="link" onClick={closeFinding}>
          <span aria-hidden="true">‹ </span>Back
        </button>
        <span class="spacer" />
        <button type="button" class="link" title="All findings of the run" onClick={() => openFindings()}>
          {integer(at)} of {integer(all.length)}
        </button>
        {all.length > 1 && (
          <>
            <IconButton icon="up" label="Finding before (Shift+E)" onClick={() => openNext(-1)} />
            <IconButton icon="chevron" label="Next finding (E)" onClick={() => openNext(1)} />
          </>
        )}
      </div>
      <h2 ref={title} tabIndex={-1}>
        <SeverityShape of={of.severity} size={20} alone />
        {sideLetter.value && `${sideLetter.value} · `}
        {titleOf(of)}
        <Explain of={[`finding:${of.insight}`, "told:severity", "told:confidence"]} />
      </h2>
    </header>
  );
}

/** On a phone while the sheet is low: what it is, in a few lines. */
export function FindingLine({ of }: { of: Finding }) {
  return (
    <div class="finding-line">
      <h2>
        <SeverityShape of={of.severity} size={20} />
        {sideLetter.value && `${sideLetter.value} · `}
        {titleOf(of)}
      </h2>
      <p>
        <Sentence of={of} />
      </p>
      <button type="button" class="link" onClick={closeFinding}>
        <span aria-hidden="true">‹ </span>Back
      </button>
    </div>
  );
}
