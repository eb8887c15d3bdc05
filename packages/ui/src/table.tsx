import type { ComponentProps } from 'react';

/** A table that scrolls by itself where the page is narrow; it can be reached with the keyboard for that. */
export function Table({ label, children }: { label: string } & ComponentProps<'table'>) {
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <div className="overflow-x-auto" tabIndex={0} role="region" aria-label={label}>
      <table className="w-full border-collapse text-left [&_tbody_tr:last-child_td]:border-b-0">{children}</table>
    </div>
  );
}

export function Th(props: ComponentProps<'th'>) {
  return (
    <th
      scope="col"
      {...props}
      className={`border-b border-line px-4 py-2 text-xs font-medium whitespace-nowrap text-ink-soft ${props.className ?? ''}`}
    />
  );
}

export function Td(props: ComponentProps<'td'>) {
  return <td {...props} className={`border-b border-line px-4 py-(--row) align-middle ${props.className ?? ''}`} />;
}
