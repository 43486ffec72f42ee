/** The page: which panels there are at this width and in this state. */

import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { glossaryAt } from "../store/explanations";
import { followFullScreen } from "../store/full_screen";
import { guideRunning, guidesOpen, guideWanted, openGuides } from "../store/guides";
import { largeStat } from "../store/large_chart";
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
import { loadedCount } from "../store/timeline";
import { summaryOpen } from "../store/training";
import { videoOpen } from "../store/video";
import { layersShown } from "../store/view";
import { Centre } from "./centre";
import { IconButton } from "./controls";
import { Dock } from "./dock";
import { EmptyState } from "./empty_state";
import { Inspector } from "./inspector";
import { onPageKey } from "./keys";
import { LeftPanel, RunSelect } from "./left_panel";
import { bringRest, Glossary, Guides, LargeChart, TrainingSummary, VideoMaker } from "./parts";
import { Roving } from "./roving";
import { ThemeButton } from "./saved_file";
import { focusSearch } from "./search_field";
import { SettingsPanel } from "./settings_panel";
import { Shortcuts } from "./shortcuts";
import { ShownTable } from "./shown_table";
import { Transport } from "./transport";
import { VerdictBar } from "./verdict";
import { ViewSwitch } from "./view_switch";

const REST_MS = 1500;

export function App() {
  useRest();
  const none = answered.value && runs.value.length === 0 && indexing.value?.done !== false;
  const form = layout.value;
  const drawer = form !== "wide";
  return (
    <div class={`page ${form} ${none ? "none" : ""} ${reducedMotion.value ? "still" : ""}`} data-theme={theme.value}>
      {!none && <SkipToView />}
      {drawer ? <Bar none={none} /> : <LeftPanel />}
      {drawer && filtersOpen.value && <Drawer />}
      {!none && <VerdictBar />}
      {none ? <EmptyState /> : <Centre />}
      {!none && <Inspector />}
      <Dock />
      <Transport />
      {form !== "phone" && (
        <Roving along="row" class="page-buttons" label="Page">
          <ThemeButton />
          <ToursButton />
          <IconButton icon="help" label="Keys (?)" onClick={() => openHelp(true)} />
          <SettingsButton />
        </Roving>
      )}
      <SettingsPanel />
      <ShownTable />
      <Once wanted={largeStat.value !== null}>
        <LargeChart />
      </Once>
      <Once wanted={summaryOpen.value}>
        <TrainingSummary />
      </Once>
      <Once wanted={videoOpen.value}>
        <VideoMaker />
      </Once>
      <Shortcuts />
      <Once wanted={glossaryAt.value !== null}>
        <Glossary />
      </Once>
      <Once wanted={guidesOpen.value || guideWanted.value !== null || guideRunning.value !== null}>
        <Guides />
      </Once>
    </div>
  );
}

/** The first stop of the Tab key: what the page is about comes after everything that steers it. */
function SkipToView() {
  const go = () => {
    const pane = document.querySelector<HTMLElement>(".pane.on");
    (pane?.querySelector<HTMLElement>('[role="application"][tabindex="0"]') ?? pane)?.focus();
  };
  return (
    <button type="button" class="skip" onClick={go}>
      Go to the view
    </button>
  );
}

/** Made when it is first wanted; a window that closes has to stay, or it could not give the focus back. */
function Once({ wanted, children }: { wanted: boolean; children: ComponentChildren }) {
  const made = useRef(false);
  made.current ||= wanted;
  return made.current && <>{children}</>;
}

/** What is wanted next should be here before, even if the server goes; after the first picture. */
function useRest(): void {
  const any = loadedCount.value > 0;
  useEffect(() => {
    if (!any) return;
    const timer = window.setTimeout(() => void bringRest(), REST_MS);
    return () => window.clearTimeout(timer);
  }, [any]);
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

function ToursButton() {
  return <IconButton icon="tours" label="Tours (H)" onClick={() => openGuides(true)} />;
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
          {layout.value === "phone" && <ThemeButton framed />}
          {layout.value === "phone" && <ToursButton />}
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
