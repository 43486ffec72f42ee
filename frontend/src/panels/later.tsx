/** Parts of the page that are fetched when they are first wanted, so that the first picture doesn't wait for them. */

import type { FunctionComponent } from "preact";
import { useEffect, useState } from "preact/hooks";

type Loaded<P> = FunctionComponent<P> | "failed" | null;

export interface Later<P> extends FunctionComponent<P> {
  /** Brings it before it is wanted; a failure is told only once it is. */
  bring(): Promise<void>;
}

/** name: of what is missing where it can't be fetched, in the middle of a sentence. */
export function later<P extends object>(name: string, load: () => Promise<FunctionComponent<P>>): Later<P> {
  let loaded: Loaded<P> = null;
  let loading: Promise<void> | null = null;

  function bring(): Promise<void> {
    loading ??= load().then(
      (part) => {
        loaded = part;
      },
      () => {
        loaded = "failed";
        loading = null;
      },
    );
    return loading;
  }

  function Part(props: P) {
    const [part, setPart] = useState<Loaded<P>>(() => loaded);
    useEffect(() => {
      if (typeof part === "function") return;
      let wanted = true;
      void bring().then(() => {
        if (wanted) setPart(() => loaded);
      });
      return () => {
        wanted = false;
      };
    }, []);
    if (part === "failed") return <Missing name={name} again={() => void bring().then(() => setPart(() => loaded))} />;
    const Known = part;
    return Known && <Known {...props} />;
  }
  return Object.assign(Part, { bring });
}

/** A server that went away, or one of another version. */
function Missing({ name, again }: { name: string; again(): void }) {
  return (
    <p class="part-missing" role="status">
      TensorBoard did not send {name}. Reload the page where TensorBoard was updated meanwhile.{" "}
      <button type="button" class="link" onClick={again}>
        Try again
      </button>
    </p>
  );
}
