/** What is chosen, and the groups that were named. */

import { useSignalEffect } from "@preact/signals";
import { useState } from "preact/hooks";
import { integer } from "../format";
import { chooseNothing, chosen, chosenTokens } from "../store/chosen";
import { chosenGroup, full, groups, nameChosen, shownGroups } from "../store/groups";
import { rowNoun } from "../store/runs";
import { openSection } from "../store/sections";
import { layout } from "../store/settings";
import { LONGEST_NAME, MOST_GROUPS } from "../words/groups_memory";
import { IconButton } from "./controls";
import { Explain } from "./explain";
import { GroupRow } from "./group_row";
import { showOnly } from "./isolation";
import { Section } from "./section";
import { TopLabels } from "./top_labels";

const NAME = "Groups";

export function Groups() {
  // The first token chosen opens the section: there is something to do in it now.
  useSignalEffect(() => {
    if (chosen.value.length > 0) openSection(NAME);
  });
  const count = shownGroups.value.length;
  const some = chosen.value.length > 0;
  return (
    <Section
      name={NAME}
      state={some ? `${integer(chosen.value.length)} chosen` : count > 0 ? integer(count) : "none"}
      marked={some}
    >
      {some && <Chosen />}
      {count > 0 && (
        <ul class="groups" aria-label="Groups">
          {shownGroups.value.map((one) => (
            <GroupRow key={one.index} {...one} />
          ))}
        </ul>
      )}
      {!some && count === 0 && (
        <div class="explained">
          <p class="fold-note">{hint()}</p>
          <Explain of={["control:groups", "control:lasso", "control:isolate", "control:search"]} label="groups" />
        </div>
      )}
    </Section>
  );
}

function hint(): string {
  const noun = rowNoun.value;
  if (layout.value === "phone") return `Draw a loop round ${noun}s with the tool at the top, then give them a name.`;
  return `Draw a loop round ${noun}s (O) or Shift-click them, then give them a name.`;
}

function Chosen() {
  const [name, setName] = useState("");
  const rows = chosen.value;
  const known = chosenGroup.value;
  return (
    <div class="chosen-rows">
      <div class="chosen-head">
        <i class="ring" />
        <b>{integer(rows.length)} chosen</b>
        <IconButton
          icon="only"
          label="Show only these (I)"
          class="small"
          onClick={() => showOnly(chosenTokens.peek(), null)}
        />
        <IconButton icon="close" label="Choose nothing" class="small" onClick={chooseNothing} />
      </div>
      <TopLabels rows={rows} />
      {known !== null ? (
        <p class="fold-note">This is “{groups.value[known]?.name}”.</p>
      ) : full.value ? (
        <p class="fold-note">There are {MOST_GROUPS} groups, which is the most. Remove one to name another.</p>
      ) : (
        <form
          class="name-field"
          onSubmit={(event) => {
            event.preventDefault();
            nameChosen(name);
            setName("");
          }}
        >
          <input
            type="text"
            placeholder="Name this group"
            aria-label="Name of the group"
            maxLength={LONGEST_NAME}
            autocomplete="off"
            spellcheck={false}
            value={name}
            onInput={(event) => setName(event.currentTarget.value)}
          />
          <button type="submit" class="link" disabled={name.trim() === ""}>
            Keep
          </button>
        </form>
      )}
    </div>
  );
}
