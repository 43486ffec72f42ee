/** One group: its colour, its name to choose it again, and what can be done with it. */

import { useState } from "preact/hooks";
import { groupColor } from "../colors/group_colors";
import { integer } from "../format";
import { chooseTokens, chosenTokens } from "../store/chosen";
import {
  addToGroup,
  chosenGroup,
  intersectGroup,
  recolourGroup,
  removeGroup,
  renameGroup,
  type ShownGroup,
} from "../store/groups";
import { theme } from "../store/settings";
import { LONGEST_NAME } from "../words/groups_memory";
import { common, same, sizeOf, without } from "../words/token_sets";
import { scene } from "./cloud";
import { Icon } from "./icons";
import { showOnly } from "./isolation";
import { TopLabels } from "./top_labels";

export function GroupRow({ group, index, rows }: ShownGroup) {
  const [open, setOpen] = useState(false);
  return (
    <li class={chosenGroup.value === index ? "group current" : "group"}>
      <div class="group-line">
        <button
          type="button"
          class="group-color"
          aria-label={`Another colour for ${group.name}`}
          title="Another colour"
          onClick={() => recolourGroup(index)}
        >
          <i class="ring" style={{ borderColor: groupColor(group.color, theme.value) }} />
        </button>
        <button
          type="button"
          class="group-name"
          title="Choose these again. With Shift they join what is chosen."
          onClick={(event) => {
            chooseTokens(group.tokens, event.shiftKey ? "add" : "replace");
            scene()?.focus(rows);
          }}
        >
          <span class="name">{group.name}</span>
          <span class="figure">{integer(rows.length)}</span>
        </button>
        <button
          type="button"
          class={open ? "group-more open" : "group-more"}
          aria-expanded={open}
          aria-label={`What to do with ${group.name}`}
          onClick={() => setOpen(!open)}
        >
          <Icon name="chevron" size={16} />
        </button>
      </div>
      {open && <GroupActions group={group} index={index} rows={rows} />}
    </li>
  );
}

function GroupActions({ group, index, rows }: ShownGroup) {
  const now = chosenTokens.value;
  const fresh = sizeOf(without(now, group.tokens));
  const shared = common(group.tokens, now);
  const narrower = sizeOf(shared) > 0 && !same(shared, group.tokens);
  return (
    <div class="group-actions">
      <TopLabels rows={rows} norm />
      <input
        type="text"
        aria-label={`Name of ${group.name}`}
        maxLength={LONGEST_NAME}
        autocomplete="off"
        spellcheck={false}
        value={group.name}
        onChange={(event) => {
          renameGroup(index, event.currentTarget.value);
          event.currentTarget.value = group.name;
        }}
        onKeyDown={(event) => {
          if (event.key === "Enter") event.currentTarget.blur();
        }}
      />
      <div class="group-buttons">
        <button type="button" class="link" onClick={() => showOnly(group.tokens, group.name)}>
          Show only these
        </button>
        {fresh > 0 && (
          <button type="button" class="link" onClick={() => addToGroup(index, now)}>
            Add the {integer(fresh)} chosen
          </button>
        )}
        {narrower && (
          <button type="button" class="link" onClick={() => intersectGroup(index, now)}>
            Keep the {integer(sizeOf(shared))} in both
          </button>
        )}
        <button type="button" class="link" onClick={() => removeGroup(index)}>
          Remove
        </button>
      </div>
    </div>
  );
}
