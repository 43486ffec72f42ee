/** How much of the canvas the title, the tools and the legend cover, which wrap as they like: the picture stays clear of it. */

import { useEffect } from "preact/hooks";
import { tellCovered } from "../store/picture";

const GAP = 4;

/** What is only there while snapshots are read, or while the cursor is elsewhere, would make the picture jump. */
const lastLine = (title: HTMLElement): Element => {
  const last = [...title.children].findLast((one) => !one.classList.contains("progress"));
  return (last?.classList.contains("picture-note") ? last.firstElementChild : last) ?? title;
};

export function usePictureInsets(box: { readonly current: HTMLElement | null }): void {
  useEffect(() => {
    const view = box.current as HTMLElement;
    const parts = [".title", ".tools", ".legend"].map((name) => view.querySelector<HTMLElement>(name));
    const [title, tools, legend] = parts;
    const measure = () => {
      // Of a view that isn't seen there is nothing to measure.
      if (view.clientWidth === 0 || !title || !tools || !legend) return;
      const around = view.getBoundingClientRect();
      // Of two runs one over the other the legend lies over the upper one.
      const lower = (view.querySelector(".cloud") ?? view).getBoundingClientRect().bottom;
      tellCovered({
        top: Math.ceil(lastLine(title).getBoundingClientRect().bottom - around.top + GAP),
        right: Math.ceil(around.right - tools.getBoundingClientRect().left + GAP),
        bottom: Math.ceil(lower - legend.getBoundingClientRect().top + GAP),
      });
    };
    const observer = new ResizeObserver(measure);
    for (const part of parts) if (part) observer.observe(part);
    return () => observer.disconnect();
  }, []);
}
