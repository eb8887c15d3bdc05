import { LoaderCircle } from 'lucide-react';
import type { ComponentProps } from 'react';

const LOOKS = {
  primary: 'bg-accent text-on-accent hover:bg-accent-strong border-transparent',
  plain: 'bg-panel text-ink border-line hover:bg-sunken',
  quiet: 'bg-transparent text-ink border-transparent hover:bg-sunken',
  danger: 'bg-panel text-bad border-line hover:bg-bad-soft',
} as const;

export interface ButtonProps extends ComponentProps<'button'> {
  look?: keyof typeof LOOKS;
  isBusy?: boolean;
  /** Why it can't be pressed now. It keeps its focus, so that the reason can be read. */
  reason?: string | undefined;
}

/** What looks like a button, for links too. */
export function buttonClass(look: keyof typeof LOOKS = 'plain'): string {
  return `inline-flex h-8 items-center justify-center gap-1.5 rounded-md border px-3 text-sm font-medium whitespace-nowrap transition-colors aria-disabled:cursor-not-allowed aria-disabled:opacity-50 ${LOOKS[look]}`;
}

export function Button({ look = 'plain', isBusy = false, reason, className = '', onClick, type = 'button', children, ...rest }: ButtonProps) {
  const isOff = isBusy || reason !== undefined || rest.disabled === true;
  return (
    <button
      {...rest}
      type={type}
      disabled={false}
      aria-disabled={isOff}
      title={reason ?? rest.title}
      onClick={(event) => {
        if (isOff) event.preventDefault();
        else onClick?.(event);
      }}
      className={`${buttonClass(look)} ${className}`}
    >
      {isBusy && <LoaderCircle size={14} className="animate-spin" aria-hidden />}
      {children}
    </button>
  );
}
