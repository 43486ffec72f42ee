/** Says that not all is shown, or nothing, and what brings it back. */

import { integer, plural } from "../format";
import { isolated, isolating, showAllClasses, shownRows } from "../store/filters";
import { rowNoun } from "../store/runs";
import { showAllRows, showEverything } from "./isolation";

export function ShownNotice() {
  const { rows, finite, hiddenByClass } = shownRows.value;
  const noun = rowNoun.value;
  const alone = isolating.value;
  if (rows === 0 && finite > 0) {
    return (
      <div class="notice">
        <div class="notice-words">
          No {noun} is shown:{" "}
          {alone && hiddenByClass < finite
            ? "the class filter hides all those that were chosen."
            : `${integer(hiddenByClass)} ${hiddenByClass === 1 ? "is" : "are"} hidden by the class filter.`}
        </div>
        <button type="button" class="link" onClick={showAllClasses}>
          Show all classes
        </button>
        {alone && (
          <button type="button" class="link" onClick={showEverything}>
            Show all
          </button>
        )}
      </div>
    );
  }
  if (!alone || finite === 0) return null;
  const name = isolated.value?.name;
  return (
    <div class="notice shown-only">
      <div class="notice-words">
        {name
          ? `Only “${name}” is shown, ${plural(rows, noun, `${noun}s`)}`
          : `Only ${integer(rows)} chosen ${rows === 1 ? `${noun} is` : `${noun}s are`} shown`}
      </div>
      <button type="button" class="link" onClick={showAllRows}>
        Show all
      </button>
    </div>
  );
}
