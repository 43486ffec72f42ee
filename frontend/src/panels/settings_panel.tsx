/** How things are drawn and how time passes, with what each choice means. Takes effect at once, beside the picture. */

import type { ComponentChildren } from "preact";
import { useEffect, useId, useState } from "preact/hooks";
import { bringExplanations, sentence } from "../store/explanations";
import { resetSettings, settingsAreDefault } from "../store/remembered";
import {
  economize,
  labelMode,
  lessMotion,
  mode,
  openHelp,
  openSettings,
  openTable,
  POINT_SCALES,
  pace,
  palette,
  pointScale,
  setEconomize,
  setLabelMode,
  setLessMotion,
  setMode,
  setPace,
  setPalette,
  setPointScale,
  setSpeed,
  setTrailRows,
  setTrails,
  settingsOpen,
  speed,
  TRAIL_ROWS,
  trailRows,
  trails,
} from "../store/settings";
import { currentLink } from "../store/start";
import { SPEEDS, speedName } from "../time/playback_math";
import { Segmented, Select } from "./controls";
import { Dialog } from "./dialog";
import { Explain } from "./explain";
import { Icon } from "./icons";

export function SettingsPanel() {
  useEffect(() => {
    if (settingsOpen.value) void bringExplanations();
  }, [settingsOpen.value]);
  return (
    <Dialog open={settingsOpen.value} title="Settings" class="settings" beside onClose={() => openSettings(false)}>
      <div class="settings-list">
        <Drawing />
        <Moving />
        <ForPerson />
      </div>
      <footer>
        <button type="button" class="button" disabled={settingsAreDefault()} onClick={resetSettings}>
          Reset
        </button>
        <CopyLink />
        <span class="spacer" />
        <button type="button" class="link" onClick={() => openTable(true)}>
          Table
        </button>
        <button type="button" class="link" onClick={() => openHelp(true)}>
          Keys
        </button>
      </footer>
    </Dialog>
  );
}

function Drawing() {
  const trailsValue = trails.value ? String(trailRows.value) : "off";
  return (
    <>
      <Row name="View" of="control:mode">
        <Segmented
          label="View"
          value={mode.value}
          choices={[
            { value: "3d", name: "3D" },
            { value: "2d", name: "2D" },
          ]}
          onChange={setMode}
        />
      </Row>
      <Row name="Point size" of="control:point_size">
        <Select
          label="Point size"
          hideLabel
          value={String(pointScale.value)}
          choices={POINT_SCALES.map((value) => ({ value: String(value), name: `${value}×` }))}
          onChange={(value) => setPointScale(Number(value))}
        />
      </Row>
      <Row name="Labels" of="control:labels">
        <Segmented
          label="Labels"
          value={labelMode.value}
          choices={[
            { value: "off", name: "Off" },
            { value: "auto", name: "Auto" },
            { value: "all", name: "All" },
          ]}
          onChange={setLabelMode}
        />
      </Row>
      <Row name="Trails" of="control:trails">
        <Select
          label="Trails"
          hideLabel
          value={trailsValue}
          choices={[
            { value: "off", name: "Off" },
            ...TRAIL_ROWS.map((value) => ({ value: String(value), name: String(value) })),
          ]}
          onChange={(value) => {
            setTrails(value !== "off");
            if (value !== "off") setTrailRows(Number(value));
          }}
        />
      </Row>
      <Row name="Colour scale" of="control:palette">
        <Select
          label="Colour scale"
          hideLabel
          value={palette.value}
          choices={[
            { value: "viridis", name: "Viridis" },
            { value: "cividis", name: "Cividis" },
          ]}
          onChange={setPalette}
        />
      </Row>
    </>
  );
}

function Moving() {
  return (
    <>
      <Row name="Pace" of="control:pace">
        <Select
          label="Pace"
          hideLabel
          value={pace.value}
          choices={[
            { value: "step", name: "Steps" },
            { value: "log", name: "Log steps" },
            { value: "snapshot", name: "Snapshots" },
          ]}
          onChange={setPace}
        />
      </Row>
      <Row name="Speed" of="control:speed">
        <Select
          label="Speed in settings"
          hideLabel
          value={String(speed.value)}
          choices={SPEEDS.map((value) => ({ value: String(value), name: speedName(value) }))}
          onChange={(value) => setSpeed(Number(value))}
        />
      </Row>
    </>
  );
}

function ForPerson() {
  return (
    <>
      <Row name="Quality" of="control:quality">
        <Segmented
          label="Quality"
          value={economize.value ? "auto" : "full"}
          choices={[
            { value: "auto", name: "Automatic" },
            { value: "full", name: "Full" },
          ]}
          onChange={(value) => setEconomize(value === "auto")}
        />
      </Row>
      <Row name="Motion" of="control:motion">
        <Segmented
          label="Motion"
          value={lessMotion.value ? "less" : "system"}
          choices={[
            { value: "system", name: "As system" },
            { value: "less", name: "Less" },
          ]}
          onChange={(value) => setLessMotion(value === "less")}
        />
      </Row>
    </>
  );
}

/** A name, its control, and what it means: read out together. */
function Row({ name, of, children }: { name: string; of: string; children: ComponentChildren }) {
  const id = useId();
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset would want a legend, which can't stand in this grid
    <div class="setting" role="group" aria-label={name} aria-describedby={id}>
      <span class="setting-name">
        <span aria-hidden="true">{name}</span>
        <Explain of={of} />
      </span>
      {children}
      <p id={id}>{sentence(of, 0)}</p>
    </div>
  );
}

const SAID_MS = 2500;

/** Where the clipboard is not to be had, the link stands there to be copied by hand. */
function CopyLink() {
  const [said, setSaid] = useState<"" | "copied" | "by hand">("");
  useEffect(() => {
    if (said !== "copied") return;
    const timer = window.setTimeout(() => setSaid(""), SAID_MS);
    return () => window.clearTimeout(timer);
  }, [said]);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(currentLink());
      setSaid("copied");
    } catch {
      setSaid("by hand");
    }
  };
  return (
    <>
      <button type="button" class="button with-icon" onClick={() => void copy()}>
        <Icon name="link" size={16} />
        {said === "copied" ? "Copied" : "Copy link"}
      </button>
      <span class="hidden-text" role="status">
        {said === "copied" ? "The link to this view is in the clipboard." : ""}
      </span>
      {said === "by hand" && (
        <input
          class="link-text"
          readOnly
          aria-label="Link to this view"
          value={currentLink()}
          ref={(field) => field?.select()}
        />
      )}
    </>
  );
}
