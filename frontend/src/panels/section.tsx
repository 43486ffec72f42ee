/** A part of the left panel that opens and closes; what it stands at shows in both cases. */

import type { ComponentChildren } from "preact";
import { openSection, openSections } from "../store/sections";
import { Icon } from "./icons";

interface SectionProps {
  name: string;
  /** "12 of 65". */
  state: string;
  /** The state is not the usual one. */
  marked?: boolean;
  children: ComponentChildren;
}

export function Section({ name, state, marked = false, children }: SectionProps) {
  const open = openSections.value.has(name);
  return (
    <section class={open ? "fold open" : "fold"}>
      <button type="button" class="fold-head" aria-expanded={open} onClick={() => openSection(name, !open)}>
        <span class="name">{name}</span>
        <span class={marked ? "state marked" : "state"}>{state}</span>
        <Icon name="chevron" size={16} />
      </button>
      {open && <div class="fold-body">{children}</div>}
    </section>
  );
}
