/** The controls every panel is made of. Native elements underneath: keyboard and screen readers come with them. */

import type { ComponentChildren } from "preact";
import { useId } from "preact/hooks";
import { Explain } from "./explain";
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

/** A name above a control, with what explains it. */
export function FieldLabel({ text, id, explain }: { text: string; id?: string; explain?: string | undefined }) {
  return (
    <div class="field-head">
      {id ? (
        <label for={id} class="field-label">
          {text}
        </label>
      ) : (
        <div class="field-label">{text}</div>
      )}
      {explain && <Explain of={explain} />}
    </div>
  );
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
  props: ChoiceProps<T> & {
    hideLabel?: boolean;
    dot?: string | undefined;
    disabled?: boolean;
    title?: string;
    /** Key of what explains it, or of what is chosen in it. */
    explain?: string;
  },
) {
  const id = useId();
  return (
    <div class="select-field" title={props.title}>
      {props.hideLabel ? (
        <label for={id} class="hidden-text">
          {props.label}
        </label>
      ) : (
        <FieldLabel text={props.label} id={id} explain={props.explain} />
      )}
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

interface SwitchProps {
  label: string;
  on: boolean;
  onChange(on: boolean): void;
  explain?: string;
}

export function Switch({ label, on, onChange, explain }: SwitchProps) {
  const id = useId();
  const input = (
    <input
      id={id}
      type="checkbox"
      role="switch"
      class="switch"
      checked={on}
      aria-checked={on}
      onChange={(event) => onChange(event.currentTarget.checked)}
    />
  );
  if (!explain) {
    return (
      <label class="switch-row" for={id}>
        <span>{label}</span>
        {input}
      </label>
    );
  }
  // A label holds one thing that is pressed: the button stands between the name and the switch.
  return (
    <div class="switch-row">
      <label for={id}>{label}</label>
      <Explain of={explain} />
      <label class="switch-place" for={id}>
        {input}
      </label>
    </div>
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
