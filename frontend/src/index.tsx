/** The entry the host imports. */

import { render as mount } from "preact";
import { borrowFonts } from "./colors/theme";
import { App, listenToKeys } from "./panels/app";
import { start } from "./store/start";
import styles from "./styles/index.css?inline";

/** Called by the host once, in the tab's own frame. Returns what takes the page down again. */
export function render(): () => void {
  const style = document.createElement("style");
  style.textContent = styles;
  document.head.append(style);
  borrowFonts(document);
  const root = document.createElement("div");
  root.id = "paramviz";
  document.body.append(root);
  document.title = "Param Viz";
  document.documentElement.lang = "en";
  const life = new AbortController();
  start(root, life.signal);
  listenToKeys(life.signal);
  mount(<App />, root);
  return () => {
    life.abort();
    mount(null, root);
    root.remove();
    style.remove();
  };
}
