/** What a verdict says, as a shape: severities as findings have them, a disc with a tick, or a ring where nothing is judged. */

import type { Standing } from "../insight/verdict";
import { SeverityShape } from "./severity";

export function StandingShape({ of, size = 16 }: { of: Standing; size?: number }) {
  if (of === "watch" || of === "problem") return <SeverityShape of={of} size={size} />;
  return (
    <svg class={`severity ${of}`} width={size} height={size} viewBox="0 0 16 16" aria-hidden="true">
      {of === "good" ? (
        <>
          <circle cx="8" cy="8" r="7.200" />
          <path d="M4.700 8.300L7.100 10.600L11.400 5.800" class="sign" />
        </>
      ) : (
        <circle cx="8" cy="8" r="6" class="ring" />
      )}
    </svg>
  );
}
