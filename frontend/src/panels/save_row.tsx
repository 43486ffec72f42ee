/** One thing that can be taken away: its name, a word on it, a button for each form it comes in, and how that goes. */

import { save, savings } from "../store/saving";
import { Icon } from "./icons";

/** A form that a thing is saved in. */
export interface Way {
  /** On the button: "PNG". */
  readonly form: string;
  /** For those who hear it: "Picture as PNG". */
  readonly label: string;
  /** Ends with the sentence that tells what was done; absent = `go` opens something else. */
  readonly work?: (tell: (doing: string) => void) => Promise<string>;
  readonly go?: () => void;
}

interface RowProps {
  readonly name: string;
  readonly what?: string | undefined;
  readonly ways: readonly Way[];
}

export function SaveRow({ name, what, ways }: RowProps) {
  const begin = ({ go, label, work }: Way) => (work ? void save(label, work) : go?.());
  return (
    <div class="save-row">
      <div class="save-words">
        <b>{name}</b>
        {what && <span>{what}</span>}
      </div>
      {ways.length > 0 && (
        <div class="save-forms">
          {ways.map((way) => (
            <button
              key={way.form}
              type="button"
              class="save-form"
              aria-label={way.label}
              aria-haspopup={way.go ? "dialog" : undefined}
              onClick={() => begin(way)}
            >
              {way.form}
            </button>
          ))}
        </div>
      )}
      {ways.map((way) => (
        <Progress key={way.form} of={way.label} again={() => begin(way)} />
      ))}
    </div>
  );
}

/** Nothing before it was asked for. */
function Progress({ of, again }: { of: string; again(): void }) {
  const now = savings.value.get(of);
  return (
    <p class="save-state" role="status">
      {now?.state === "working" && (
        <>
          <progress aria-label={now.doing} />
          {now.doing}
        </>
      )}
      {now?.state === "saved" && <span class="save-name">{now.said}</span>}
      {now?.state === "failed" && (
        <>
          <span class="save-why">
            <Icon name="warn" size={16} />
            {now.why}
          </span>
          <button type="button" class="link" onClick={again}>
            Try again
          </button>
        </>
      )}
    </p>
  );
}
