'use client';
import { Keys } from '@nephos/ui/keys';
import { Palette, type PaletteItem } from '@nephos/ui/palette';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { ArrowRight, Keyboard, LogOut, Plus, Server, SunMoon } from 'lucide-react';
import { useTranslations } from 'next-intl';
import { useRouter } from 'next/navigation';
import { useEffect, useState } from 'react';
import { pathTo } from '../../lib/path-builder.ts';
import { useApi } from '../../trpc/api.tsx';
import { ADMINISTRATION } from '../administration/places.ts';
import { useIsAdministrator } from '../administration/use-is-administrator.ts';
import { InstanceStateBadge } from '../instance/instance-state.tsx';
import { THEMES } from '../shell/appearance.ts';
import { useAppearance } from '../shell/use-appearance.ts';
import { leave } from '../sign-in/leave.ts';
import { SHORTCUTS } from './shortcuts.ts';
import { keysOf } from './shortcut-list.tsx';

const FOUND_MAX = 8;
const TYPING_MS = 150;

/** Goes to a page or to an instance that the server finds by its name, or does something. */
export function CommandPalette({ onClose, onHelp }: { onClose: () => void; onHelp: () => void }) {
  const t = useTranslations('command');
  const shell = useTranslations('shell');
  const administration = useTranslations('administration');
  const isAdministrator = useIsAdministrator();
  const router = useRouter();
  const [, changeAppearance] = useAppearance();
  const [typed, setTyped] = useState('');
  const found = useFoundInstances(typed.trim());

  const goTo = (path: string) => () => {
    onClose();
    router.push(path);
  };
  const pages: PaletteItem[] = SHORTCUTS.flatMap(({ name, keys, ...effect }) =>
    'path' in effect && name !== 'newInstance'
      ? [{ id: name, text: t(`shortcut.${name}`), icon: <ArrowRight {...ICON} />, aside: <Keys keys={keysOf(keys)} />, onChoose: goTo(effect.path) }]
      : [],
  );
  const more: PaletteItem[] = (['sessions', 'apiKeys', 'appearance', 'apiReference'] as const).map((name) => ({
    id: name,
    text: t(`page.${name}`),
    icon: <ArrowRight {...ICON} />,
    onChoose: goTo(pathTo[name]()),
  }));
  const administrative: PaletteItem[] = ADMINISTRATION.map(({ name, path, Icon }) => ({
    id: `administration-${name}`,
    text: administration(`place.${name}`),
    icon: <Icon {...ICON} />,
    onChoose: goTo(path),
  }));
  const actions: PaletteItem[] = [
    {
      id: 'new',
      text: t('shortcut.newInstance'),
      icon: <Plus {...ICON} />,
      aside: <Keys keys={keysOf(['c'])} />,
      onChoose: goTo(pathTo.newInstance()),
    },
    ...THEMES.map((theme) => ({
      id: `theme-${theme}`,
      text: t('appearance', { theme: shell(theme) }),
      icon: <SunMoon {...ICON} />,
      onChoose: () => {
        changeAppearance({ theme });
        onClose();
      },
    })),
    { id: 'help', text: t('help'), icon: <Keyboard {...ICON} />, aside: <Keys keys={['?']} />, onChoose: onHelp },
    { id: 'leave', text: shell('signOut'), icon: <LogOut {...ICON} />, onChoose: () => void leave() },
  ];
  const fitting = (items: PaletteItem[]) => items.filter(({ text }) => fits(text, typed));
  return (
    <Palette
      onClose={onClose}
      label={t('title')}
      placeholder={t('placeholder')}
      empty={t('empty')}
      typed={typed}
      onType={setTyped}
      groups={[
        {
          label: shell('instances'),
          items: found.map(({ id, name, state }) => ({
            id,
            text: name,
            icon: <Server {...ICON} />,
            aside: <InstanceStateBadge state={state} />,
            onChoose: goTo(pathTo.instance(id)),
          })),
        },
        { label: t('pages'), items: fitting([...pages, ...more]) },
        { label: administration('title'), items: isAdministrator ? fitting(administrative) : [] },
        { label: t('actions'), items: fitting(actions) },
      ]}
    />
  );
}

const ICON = { size: 15, className: 'shrink-0 text-ink-soft', 'aria-hidden': true } as const;

/** The server looks: there may be more of them than a browser could hold. */
function useFoundInstances(typed: string) {
  const api = useApi();
  const [search, setSearch] = useState('');
  useEffect(() => {
    const timer = setTimeout(() => setSearch(typed), TYPING_MS);
    return () => clearTimeout(timer);
  }, [typed]);
  const { data } = useQuery({
    ...api.instance.list.queryOptions({ search: search.slice(0, 100), limit: FOUND_MAX }),
    enabled: search !== '',
    placeholderData: keepPreviousData,
  });
  return typed && search ? (data?.items ?? []) : [];
}

/** Whether each word that was typed is in the text. */
function fits(text: string, typed: string): boolean {
  const within = text.toLowerCase();
  return typed
    .toLowerCase()
    .split(/\s+/)
    .every((word) => within.includes(word));
}
