/** One finding in full: what, where and since when, the chart it stands on, how sure, why, and what people do. */

import { measuredSaid, stepsSaid } from "../findings/markdown";
import { SEVERITY_NAMES } from "../findings/severity";
import { partsOf } from "../findings/sources";
import { sureWord, whySure } from "../findings/titles";
import { integer, plural, wholePercent } from "../format";
import { findingLoop, findingShown, loopFinding } from "../store/finding_shown";
import { loopAll } from "../store/playback";
import type { Finding } from "../wire.gen";
import { EvidenceChart } from "./charts/evidence_chart";
import { FindingCopy } from "./finding_copy";
import { FindingHead } from "./finding_head";
import { FindingPlaces } from "./finding_places";
import { Sentence } from "./finding_sentence";

export function FindingDetails() {
  const finding = findingShown.value;
  if (!finding) return null;
  const { evidence, causes, remedies, source } = finding;
  return (
    <>
      <FindingHead of={finding} />
      <section class="section finding-facts" aria-label="What and where">
        <p class="finding-sentence">
          <Sentence of={finding} />
        </p>
        <p class="as-of">
          {SEVERITY_NAMES[finding.severity]} · {stepsSaid(finding)}
          {finding.layers.length > 0 && ` · ${plural(finding.layers.length, "layer")}`}
          {finding.tokens.length > 0 && ` · ${plural(finding.tokens.length, "token")}`}
        </p>
        <FindingPlaces of={finding} />
        <div class="finding-tools">
          <Loop of={finding} />
          <FindingCopy of={finding} />
        </div>
      </section>
      {evidence && (
        <section class="section" aria-label="Evidence">
          <h3>What was measured</h3>
          <EvidenceChart finding={finding} evidence={evidence} />
          <p class="hidden-text">{measuredSaid(evidence)}</p>
        </section>
      )}
      <section class="section" aria-label="How sure">
        <h3>How sure</h3>
        <p class="finding-text">
          <b>{capital(sureWord(finding.confidence))}</b>, {wholePercent(finding.confidence)}
        </p>
        <p class="hint">The number says {whySure(finding)}. It is no calibrated probability.</p>
      </section>
      <Points title="Likely causes" points={causes} />
      <Points title="What people do" points={remedies} />
      {source !== "" && <Source text={source} />}
    </>
  );
}

const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

function Loop({ of }: { of: Finding }) {
  const loop = findingLoop.value;
  if (!loop) return null;
  const [first, last] = loop.steps;
  return (
    <button
      type="button"
      class="button"
      aria-pressed={loop.on}
      title={`Steps ${integer(first)} to ${integer(last)}`}
      onClick={() => (loop.on ? loopAll() : loopFinding(of))}
    >
      {loop.on ? "Looping these steps" : "Loop these steps"}
    </button>
  );
}

function Points({ title, points }: { title: string; points: readonly string[] }) {
  if (points.length === 0) return null;
  return (
    <section class="section">
      <h3>{title}</h3>
      <ul class="finding-points">
        {points.map((point) => (
          <li key={point}>{capital(point)}</li>
        ))}
      </ul>
    </section>
  );
}

function Source({ text }: { text: string }) {
  return (
    <section class="section">
      <h3>Source</h3>
      <p class="hint">
        {partsOf(text).map(({ text: words, href }) =>
          href === null ? (
            words
          ) : (
            <a key={href} class="link" href={href} target="_blank" rel="noopener noreferrer">
              {words}
            </a>
          ),
        )}
      </p>
    </section>
  );
}
