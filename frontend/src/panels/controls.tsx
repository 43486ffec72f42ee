/** The controls every panel is made of. Native elements underneath: keyboard and screen readers come with them. */

import type { ComponentChildren } from "preact";
import { useId } from "preact/hooks";
import { Icon, type IconName } from "./icons";

interface Choice<T extends string> {
  value: T;
  name: string;
  title?: string;
  disabled?: boolean;
}

interface ChoiceProps<T extends string> {
  label: string;
  value: T;
  choices: readonly Choice<T>[];
  onChange(value: T): void;
}

export function Segmented<T extends string>({ label, value, choices, onChange }: ChoiceProps<T>) {
  const name = useId();
  return (
    <fieldset class="segmented">
      <legend class="hidden-text">{label}</legend>
      {choices.map((choice) => (
        <label key={choice.value} class={choice.value === value ? "segment chosen" : "segment"} title={choice.title}>
          <input
            type="radio"
            class="hidden-text"
            name={name}
            value={choice.value}
            checked={choice.value === value}
            onChange={() => onChange(choice.value)}
          />
          {choice.name}
        </label>
      ))}
    </fieldset>
  );
}

export function Select<T extends string>(
  props: ChoiceProps<T> & { hideLabel?: boolean; dot?: string | undefined; disabled?: boolean; title?: string },
) {
  const id = useId();
  return (
    <div class="select-field" title={props.title}>
      <label for={id} class={props.hideLabel ? "hidden-text" : "field-label"}>
        {props.label}
      </label>
      <div class={props.dot ? "select with-dot" : "select"}>
        {props.dot && <span class="dot" style={{ background: props.dot }} />}
        <select
          id={id}
          value={props.value}
          disabled={props.disabled ?? false}
          onChange={(event) => props.onChange(event.currentTarget.value as T)}
        >
          {props.choices.map((choice) => (
            <option key={choice.value} value={choice.value} disabled={choice.disabled ?? false}>
              {choice.name}
            </option>
          ))}
        </select>
        <Icon name="chevron" size={16} />
      </div>
    </div>
  );
}

export function Switch({ label, on, onChange }: { label: string; on: boolean; onChange(on: boolean): void }) {
  return (
    <label class="switch-row">
      <span>{label}</span>
      <input
        type="checkbox"
        role="switch"
        class="switch"
        checked={on}
        aria-checked={on}
        onChange={(event) => onChange(event.currentTarget.checked)}
      />
    </label>
  );
}

interface IconButtonProps {
  icon: IconName;
  label: string;
  onClick(): void;
  pressed?: boolean;
  disabled?: boolean;
  class?: string;
}

export function IconButton({ icon, label, onClick, pressed, disabled, class: extra }: IconButtonProps) {
  return (
    <button
      type="button"
      class={`icon-button ${pressed ? "chosen" : ""} ${extra ?? ""}`}
      aria-label={label}
      title={label}
      aria-pressed={pressed}
      disabled={disabled ?? false}
      onClick={onClick}
    >
      <Icon name={icon} />
    </button>
  );
}

/** One number with its name above. */
export function Reading({ name, children }: { name: string; children: ComponentChildren }) {
  return (
    <div class="reading">
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
