/** How things are drawn and how time passes, with what each choice means. Takes effect at once, beside the picture. */

import type { ComponentChildren } from "preact";
import { useEffect, useId, useState } from "preact/hooks";
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
import { Icon } from "./icons";

export function SettingsPanel() {
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
      <Row name="View" tells="3D turns. 2D shows the first two directions, and is lighter to draw.">
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
      <Row name="Point size" tells="Times the size that the number of points calls for.">
        <Select
          label="Point size"
          hideLabel
          value={String(pointScale.value)}
          choices={POINT_SCALES.map((value) => ({ value: String(value), name: `${value}×` }))}
          onChange={(value) => setPointScale(Number(value))}
        />
      </Row>
      <Row name="Labels" tells="Auto names as many as have room, the most important first.">
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
      <Row name="Trails" tells="How many of the fastest points draw the way they came.">
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
      <Row name="Colour scale" tells="For numbers. Cividis looks alike to people who confuse red and green.">
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
      <Row name="Pace" tells="What passes evenly while playing. Log steps give the beginning more time.">
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
      <Row name="Speed" tells="At 1× a whole run takes about 20 seconds.">
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
      <Row name="Quality" tells="Automatic draws less while things move too slowly, and all of it at rest.">
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
      <Row name="Motion" tells="Less: jumps instead of motion, whatever the system says.">
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
function Row({ name, tells, children }: { name: string; tells: string; children: ComponentChildren }) {
  const id = useId();
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset would want a legend, which can't stand in this grid
    <div class="setting" role="group" aria-label={name} aria-describedby={id}>
      <span class="setting-name" aria-hidden="true">
        {name}
      </span>
      {children}
      <p id={id}>{tells}</p>
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
