/** The page: which panels there are at this width and in this state. */

import { followFullScreen } from "../store/full_screen";
import { answered, indexing, runs } from "../store/runs";
import {
  filtersOpen,
  layout,
  openFilters,
  openHelp,
  openSettings,
  reducedMotion,
  settingsOpen,
  theme,
} from "../store/settings";
import { layersShown } from "../store/view";
import { Centre } from "./centre";
import { LargeChart } from "./charts/large_chart";
import { IconButton } from "./controls";
import { Dock } from "./dock";
import { EmptyState } from "./empty_state";
import { Inspector } from "./inspector";
import { onPageKey } from "./keys";
import { LeftPanel, RunSelect } from "./left_panel";
import { focusSearch } from "./search_field";
import { SettingsPanel } from "./settings_panel";
import { Shortcuts } from "./shortcuts";
import { ShownTable } from "./shown_table";
import { TrainingSummary } from "./training_figures";
import { Transport } from "./transport";
import { ViewSwitch } from "./view_switch";

export function App() {
  const none = answered.value && runs.value.length === 0 && indexing.value?.done !== false;
  const form = layout.value;
  const drawer = form !== "wide";
  return (
    <div class={`page ${form} ${none ? "none" : ""} ${reducedMotion.value ? "still" : ""}`} data-theme={theme.value}>
      {drawer ? <Bar none={none} /> : <LeftPanel />}
      {drawer && filtersOpen.value && <Drawer />}
      {none ? <EmptyState /> : <Centre />}
      {!none && <Inspector />}
      <Dock />
      <Transport />
      {form !== "phone" && (
        <div class="page-buttons">
          <IconButton icon="help" label="Keys (?)" onClick={() => openHelp(true)} />
          <SettingsButton />
        </div>
      )}
      <SettingsPanel />
      <ShownTable />
      <LargeChart />
      <TrainingSummary />
      <Shortcuts />
    </div>
  );
}

/** On a phone there is room for the views or the run; the run is chosen in the drawer then. */
function Bar({ none }: { none: boolean }) {
  const phone = layout.value === "phone";
  return (
    <header class="top-bar">
      {(!phone || none) && <RunSelect hideLabel />}
      {!none && <ViewSwitch />}
      <span class="spacer" />
      <IconButton
        icon="search"
        label={layersShown.value ? "Find a layer (/)" : "Find a token (/)"}
        class="framed"
        onClick={() => {
          openFilters(true);
          focusSearch();
        }}
      />
      <IconButton
        icon="filters"
        label="What is shown"
        class="framed"
        pressed={filtersOpen.value}
        onClick={() => openFilters(!filtersOpen.value)}
      />
    </header>
  );
}

function SettingsButton({ framed = false }: { framed?: boolean }) {
  const open = settingsOpen.value;
  return (
    <IconButton
      icon="gear"
      label="Settings (,)"
      class={framed ? "framed" : ""}
      pressed={open}
      onClick={() => openSettings(!open)}
    />
  );
}

function Drawer() {
  return (
    <>
      <button type="button" class="scrim" aria-label="Close" onClick={() => openFilters(false)} />
      <div class="drawer">
        <div class="drawer-head">
          <h2>What is shown</h2>
          {layout.value === "phone" && <SettingsButton />}
          <IconButton icon="close" label="Close" onClick={() => openFilters(false)} />
        </div>
        <LeftPanel />
      </div>
    </>
  );
}

/** Keys work wherever the focus is. */
export function listenToKeys(signal: AbortSignal): void {
  followFullScreen(signal);
  window.addEventListener("keydown", onPageKey, { signal });
}
