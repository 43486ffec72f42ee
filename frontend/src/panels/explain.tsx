/** The small button beside a name that says what the thing is. What it opens comes when it is first wanted. */

import { useEffect, useRef, useState } from "preact/hooks";
import { plainName } from "../explain/content";
import { bringExplanations, explanation } from "../store/explanations";

/** What is known of a thing at the cursor: "Here 2.1e-3: inside". */
export interface Here {
  readonly value: string;
  /** Of what it is, where "here" would not say it: "Block 3". */
  readonly of?: string;
  /** Against the healthy range; null = there is none. */
  readonly stands: "inside" | "above" | "below" | null;
  /** The range with its numbers, where it is another one at each place: "5.1e-4 to 6.8e-2". */
  readonly range?: string;
}

export interface ExplainProps {
  /** A key of the explanations, as "stat:grad_norm"; several that share one button: the first is shown first. */
  readonly of: string | readonly string[];
  /** What several are together, after "What are": "these numbers". */
  readonly label?: string;
  /** What is known of one of them now; reads signals. */
  readonly here?: (key: string) => Here | null;
  /** What stands for {row} and {block}. */
  readonly filling?: { readonly row?: string; readonly block?: string };
}

/** For what says a sentence of them without being asked. */
export function useExplanations(): void {
  useEffect(() => void bringExplanations(), []);
}

/** So long rests a pointer on the button before it opens by itself. */
const REST_MS = 350;

const card = () => import("./explain_card");

export function Explain(props: ExplainProps) {
  const button = useRef<HTMLButtonElement>(null);
  const timer = useRef(0);
  const [failed, setFailed] = useState(false);
  const keys = typeof props.of === "string" ? [props.of] : props.of;
  const first = keys[0] ?? "";
  const known = explanation(first);

  async function open(pressed: boolean): Promise<void> {
    try {
      const [{ showCard }, here] = await Promise.all([card(), bringExplanations()]);
      setFailed(!here);
      if (here && button.current?.isConnected) showCard(button.current, { ...props, keys }, pressed);
    } catch {
      setFailed(true);
    }
  }
  const wait = () => {
    timer.current = window.setTimeout(() => void open(false), REST_MS);
  };
  const stop = () => window.clearTimeout(timer.current);
  useEffect(() => {
    const mine = button.current;
    return () => {
      stop();
      if (mine?.ariaExpanded === "true") void card().then(({ closeCardOf }) => closeCardOf(mine));
    };
  }, []);

  // A statistic of a later version has a name and a value, but nothing is known of it here.
  if (known === null) return null;
  const name = (known?.name ?? plainName(first)).replace(/^[A-Z](?=[a-z])/, (letter) => letter.toLowerCase());
  return (
    <>
      <button
        ref={button}
        type="button"
        class="explain"
        data-explain={keys.join(" ")}
        aria-label={props.label ? `What are ${props.label}?` : `What is ${name}?`}
        aria-haspopup="dialog"
        aria-expanded="false"
        onPointerEnter={(event) => event.pointerType === "mouse" && wait()}
        onPointerLeave={stop}
        onClick={(event) => {
          // It stands in labels and captions that do something of their own when they are clicked.
          event.preventDefault();
          event.stopPropagation();
          stop();
          void open(true);
        }}
      >
        <svg aria-hidden="true" width="14" height="14" viewBox="0 0 14 14">
          <circle cx="7" cy="7" r="6.250" fill="none" stroke="currentColor" />
          <path d="M7 6.200v4" stroke="currentColor" stroke-width="1.500" stroke-linecap="round" />
          <circle cx="7" cy="3.900" r="0.900" fill="currentColor" />
        </svg>
      </button>
      {failed && (
        <span class="explain-missing" role="status">
          TensorBoard did not send the explanations. Click to try again.
        </span>
      )}
    </>
  );
}
