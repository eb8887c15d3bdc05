import { textOf } from '../shell/form.ts';

/** A field that holds a number. What is none goes to the server as it is no number there either, which says so at the field. */
export function numberOf(form: FormData, name: string): number {
  const text = textOf(form, name).trim();
  return text === '' ? Number.NaN : Number(text);
}

/** A field that holds words between commas. */
export function listOf(form: FormData, name: string): string[] {
  return textOf(form, name)
    .split(',')
    .map((one) => one.trim())
    .filter(Boolean);
}
