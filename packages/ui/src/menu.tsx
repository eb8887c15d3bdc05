'use client';
import { Check } from 'lucide-react';
import { DropdownMenu as Radix } from 'radix-ui';
import type { ReactNode } from 'react';

const ITEM = 'flex items-center gap-2 rounded px-2.5 py-1.5 text-sm outline-none select-none data-highlighted:bg-sunken';

export function Menu({ trigger, label, children }: { trigger: ReactNode; label: string; children: ReactNode }) {
  return (
    <Radix.Root modal={false}>
      <Radix.Trigger aria-label={label} className="inline-flex h-8 items-center gap-1.5 rounded-md px-2 text-sm font-medium hover:bg-sunken">
        {trigger}
      </Radix.Trigger>
      <Radix.Portal>
        <Radix.Content align="end" sideOffset={6} className="z-50 min-w-52 rounded-lg border border-line bg-panel p-1 text-ink shadow-lg">
          {children}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

export function MenuItem({ onSelect, children }: { onSelect: () => void; children: ReactNode }) {
  return (
    <Radix.Item className={ITEM} onSelect={onSelect}>
      {children}
    </Radix.Item>
  );
}

export function MenuChoices({
  label,
  value,
  onChange,
  children,
}: {
  label: string;
  value: string;
  onChange: (value: string) => void;
  children: ReactNode;
}) {
  return (
    <Radix.RadioGroup value={value} onValueChange={onChange} aria-label={label}>
      <Radix.Label className="px-2.5 pt-1.5 pb-1 text-xs text-ink-soft">{label}</Radix.Label>
      {children}
    </Radix.RadioGroup>
  );
}

export function MenuChoice({ value, children }: { value: string; children: ReactNode }) {
  return (
    <Radix.RadioItem value={value} className={`${ITEM} pl-7 data-[state=checked]:font-semibold`}>
      <Radix.ItemIndicator className="absolute -ml-5">•</Radix.ItemIndicator>
      {children}
    </Radix.RadioItem>
  );
}

/** One of several that may be on together; the menu stays open. */
export function MenuCheck({ isChecked, onChange, children }: { isChecked: boolean; onChange: () => void; children: ReactNode }) {
  return (
    <Radix.CheckboxItem checked={isChecked} onCheckedChange={onChange} onSelect={(event) => event.preventDefault()} className={`${ITEM} pl-7`}>
      <Radix.ItemIndicator className="absolute -ml-5">
        <Check size={14} aria-hidden />
      </Radix.ItemIndicator>
      {children}
    </Radix.CheckboxItem>
  );
}

export function MenuLine() {
  return <Radix.Separator className="my-1 h-px bg-line" />;
}

export function MenuText({ children }: { children: ReactNode }) {
  return <Radix.Label className="px-2.5 py-1.5 text-xs text-ink-soft">{children}</Radix.Label>;
}
