'use client';
import { useId } from 'react';

interface ChoicesProps<T extends string> {
  label: string;
  value: T;
  choices: readonly { value: T; text: string }[];
  onChange: (value: T) => void;
}

/** One of a few, all of them in sight. */
export function Choices<T extends string>({ label, value, choices, onChange }: ChoicesProps<T>) {
  const name = useId();
  return (
    <fieldset>
      <legend className="mb-1.5 font-medium">{label}</legend>
      <div className="inline-flex flex-wrap gap-1 rounded-md border border-line p-1">
        {choices.map((choice) => (
          <label
            key={choice.value}
            className="cursor-pointer rounded px-3 py-1 has-checked:bg-accent-soft has-checked:font-medium has-checked:text-accent has-focus-visible:outline-2 has-focus-visible:outline-accent"
          >
            <input
              type="radio"
              name={name}
              value={choice.value}
              checked={value === choice.value}
              onChange={() => onChange(choice.value)}
              className="sr-only"
            />
            {choice.text}
          </label>
        ))}
      </div>
    </fieldset>
  );
}
