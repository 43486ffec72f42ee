/** The keys, on one sheet, and what they do. */

import { useEffect, useRef } from "preact/hooks";
import { goLive, pause, playing, seek, stepBy, togglePlay } from "../store/playback";
import { letGo } from "../store/selection";
import { changeSpeed, filtersOpen, helpOpen, layout, openFilters, openHelp, toggleLoop } from "../store/settings";
import { IconButton } from "./controls";
import { focusSearch } from "./search_field";

const KEYS: readonly (readonly [string, string])[] = [
  ["Space", "Play, pause"],
  ["← →", "Step back, step forward"],
  ["Shift ← →", "Ten snapshots back, forward"],
  ["Home End", "First, last snapshot"],
  ["[ ]", "Slower, faster"],
  ["L", "Loop"],
  ["/", "Find a token"],
  ["Esc", "Let go of search and selection"],
  ["?", "This sheet"],
];

export function Shortcuts() {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    if (helpOpen.value) dialog.current?.showModal();
    else dialog.current?.close();
  }, [helpOpen.value]);
  return (
    <dialog ref={dialog} class="help" aria-labelledby="help-title" onClose={() => openHelp(false)}>
      <header>
        <h2 id="help-title">Keys</h2>
        <IconButton icon="close" label="Close" onClick={() => openHelp(false)} />
      </header>
      <dl>
        {KEYS.map(([key, does]) => (
          <div key={key}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{does}</dd>
          </div>
        ))}
      </dl>
      <p>
        Drag to turn the cloud, pinch or scroll to zoom, drag with the right button to move it. Drag along the loss
        curve to go through time. Reached by Tab, the cloud takes the arrows: they go from point to point.
      </p>
    </dialog>
  );
}

/** Keys of the whole page. A control that uses a key itself keeps it. */
export function onPageKey(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
  const target = event.target as HTMLElement;
  if (target.closest("dialog[open]")) return;
  const typing = target.matches("textarea, select, input:not([type=checkbox])");
  if (typing) return;
  if (event.key === " " && target.closest("button, [type=checkbox]")) return;
  const jump = event.shiftKey ? 10 : 1;
  const actions: Record<string, () => void> = {
    " ": togglePlay,
    ArrowLeft: () => stepBy(-jump),
    ArrowRight: () => stepBy(jump),
    Home: () => seek(0),
    End: goLive,
    l: toggleLoop,
    L: toggleLoop,
    "[": () => changeSpeed(-1),
    "]": () => changeSpeed(1),
    "?": () => openHelp(true),
    "/": () => {
      if (layout.peek() !== "wide") openFilters(true);
      focusSearch();
    },
    Escape: () => {
      if (filtersOpen.peek()) openFilters(false);
      else if (playing.peek()) pause();
      else letGo();
    },
  };
  const action = actions[event.key];
  if (!action) return;
  event.preventDefault();
  action();
}
