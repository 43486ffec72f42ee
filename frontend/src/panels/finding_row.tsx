/** One finding in a list: a button that goes there. */

import { useEffect, useRef } from "preact/hooks";
import { SEVERITY_NAMES } from "../findings/severity";
import { sureWord, titleOf } from "../findings/titles";
import { integer } from "../format";
import { openFinding } from "../store/finding_shown";
import { findingKey } from "../store/insights";
import type { Finding } from "../wire.gen";
import { returnTo } from "./finding_focus";
import { Sentence } from "./finding_sentence";
import { SeverityShape } from "./severity";

export function FindingRow({ of }: { of: Finding }) {
  const row = useRef<HTMLButtonElement>(null);
  useEffect(() => returnTo(findingKey(of), row.current), []);
  return (
    <li>
      <button ref={row} type="button" class="finding-row" onClick={() => openFinding(of)}>
        <SeverityShape of={of.severity} />
        <span class="finding-words">
          <b>
            {titleOf(of)}
            <small class={`severity-word ${of.severity}`}>{SEVERITY_NAMES[of.severity]}</small>
          </b>
          <span>
            <Sentence of={of} />
          </span>
          <small>
            step {integer(of.first_step)} · {sureWord(of.confidence)}
          </small>
        </span>
      </button>
    </li>
  );
}
