/** Beside the run: another one to compare it with, and those whose loss curves are laid over. */

import { useEffect, useRef, useState } from "preact/hooks";
import { compareWith, compareWithNewest, comparing, otherName, pairColors, shortRunName } from "../store/compare";
import { MOST_RUNS, overlaid, runCurves, tick, ticked } from "../store/compare_curves";
import { runName, runs } from "../store/runs";
import { IconButton, Select } from "./controls";
import { strokeStyle } from "./run_strokes";

/** Long lists are searched. */
const SEARCH_FROM = 8;

export function CompareRuns() {
  const list = runs.value;
  const select = useRef<HTMLDivElement>(null);
  const [added, setAdded] = useState(false);
  // Whoever added a run by keyboard goes on where it is chosen.
  useEffect(() => {
    if (added && comparing.value) select.current?.querySelector("select")?.focus();
    setAdded(false);
  }, [added]);
  if (list.length < 2) return null;
  return (
    <div class="compare-runs">
      {comparing.value ? (
        <div ref={select} class="compare-run">
          <Select
            label="Run B"
            hideLabel
            value={otherName.value ?? ""}
            dot={pairColors.value[1]}
            choices={list
              .filter((info) => info.run !== runName.value)
              .map((info) => ({ value: info.run, name: `B  ${shortRunName(info.run)}` }))}
            onChange={compareWith}
          />
          <IconButton icon="close" label="Stop comparing" onClick={() => compareWith(null)} />
        </div>
      ) : (
        <button
          type="button"
          class="link add-run"
          onClick={() => {
            compareWithNewest();
            setAdded(true);
          }}
        >
          + Compare
        </button>
      )}
      <CurvePicker />
    </div>
  );
}

function CurvePicker() {
  const [query, setQuery] = useState("");
  const wanted = query.trim().toLowerCase();
  const others = runs.value.filter((info) => info.run !== runName.value);
  const found = others.filter((info) => wanted === "" || shortRunName(info.run).toLowerCase().includes(wanted));
  const full = overlaid.value.length >= MOST_RUNS - 1;
  const count = overlaid.value.length + 1;
  return (
    <details class="curve-picker">
      <summary>
        Loss curves<span class="size">{count > 1 ? `${count} runs` : "this run"}</span>
      </summary>
      {others.length >= SEARCH_FROM && (
        <input
          type="search"
          aria-label="Find a run"
          placeholder="Find a run"
          value={query}
          onInput={(event) => setQuery(event.currentTarget.value)}
        />
      )}
      <ul aria-label="Runs whose loss curves are shown">
        {found.map((info) => {
          const isB = comparing.value && info.run === otherName.value;
          const on = isB || ticked.value.includes(info.run);
          const stroke = runCurves.value.find((one) => one.run === info.run)?.stroke;
          return (
            <li key={info.run}>
              <label class="check-row" title={shortRunName(info.run)}>
                <input
                  type="checkbox"
                  checked={on}
                  disabled={isB || (full && !on)}
                  onChange={(event) => tick(info.run, event.currentTarget.checked)}
                />
                <span class="name">
                  {isB && "B  "}
                  {shortRunName(info.run)}
                </span>
                {stroke && <i class="run-stroke" style={strokeStyle(stroke)} />}
              </label>
            </li>
          );
        })}
      </ul>
      {found.length === 0 && <p class="select-note">No run matches “{query.trim()}”.</p>}
      {full && <p class="select-note">At most {MOST_RUNS} runs at once.</p>}
      {ticked.value.length > 0 && (
        <button type="button" class="link" onClick={() => ticked.value.map((name) => tick(name, false))}>
          Only this run
        </button>
      )}
    </details>
  );
}
