/** What can be taken away: the picture, the cloud and the table on screen, and the server's files of the whole run. */

import { useEffect, useId, useRef } from "preact/hooks";
import type { ExportQuery } from "../api";
import { forgetSavings, save, saveAsked, savings } from "../store/saving";
import { layout } from "../store/settings";
import { type Cloud, cloud, loadedCount } from "../store/timeline";
import { Icon } from "./icons";
import type { Take } from "./take_away";

const TAKES: readonly { kind: Take; name: string; what: string }[] = [
  { kind: "png", name: "PNG", what: "Picture, twice as sharp as the screen" },
  { kind: "svg", name: "SVG", what: "Picture made of lines, for papers" },
  { kind: "ply", name: "PLY", what: "Points in space, for Blender or MeshLab" },
  { kind: "csv", name: "CSV", what: "Table of the rows that are shown" },
];
const WHOLE = [
  { what: "positions", name: "Positions" },
  { what: "embeddings", name: "Vectors" },
] as const;
/** Only now, as seldom anything is taken away. */
const maker = async () => {
  try {
    return await import("./take_away");
  } catch {
    throw new Error("TensorBoard did not send what makes files.");
  }
};
const FORMATS = ["csv", "json", "npz"] as const;
const GAP = 6;
const EDGE = 8;

export function SaveMenu() {
  const id = useId();
  const button = useRef<HTMLButtonElement>(null);
  const menu = useRef<HTMLDivElement>(null);
  const now = cloud.value;
  const ready = now !== null && loadedCount.value > 0;
  const seen = useRef(saveAsked.peek());

  useEffect(() => {
    if (saveAsked.value === seen.current) return;
    seen.current = saveAsked.value;
    if (ready) menu.current?.showPopover();
  }, [saveAsked.value, ready]);

  const onKeyDown = (event: KeyboardEvent) => onKey(event, menu.current, button.current);
  const onToggle = (event: { readonly newState: string }) => {
    const open = event.newState === "open";
    button.current?.setAttribute("aria-expanded", String(open));
    if (!open || !menu.current || !button.current) return;
    forgetSavings();
    putBeside(menu.current, button.current);
    buttonsIn(menu.current)[0]?.focus();
  };

  return (
    <>
      <button
        type="button"
        ref={button}
        class="icon-button"
        popovertarget={id}
        aria-label="Save (P)"
        title="Save (P)"
        aria-haspopup="dialog"
        aria-expanded="false"
        disabled={!ready}
        onKeyDown={onKeyDown}
      >
        <Icon name="picture" />
      </button>
      <div
        id={id}
        ref={menu}
        class="save-menu"
        popover="auto"
        role="dialog"
        aria-label="Save"
        onToggle={onToggle}
        onKeyDown={onKeyDown}
      >
        <h2>What is on screen</h2>
        {TAKES.map(({ kind, name, what }) => (
          <div key={kind}>
            <button
              type="button"
              class="save-choice"
              onClick={() => void save(kind, async (tell) => (await maker()).take(kind, tell))}
            >
              <b>{name}</b>
              <span>{what}</span>
            </button>
            <Progress of={kind} again={() => void save(kind, async (tell) => (await maker()).take(kind, tell))} />
          </div>
        ))}
        {now?.parts.map((part) => (
          <WholeRun key={part.embedding.path} now={now} path={part.embedding.path} />
        ))}
      </div>
    </>
  );
}

function WholeRun({ now, path }: { now: Cloud; path: string }) {
  const start = (query: ExportQuery) => void save(keyOf(query), async () => (await maker()).takeExport(query));
  return (
    <>
      <h2>The whole run{now.parts.length > 1 && `, ${path}`}</h2>
      {WHOLE.map(({ what, name }) => {
        const queries = FORMATS.map((format): ExportQuery => ({ run: now.run, embedding: path, what, format }));
        return (
          <div key={what}>
            <div class="save-formats">
              <span>{name}</span>
              {queries.map((query) => (
                <button
                  key={query.format}
                  type="button"
                  class="save-format"
                  aria-label={`${name} of the whole run as ${query.format.toUpperCase()}`}
                  onClick={() => start(query)}
                >
                  {query.format.toUpperCase()}
                </button>
              ))}
            </div>
            {queries.map((query) => (
              <Progress key={query.format} of={keyOf(query)} again={() => start(query)} />
            ))}
          </div>
        );
      })}
    </>
  );
}

const keyOf = ({ embedding, what, format }: ExportQuery) => `${embedding} ${what} ${format}`;

/** How one thing goes; nothing before it was asked for. */
function Progress({ of, again }: { of: string; again(): void }) {
  const now = savings.value.get(of);
  return (
    <p class="save-state" role="status">
      {now?.state === "working" && (
        <>
          <progress aria-label={now.doing} />
          {now.doing}
        </>
      )}
      {now?.state === "saved" && <span class="save-name">Saved as {now.name}</span>}
      {now?.state === "failed" && (
        <>
          <span class="save-why">
            <Icon name="warn" size={16} />
            {now.why}
          </span>
          <button type="button" class="link" onClick={again}>
            Try again
          </button>
        </>
      )}
    </p>
  );
}

function buttonsIn(menu: HTMLElement): HTMLButtonElement[] {
  return [...menu.querySelectorAll("button")];
}

/** Arrows go round, Home and End to the ends, Esc closes and gives the focus back. */
function onKey(event: KeyboardEvent, menu: HTMLElement | null, button: HTMLElement | null): void {
  if (!menu?.matches(":popover-open")) return;
  // The page's own keys wait while this is open.
  event.stopPropagation();
  if (event.key === "Escape") {
    event.preventDefault();
    menu.hidePopover();
    button?.focus();
    return;
  }
  const all = buttonsIn(menu);
  const at = all.indexOf(document.activeElement as HTMLButtonElement);
  const next = { ArrowDown: at + 1, ArrowRight: at + 1, ArrowUp: at - 1, ArrowLeft: at - 1, Home: 0, End: -1 }[
    event.key
  ];
  if (next === undefined) return;
  event.preventDefault();
  all.at(at < 0 && next < 0 && event.key !== "End" ? -1 : next % all.length)?.focus();
}

/** Under its button, or along the lower edge of a phone, always inside the window. */
function putBeside(menu: HTMLElement, button: HTMLElement): void {
  const { bottom, right } = button.getBoundingClientRect();
  const { style } = menu;
  const low = layout.peek() === "phone";
  style.inset = low
    ? `auto ${EDGE}px ${EDGE}px ${EDGE}px`
    : `${bottom + GAP}px ${window.innerWidth - right}px auto auto`;
  style.maxHeight = `${window.innerHeight - (low ? 0 : bottom + GAP) - 2 * EDGE}px`;
}
