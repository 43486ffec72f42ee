/** Which classes of tokens are shown, with their counts: each a switch, one alone with Alt or a double click. */

import { integer } from "../format";
import { type ClassRows, classRows, clickClass, onlyClass, showAllClasses } from "../store/filters";
import { rowNoun } from "../store/runs";
import { theme } from "../store/settings";
import { classColor } from "../words/tokens";
import { Section } from "./section";

export function Filters() {
  const list = classRows.value;
  // One class is nothing to choose from.
  if (list.length < 2) return null;
  const all = list.reduce((sum, { rows }) => sum + rows, 0);
  const hidden = list.reduce((sum, one) => sum + (one.hidden ? one.rows : 0), 0);
  return (
    <Section
      name="Show"
      state={hidden > 0 ? `${integer(all - hidden)} of ${integer(all)}` : `all ${integer(all)} ${rowNoun.value}s`}
      marked={hidden > 0}
    >
      <ul class="class-rows" aria-label="Classes shown">
        {list.map((one) => (
          <ClassRow key={one.tokenClass.name} {...one} />
        ))}
      </ul>
      {hidden > 0 && (
        <button type="button" class="link" onClick={showAllClasses}>
          Show all classes
        </button>
      )}
    </Section>
  );
}

function ClassRow({ tokenClass, rows, hidden }: ClassRows) {
  const { name } = tokenClass;
  return (
    <li class={hidden ? "class-row hidden-class" : "class-row"}>
      <button
        type="button"
        class="class-switch"
        aria-pressed={!hidden}
        title="Alt-click or double-click: only this class"
        onClick={(event) => clickClass(name, event)}
      >
        <i class="swatch" style={{ "--swatch": classColor(tokenClass, theme.value) }} />
        <span class="name">{name}</span>
        <span class="figure">{integer(rows)}</span>
      </button>
      <button type="button" class="link only" aria-label={`Only ${name}`} onClick={() => onlyClass(name)}>
        Only
      </button>
    </li>
  );
}
