/** The evidence of a finding as a chart, what its lines are, and what they are at the cursor. */

import { useMemo } from "preact/hooks";
import { evidenceColumns, seriesAt } from "../../findings/evidence";
import { measuredSaid } from "../../findings/markdown";
import { integer, number } from "../../format";
import { shownStrokes } from "../../store/finding_strokes";
import { hoverStep } from "../../store/hover_step";
import { layers } from "../../store/layers";
import { shortPath } from "../../store/same_kind";
import { step } from "../../store/timeline";
import type { Evidence, Finding } from "../../wire.gen";
import { ChartFrame } from "./chart_frame";
import { drawEvidence } from "./evidence_plot";

const HEIGHT = 156;

export function EvidenceChart({ finding, evidence }: { finding: Finding; evidence: Evidence }) {
  const data = useMemo(() => evidenceColumns(evidence), [evidence]);
  const pens = shownStrokes(evidence.series);
  if (!data) return <p class="hint">None of the values behind it is finite.</p>;
  const marked = {
    first: finding.first_step,
    last: finding.last_step,
    thresholdName: evidence.threshold_name,
    severity: finding.severity,
  };
  return (
    <figure class="evidence">
      <ChartFrame
        data={data}
        height={HEIGHT}
        axes
        range={data.range}
        label={`${measuredSaid(evidence)}. Steps ${integer(data.range[0])} to ${integer(data.range[1])}.`}
        clamped={false}
        draw={(Plot, box, look, told) => drawEvidence(Plot, box, data, pens, marked, look, told)}
        valueAt={(at) => (evidence.series[0] ? seriesAt(evidence.series[0], at) : null) ?? Number.NaN}
      />
      <Readings evidence={evidence} colors={pens} />
      {evidence.series.length > 1 && evidence.series.length < finding.layers.length && (
        <p class="as-of">
          {integer(evidence.series.length)} of its {integer(finding.layers.length)} layers are drawn.
        </p>
      )}
    </figure>
  );
}

/** Under the hairline, or else at the cursor. */
function Readings({
  evidence,
  colors,
}: {
  evidence: Evidence;
  colors: readonly { color: string; dash: readonly number[] }[];
}) {
  const at = Math.round(hoverStep.value ?? step.value ?? 0);
  return (
    <figcaption>
      <span class="evidence-step">Step {integer(at)}</span>
      <ul>
        {evidence.series.map((one, i) => (
          <li key={one.name}>
            <svg width="20" height="8" aria-hidden="true">
              <line
                x1="0"
                x2="20"
                y1="4"
                y2="4"
                stroke={colors[i]?.color}
                stroke-width="2"
                stroke-dasharray={colors[i]?.dash.join(" ")}
              />
            </svg>
            <span title={one.name}>{shortPath(layers.value, one.name)}</span>
            <b>{number(seriesAt(one, at))}</b>
          </li>
        ))}
        {evidence.threshold !== null && (
          <li>
            <svg width="20" height="8" aria-hidden="true">
              <line class="threshold-key" x1="0" x2="20" y1="4" y2="4" stroke-width="1.5" stroke-dasharray="5 3" />
            </svg>
            <span class="whole">
              {evidence.threshold_name === "" ? "threshold" : `threshold: ${evidence.threshold_name}`}
            </span>
            <b>{number(evidence.threshold)}</b>
          </li>
        )}
      </ul>
    </figcaption>
  );
}
