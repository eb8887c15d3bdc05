import { pathTo } from '../../lib/path-builder.ts';

/** What a shortcut does: goes somewhere, or something that `Commands` knows. */
type Effect = { path: string } | { command: 'palette' | 'help' | 'search' };

/** Pressed one after the other; `mod` is ⌘ or Ctrl, held. The texts are under `command.shortcut` in the catalogue. */
export const SHORTCUTS = [
  { name: 'palette', keys: ['mod', 'k'], command: 'palette' },
  { name: 'help', keys: ['?'], command: 'help' },
  { name: 'search', keys: ['/'], command: 'search' },
  { name: 'newInstance', keys: ['c'], path: pathTo.newInstance() },
  { name: 'instances', keys: ['g', 'i'], path: pathTo.instances() },
  { name: 'operations', keys: ['g', 'o'], path: pathTo.operations() },
  { name: 'events', keys: ['g', 'e'], path: pathTo.events() },
  { name: 'sshKeys', keys: ['g', 's'], path: pathTo.sshKeys() },
  { name: 'profile', keys: ['g', 'p'], path: pathTo.profile() },
] as const satisfies readonly ({ name: string; keys: readonly string[] } & Effect)[];

export type Shortcut = (typeof SHORTCUTS)[number];

export interface Stroke {
  key: string;
  isMod: boolean;
}

/** The shortcut that the last strokes are, or whether more may make one. */
export function shortcutFor(strokes: readonly Stroke[]): Shortcut | 'maybe' | undefined {
  const pressed = strokes.flatMap(({ key, isMod }) => (isMod ? ['mod', key.toLowerCase()] : [key]));
  const begun = SHORTCUTS.filter(({ keys }) => pressed.length <= keys.length && pressed.every((key, index) => key === keys[index]));
  return begun.find(({ keys }) => keys.length === pressed.length) ?? (begun.length > 0 ? 'maybe' : undefined);
}
