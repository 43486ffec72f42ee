/** A severity as its shape; the word beside it says the same. */

import { SEVERITY_NAMES, SEVERITY_SHAPES, SEVERITY_SIGNS, type Severity } from "../findings/severity";

/** alone: there is no word beside it, so it says its own. */
export function SeverityShape({ of, size = 16, alone = false }: { of: Severity; size?: number; alone?: boolean }) {
  return (
    <svg
      class={`severity ${of}`}
      width={size}
      height={size}
      viewBox="0 0 16 16"
      role={alone ? "img" : undefined}
      aria-label={alone ? SEVERITY_NAMES[of] : undefined}
      aria-hidden={alone ? undefined : "true"}
    >
      <path d={SEVERITY_SHAPES[of]} />
      <path d={SEVERITY_SIGNS[of]} class="sign" />
    </svg>
  );
}
