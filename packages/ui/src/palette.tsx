'use client';
import { Command } from 'cmdk';
import { Dialog as Radix } from 'radix-ui';
import type { ReactNode } from 'react';

export interface PaletteItem {
  id: string;
  text: string;
  icon?: ReactNode;
  /** At the end of the line: a state, or the keys that do the same. */
  aside?: ReactNode;
  onChoose: () => void;
}

export interface PaletteProps {
  onClose: () => void;
  label: string;
  placeholder: string;
  /** When there is nothing to choose. */
  empty: string;
  typed: string;
  onType: (typed: string) => void;
  /** What fits what was typed; those without items are left out. */
  groups: readonly { label: string; items: readonly PaletteItem[] }[];
}

/** A field, and below it what can be chosen by typing a part of it, by arrow keys or by pointing. */
export function Palette({ onClose, label, placeholder, empty, typed, onType, groups }: PaletteProps) {
  return (
    <Radix.Root open onOpenChange={(isOpen) => !isOpen && onClose()}>
      <Radix.Portal>
        <Radix.Overlay className="fixed inset-0 z-40 bg-black/50" />
        <Radix.Content
          aria-describedby={undefined}
          className="fixed top-[12vh] left-1/2 z-50 w-[min(36rem,calc(100vw-2rem))] -translate-x-1/2 overflow-hidden rounded-lg border border-line bg-panel text-ink shadow-xl"
        >
          <Radix.Title className="sr-only">{label}</Radix.Title>
          <Command label={label} shouldFilter={false} loop>
            <Command.Input
              value={typed}
              onValueChange={onType}
              placeholder={placeholder}
              className="h-12 w-full border-b border-line bg-transparent px-4 text-base outline-none placeholder:text-ink-soft"
            />
            <Command.List label={label} className="max-h-[55vh] overflow-y-auto p-1.5">
              <Command.Empty className="px-3 py-6 text-center text-ink-soft">{empty}</Command.Empty>
              {groups
                .filter(({ items }) => items.length > 0)
                .map((group) => (
                  <Command.Group
                    key={group.label}
                    heading={group.label}
                    className="[&_[cmdk-group-heading]]:px-2.5 [&_[cmdk-group-heading]]:pt-2 [&_[cmdk-group-heading]]:pb-1 [&_[cmdk-group-heading]]:text-xs [&_[cmdk-group-heading]]:text-ink-soft"
                  >
                    {group.items.map(({ id, text, icon, aside, onChoose }) => (
                      <Command.Item
                        key={id}
                        value={id}
                        onSelect={onChoose}
                        className="flex cursor-pointer items-center gap-2.5 rounded-md px-2.5 py-2 aria-selected:bg-sunken"
                      >
                        {icon}
                        <span className="min-w-0 grow truncate" dir="auto">
                          {text}
                        </span>
                        {aside}
                      </Command.Item>
                    ))}
                  </Command.Group>
                ))}
            </Command.List>
          </Command>
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
