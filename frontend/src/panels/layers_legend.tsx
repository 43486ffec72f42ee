/** Below the model: what its colours, its stream and its lines mean. */

import { wholeGradient } from "../colors/color";
import { brief, integer } from "../format";
import { sentence } from "../store/explanations";
import { cellsSaid, flowScale, painted, paintScale } from "../store/layer_paint";
import { drawn } from "../store/model_view";
import { activationNotes, probedStep } from "../store/probe";
import { palette } from "../store/settings";
import { statName, statTick } from "../store/stat_names";
import { stat } from "../store/statistics";
import { Explain } from "./explain";

export function LayersLegend() {
  const scale = paintScale.value;
  const byWeights = painted.value === "weights";
  const name = byWeights ? cellsSaid.value : statName(stat.value).name;
  const written = (value: number) => (byWeights ? brief(value) : statTick(stat.value, value));
  return (
    <div class="legend layers-legend">
      <span class="color-scale">
        <span class="scale-name">{name}</span>
        <span class="wide-note">
          <Explain
            of={[byWeights ? "measure:weights" : `stat:${stat.value}`, "view:stream", "heat:missing"]}
            label="these colours and lines"
          />
        </span>
        {scale ? (
          <>
            <span class="figure">{written(scale.low)}</span>
            <i class="ramp" style={{ background: wholeGradient(palette.value) }} />
            <span class="figure">{written(scale.high)}</span>
            {scale.log && <span>log</span>}
          </>
        ) : (
          <span class="figure">not recorded</span>
        )}
        <span class="legend-key wide-note">
          <i class="hatch" />
          not known
        </span>
      </span>
      <span class="spacer" />
      {drawn.value.recognized && <Flow />}
    </div>
  );
}

function Flow() {
  const scale = flowScale.value;
  const told = scale
    ? `The wider, the larger the gradient of the block: from ${brief(scale.low)} to ${brief(scale.high)}, logarithmic`
    : "No gradients were recorded";
  return (
    <>
      <span class="legend-key" title={told}>
        <svg width="26" height="12" aria-hidden="true">
          <path d={scale ? "M0 4.500L26 1V11L0 7.500Z" : "M0 4H26V8H0Z"} fill="var(--stream)" />
        </svg>
        residual stream
        {scale && (
          <span class="figure">
            gradient {brief(scale.low)} – {brief(scale.high)}
          </span>
        )}
      </span>
      <span class="legend-key">
        <svg width="20" height="12" aria-hidden="true">
          <path d="M0 6H20" stroke="var(--text3)" stroke-width="2" />
        </svg>
        branch
      </span>
      {activationNotes.value.size > 0 && (
        <span
          class="legend-key wide-note"
          title={`${sentence("probe:activation_rms", 0)} Step ${integer(probedStep.value)}.`}
        >
          act. = activations, RMS
        </span>
      )}
    </>
  );
}
