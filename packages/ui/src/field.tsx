import { useId, type ComponentProps, type ReactNode } from 'react';

const BOX = 'w-full rounded-md border border-line-strong bg-panel px-2.5 text-sm text-ink placeholder:text-ink-soft aria-invalid:border-bad';

interface Labelled {
  label: string;
  hint?: ReactNode;
  /** What the server said of this field. */
  error?: string | undefined;
}

function useLabels({ hint, error }: Pick<Labelled, 'hint' | 'error'>) {
  const id = useId();
  const about = [hint ? `${id}-hint` : '', error ? `${id}-error` : ''].filter(Boolean).join(' ');
  return { id, attributes: { id, 'aria-invalid': error !== undefined, ...(about && { 'aria-describedby': about }) } };
}

function Frame({ id, label, hint, error, children }: Labelled & { id: string; children: ReactNode }) {
  return (
    <div className="grid content-start gap-1">
      <label htmlFor={id} className="font-medium">
        {label}
      </label>
      {children}
      {hint && (
        <p id={`${id}-hint`} className="text-xs text-ink-soft">
          {hint}
        </p>
      )}
      {error && (
        <p id={`${id}-error`} role="alert" className="text-xs text-bad">
          {error}
        </p>
      )}
    </div>
  );
}

export function TextField({ label, hint, error, ...rest }: Labelled & ComponentProps<'input'>) {
  const { id, attributes } = useLabels({ hint, error });
  return (
    <Frame id={id} label={label} hint={hint} error={error}>
      <input {...rest} {...attributes} className={`${BOX} h-9 ${rest.type === 'file' ? 'leading-8' : ''}`} />
    </Frame>
  );
}

export function TextArea({ label, hint, error, ...rest }: Labelled & ComponentProps<'textarea'>) {
  const { id, attributes } = useLabels({ hint, error });
  return (
    <Frame id={id} label={label} hint={hint} error={error}>
      <textarea {...rest} {...attributes} className={`${BOX} min-h-24 py-2 font-mono text-xs`} />
    </Frame>
  );
}

export function SelectField({ label, hint, error, ...rest }: Labelled & ComponentProps<'select'>) {
  const { id, attributes } = useLabels({ hint, error });
  return (
    <Frame id={id} label={label} hint={hint} error={error}>
      <select {...rest} {...attributes} className={`${BOX} h-9`} />
    </Frame>
  );
}

/** A small control of a toolbar, named for those who can't see where it is. */
export function CompactSelect({ label, ...rest }: { label: string } & ComponentProps<'select'>) {
  return <select {...rest} aria-label={label} className={`${BOX} h-8 w-auto! max-w-full`} />;
}
