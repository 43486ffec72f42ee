/** Guided tours, fetched with the first wish for one: the list of those that apply, and the one that is running. */

import { useEffect, useLayoutEffect } from "preact/hooks";
import { followGuides, running } from "../store/guide_run";
import styles from "../styles/guide.css?inline";
import { GuideList } from "./guide_list";
import { GuideStage } from "./guide_stage";

export function Guides() {
  useLayoutEffect(() => {
    const style = document.createElement("style");
    style.textContent = styles;
    document.head.append(style);
    return () => style.remove();
  }, []);
  useEffect(followGuides, []);
  return (
    <>
      <GuideList />
      {running.value && <GuideStage />}
    </>
  );
}
