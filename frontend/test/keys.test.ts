import { describe, expect, test, vi } from "vitest";
import { keysIn, onPageKey, PAGE_KEYS } from "../src/panels/keys";
import { listenForKeys } from "../src/scene/keys";
import { blockRange, hiddenKinds, layerPath, layerQuery, setLayerPath, setLayerQuery } from "../src/store/layers";
import {
  helpOpen,
  labelMode,
  mode,
  openHelp,
  setLabelMode,
  setTool,
  settingsOpen,
  tool,
  trails,
} from "../src/store/settings";
import { heatRange } from "../src/store/statistics";
import { setView, VIEWS, type View, view } from "../src/store/view";

vi.mock("../src/scene", () => ({ createScene: () => undefined }));
vi.mock("../src/scene/model", () => ({ createModelScene: () => undefined }));
vi.mock("../src/panels/save_model_picture", () => ({ saveModelPicture: async () => undefined }));

const NAMED = [
  "ArrowLeft",
  "ArrowRight",
  "ArrowUp",
  "ArrowDown",
  "Home",
  "End",
  "PageUp",
  "PageDown",
  "Escape",
  "Enter",
];
const MORE = ["Backspace", "Delete", "Insert", "F1", "F5", "Shift+Enter"];
const SIGNS = [..." !\"#$%&'()*+,-./0123456789:;<=>?@[\\]^_`abcdefghijklmnopqrstuvwxyz{|}~"];
/** Tab moves the focus: no page may take it. */
const ALL = [...NAMED, ...MORE, ...SIGNS, "Tab"];

/** A key on an element for which only what `matches` says is true. */
function keyOn(matches: (selector: string) => boolean, key: string, more: object = {}) {
  const target = { matches, closest: (selector: string) => (matches(selector) ? target : null) };
  const event = {
    key: key.replace("Shift+", ""),
    shiftKey: key.startsWith("Shift+"),
    target,
    defaultPrevented: false,
    preventDefault() {
      this.defaultPrevented = true;
    },
    stopPropagation() {},
    ...more,
  };
  return event as unknown as KeyboardEvent;
}

function pageTakes(key: string, matches: (selector: string) => boolean = () => false, more: object = {}): boolean {
  vi.stubGlobal("requestAnimationFrame", () => 1);
  vi.stubGlobal("document", { fullscreenElement: null, fullscreenEnabled: false });
  const event = keyOn(matches, key, more);
  const before = view.value;
  onPageKey(event);
  // One key is looked at after the other in the same view.
  setView(before);
  vi.unstubAllGlobals();
  return event.defaultPrevented;
}

function cloudTakes(key: string, keyboard = true): boolean {
  let heard: (event: KeyboardEvent) => void = () => {};
  const container = { addEventListener: (_: string, listener: typeof heard) => (heard = listener) };
  const none = () => {};
  const hooks = {
    byKeyboard: () => keyboard,
    step: none,
    clear: () => false,
    extend: none,
    zoom: none,
    focus: none,
    fit: none,
  };
  listenForKeys(container as unknown as HTMLElement, hooks, new AbortController().signal);
  const event = keyOn(() => false, key, { target: container });
  heard(event);
  return event.defaultPrevented;
}

describe("the sheet of keys", () => {
  test.each(VIEWS)("has every key that the page takes in the view of %s, and no other", (of) => {
    setView(of);
    const told = new Set(keysIn(of).flatMap(({ run }) => Object.keys(run ?? {})));
    expect(ALL.filter((key) => !key.startsWith("Shift+") && pageTakes(key))).toEqual(
      ALL.filter((key) => told.has(key)),
    );
    setView("embeddings");
  });

  test("has every key that the focused cloud takes, and no other", () => {
    const told = new Set(keysIn("embeddings").flatMap(({ keys }) => keys ?? []));
    const alsoOnPage = ["f", ".", "0"];
    const taken = ALL.filter((key) => cloudTakes(key) && !alsoOnPage.includes(key));
    expect(taken).toEqual(ALL.filter((key) => told.has(key)));
    for (const key of alsoOnPage) expect(pageTakes(key)).toBe(true);
  });

  test("names each key once in its place, as it is written on the keyboard", () => {
    const written: Record<string, string> = {
      " ": "Space",
      ArrowLeft: "←",
      ArrowRight: "→",
      ArrowUp: "↑",
      ArrowDown: "↓",
      Escape: "Esc",
      "-": "−",
    };
    for (const of of VIEWS) {
      const taken = keysIn(of).flatMap(({ run }) => Object.keys(run ?? {}));
      expect(new Set(taken).size).toBe(taken.length);
    }
    for (const { shown, run, keys } of PAGE_KEYS) {
      const names = Object.keys(run ?? {})
        .concat(keys ?? [])
        .map((key) => written[key] ?? (key.length === 1 ? key.toUpperCase() : key));
      for (const name of shown) expect(names).toContain(name);
    }
  });
});

describe("keys", () => {
  const typing = (selector: string) => selector.startsWith("textarea") || selector.includes("input:not");
  test("are never taken from someone who types", () => {
    expect(ALL.filter((key) => pageTakes(key, typing))).toEqual([]);
  });
  test("but Escape are never taken from an open list", () => {
    expect(ALL.filter((key) => pageTakes(key, (selector) => selector === "select"))).toEqual(["Escape"]);
  });
  test.each(["ctrlKey", "metaKey", "altKey", "isComposing"])("do nothing with %s", (more) => {
    expect(ALL.filter((key) => pageTakes(key, () => false, { [more]: true }))).toEqual([]);
  });
  test("do nothing under an open window", () => {
    expect(ALL.filter((key) => pageTakes(key, (selector) => selector === "dialog:modal"))).toEqual([]);
  });
  test("leave Space to a button and arrows to a group of choices", () => {
    expect(pageTakes(" ", (selector) => selector.startsWith("button"))).toBe(false);
    expect(pageTakes("ArrowLeft", (selector) => selector.startsWith("button"))).toBe(true);
    expect(pageTakes("ArrowLeft", (selector) => selector.startsWith("[type=radio]"))).toBe(false);
  });
  test("work with Shift or Caps Lock too", () => {
    const before = mode.value;
    pageTakes("M");
    expect(mode.value).not.toBe(before);
    pageTakes("M");
  });
  test("change what they say", () => {
    setTool("turn");
    setLabelMode("auto");
    pageTakes("o");
    expect(tool.value).toBe("lasso");
    const seen = [0, 1, 2].map(() => {
      pageTakes("n");
      return labelMode.value;
    });
    expect(seen).toEqual(["all", "off", "auto"]);
    const before = trails.value;
    pageTakes("r");
    expect(trails.value).toBe(!before);
    pageTakes("r");
  });
});

test.each([
  ["1", "embeddings"],
  ["2", "layers"],
  ["3", "heat"],
] as const)("%s goes to the view of %s from any other", (key, wanted) => {
  for (const from of VIEWS) {
    setView(from);
    onPageKey(keyOn(() => false, key));
    expect(view.value).toBe(wanted satisfies View);
  }
  setView("embeddings");
});

test("Escape lets go of layers one thing at a time", () => {
  setView("heat");
  setLayerPath("h.0.attn");
  setLayerQuery("h.0");
  hiddenKinds.value = new Set(["norm"]);
  heatRange.value = [3, 9];
  const left = () => [heatRange.value !== null, layerPath.value ?? layerQuery.value !== "", hiddenKinds.value.size];
  pageTakes("Escape");
  expect(left()).toEqual([false, "h.0.attn", 1]);
  pageTakes("Escape");
  expect(left()).toEqual([false, false, 1]);
  pageTakes("Escape");
  expect(left()).toEqual([false, false, 0]);
  expect(blockRange.value).toBeNull();
  setView("embeddings");
});

test("Escape goes back one thing at a time", () => {
  openHelp(false);
  settingsOpen.value = true;
  setTool("lasso");
  pageTakes("Escape");
  expect([settingsOpen.value, tool.value]).toEqual([false, "lasso"]);
  pageTakes("Escape");
  expect([helpOpen.value, tool.value]).toEqual([false, "turn"]);
});
