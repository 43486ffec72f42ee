/** What is shown and how: run, embedding, search, colour, size, labels, trails. */

import { runColor } from "../colors/color";
import { chooseRun, runName, runOrdinal, runs } from "../store/runs";
import { theme } from "../store/settings";
import { Select } from "./controls";
import { EmbeddingRows } from "./embedding_rows";
import { Filters } from "./filters";
import { Groups } from "./groups";
import { Looks } from "./looks";
import { ProjectionSelect } from "./projection_select";
import { SearchField } from "./search_field";

export function LeftPanel() {
  const none = runs.value.length === 0;
  return (
    <section class={none ? "left-panel off" : "left-panel"} inert={none} aria-label="What is shown">
      <RunSelect />
      <SearchField />
      <EmbeddingRows />
      <ProjectionSelect />
      <div class="folds">
        <Filters />
        <Groups />
      </div>
      <Looks />
    </section>
  );
}

export function RunSelect({ hideLabel = false }: { hideLabel?: boolean }) {
  const list = runs.value;
  return (
    <Select
      label="Run"
      hideLabel={hideLabel}
      value={runName.value ?? ""}
      dot={list.length > 0 ? runColor(runOrdinal.value, theme.value) : undefined}
      disabled={list.length === 0}
      choices={
        list.length > 0
          ? list.map((info) => ({ value: info.run, name: info.run === "." ? "logdir itself" : info.run }))
          : [{ value: "", name: "No run with records" }]
      }
      onChange={chooseRun}
    />
  );
}
