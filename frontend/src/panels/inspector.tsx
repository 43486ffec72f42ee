/** The right side: the token under the pointer or the selected one, or the chosen ones together; with neither, the run. */

import type { ComponentChildren } from "preact";
import { useRef } from "preact/hooks";
import { plural } from "../format";
import { comparing, factsOpen, shortRunName } from "../store/compare";
import { findingShown, findingsOpen, openFindings } from "../store/finding_shown";
import { groupRows, groupShown, showGroup } from "../store/group_shown";
import { chosenLayer, layerSubject } from "../store/layers";
import { hovered, pinned, select, selected, subject, togglePin } from "../store/selection";
import { layout } from "../store/settings";
import { openSheet, sheetOpen } from "../store/sheet";
import { sideLetter, sideName } from "../store/side";
import { cloud } from "../store/timeline";
import { layersShown } from "../store/view";
import { RunOrComparison, TokenOrBoth } from "./compare_inspector";
import { IconButton } from "./controls";
import { FindingLine } from "./finding_head";
import { RunFindings } from "./findings";
import { GroupDetails } from "./group_details";
import { Icon } from "./icons";
import { LayerHead } from "./layer_head";
import { NeighbourChips } from "./neighbours";
import { FindingDetails, LayerDetails } from "./parts";
import { RunLine } from "./run_summary";
import { nameOf, Tile } from "./token_name";

export function Inspector() {
  if (findingShown.value || findingsOpen.value) return <FindingInspector />;
  if (layersShown.value) return <LayersInspector />;
  if (layout.value === "phone") return <Sheet />;
  // Over the canvas it would jump in and out with the pointer: there it tells of the chosen only.
  const tablet = layout.value === "tablet";
  const row = tablet ? selected.value : subject.value;
  const group = groupFor(tablet);
  if (tablet && row === null && group.length === 0 && !factsOpen.value) return null;
  return (
    <aside class="inspector" aria-label="Inspector">
      {!cloud.value ? (
        <RunOrComparison />
      ) : group.length > 0 ? (
        <GroupDetails rows={group} />
      ) : row === null ? (
        <RunOrComparison />
      ) : (
        <>
          <Header row={row} />
          <BackToGroup />
          <TokenOrBoth row={row} />
        </>
      )}
    </aside>
  );
}

/** Whichever view is on screen: of one finding, or of the run with the list of all. */
function FindingInspector() {
  const finding = findingShown.value;
  const list = (
    <>
      <div class={comparing.value ? "finding-ways of-a" : "finding-ways alone"}>
        {comparing.value && (
          <b>
            {sideLetter.value} · {shortRunName(sideName.value)}
          </b>
        )}
        <IconButton icon="close" label="Close" onClick={() => openFindings(false)} />
      </div>
      {comparing.value ? <RunFindings /> : <RunOrComparison />}
    </>
  );
  if (layout.value === "phone") {
    return (
      <SheetFrame
        low={finding ? <FindingLine of={finding} /> : <RunLine />}
        high={finding ? <FindingDetails /> : list}
      />
    );
  }
  return (
    <aside class="inspector" aria-label="Inspector">
      {finding ? <FindingDetails /> : list}
    </aside>
  );
}

/** Where layers are shown: of one of them, or of the run. */
function LayersInspector() {
  const form = layout.value;
  // Over the canvas it would jump in and out with the pointer: there it tells of the chosen only.
  const layer = form === "tablet" ? chosenLayer.value : layerSubject.value;
  if (form === "phone") {
    return (
      <SheetFrame
        low={layer === null ? <RunLine /> : <LayerHead layer={layer} small />}
        high={layer === null ? <RunOrComparison /> : <LayerDetails layer={layer} />}
      />
    );
  }
  if (form === "tablet" && layer === null) return null;
  return (
    <aside class="inspector" aria-label="Inspector">
      {layer === null ? <RunOrComparison /> : <LayerDetails layer={layer} />}
    </aside>
  );
}

const NO_ROWS: readonly number[] = [];

/** A row that is pointed at, or pinned, comes before the group. */
function groupFor(still: boolean): readonly number[] {
  if (pinned.value || (!still && hovered.value !== null)) return NO_ROWS;
  return groupShown.value;
}

/** From one row back to all that were chosen. */
function BackToGroup() {
  const count = groupRows.value.length;
  if (count === 0 || pinned.value || hovered.value !== null) return null;
  return (
    <p class="back-to-group">
      <button type="button" class="link" onClick={showGroup}>
        Back to {plural(count, "chosen row")}
      </button>
    </p>
  );
}

function Header({ row }: { row: number }) {
  return (
    <header class="inspector-head">
      <Tile row={row} />
      <Title row={row} />
      <IconButton
        icon="pin"
        label={pinned.value ? "Let it go" : "Keep this one while pointing at others"}
        pressed={pinned.value}
        onClick={togglePin}
      />
      {layout.value === "tablet" && selected.value !== null && (
        <IconButton icon="close" label="Close" onClick={() => select(null)} />
      )}
    </header>
  );
}

/** Phone: the token, the chosen ones, or the run. */
function Sheet() {
  const row = subject.value;
  const group = groupFor(false);
  if (cloud.value && group.length > 0) {
    const details = <GroupDetails rows={group} />;
    return <SheetFrame low={details} high={details} />;
  }
  if (row === null || !cloud.value) return <SheetFrame low={<RunLine />} high={<RunOrComparison />} />;
  return (
    <SheetFrame
      low={
        <>
          <SheetHeader row={row} />
          <NeighbourChips row={row} />
        </>
      }
      high={
        <>
          <Header row={row} />
          <BackToGroup />
          <TokenOrBoth row={row} />
        </>
      }
    />
  );
}

/** A sheet over the canvas, one finger high or most of the screen. */
function SheetFrame({ low, high }: { low: ComponentChildren; high: ComponentChildren }) {
  const open = sheetOpen.value;
  const draggedFrom = useRef<number | null>(null);
  return (
    <aside class={open ? "sheet open" : "sheet"} aria-label="Inspector">
      <button
        type="button"
        class="sheet-handle"
        aria-expanded={open}
        aria-label={open ? "Show less" : "Show more"}
        onPointerDown={(event) => {
          draggedFrom.current = event.clientY;
          event.currentTarget.setPointerCapture(event.pointerId);
        }}
        onPointerUp={(event) => {
          const moved = event.clientY - (draggedFrom.current ?? event.clientY);
          draggedFrom.current = null;
          if (Math.abs(moved) > 12) openSheet(moved < 0);
          else openSheet(!open);
        }}
        onKeyDown={(event) => {
          if (event.key !== "Enter" && event.key !== " ") return;
          event.preventDefault();
          event.stopPropagation();
          openSheet(!open);
        }}
      >
        <span class="grip" />
        <Icon name={open ? "chevron" : "up"} />
      </button>
      <div class="sheet-body">{open ? high : low}</div>
    </aside>
  );
}

function Title({ row }: { row: number }) {
  const name = nameOf(row);
  return (
    <div class="inspector-title">
      <h2>{name.title}</h2>
      <p>
        id {name.id}
        {name.className && ` · ${name.className}`}
      </p>
    </div>
  );
}

function SheetHeader({ row }: { row: number }) {
  return (
    <header class="inspector-head">
      <Tile row={row} size={44} />
      <Title row={row} />
    </header>
  );
}
