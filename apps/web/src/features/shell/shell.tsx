'use client';
import { Menu, MenuChoice, MenuChoices, MenuItem, MenuLine, MenuText } from '@nephos/ui/menu';
import { Note } from '@nephos/ui/panel';
import { Activity, ChevronDown, CircleUserRound, Cloud, KeyRound, LogOut, Server, Terminal } from 'lucide-react';
import { signOut } from 'next-auth/react';
import { useTranslations } from 'next-intl';
import Link from 'next/link';
import { usePathname } from 'next/navigation';
import { useState, type ReactNode } from 'react';
import { pathTo } from '../../lib/path-builder.ts';
import { Live, useLive } from '../live/live.tsx';
import { PersonProvider, usePerson, type Person } from './person.tsx';
import { applyTheme, readTheme, THEMES, type Theme } from './theme.ts';

/** Only what is there. */
const PLACES = [
  { name: 'instances', path: pathTo.instances(), Icon: Server },
  { name: 'operations', path: pathTo.operations(), Icon: Activity },
  { name: 'sshKeys', path: pathTo.sshKeys(), Icon: KeyRound },
  { name: 'apiKeys', path: pathTo.apiKeys(), Icon: Terminal },
] as const;

export function Shell({ person, theme, children }: { person: Person; theme: Theme; children: ReactNode }) {
  const t = useTranslations('shell');
  return (
    <PersonProvider value={person}>
      <Live>
        <a href="#content" className="fixed top-2 left-2 z-50 -translate-y-20 rounded-md bg-accent px-3 py-2 text-on-accent focus:translate-y-0">
          {t('skip')}
        </a>
        <div className="grid min-h-screen grid-rows-[auto_auto_1fr] md:grid-cols-[13rem_1fr] md:grid-rows-[auto_1fr]">
          <header className="col-span-full flex h-12 items-center gap-3 border-b border-line bg-panel px-4">
            <Link href={pathTo.instances()} className="flex items-center gap-2 font-semibold">
              <Cloud size={18} className="text-accent" aria-hidden />
              Nephos
            </Link>
            <div className="grow" />
            <LiveLight />
            <AccountMenu theme={theme} />
          </header>
          <Places />
          <main id="content" tabIndex={-1} className="min-w-0 px-4 py-5 outline-none md:px-6">
            <AwayNote />
            {children}
          </main>
        </div>
      </Live>
    </PersonProvider>
  );
}

function Places() {
  const t = useTranslations('shell');
  const pathname = usePathname();
  return (
    <nav aria-label={t('menu')} className="min-w-0 border-line bg-panel max-md:border-b md:border-r">
      <ul className="flex gap-0.5 overflow-x-auto p-2 md:sticky md:top-0 md:flex-col">
        {PLACES.map(({ name, path, Icon }) => {
          const isHere = pathname === path || pathname.startsWith(`${path}/`);
          return (
            <li key={name}>
              <Link
                href={path}
                aria-current={isHere ? 'page' : undefined}
                className={`flex items-center gap-2.5 rounded-md px-2.5 py-1.5 whitespace-nowrap ${isHere ? 'bg-accent-soft font-medium text-accent' : 'text-ink-soft hover:bg-sunken hover:text-ink'}`}
              >
                <Icon size={16} className="max-sm:hidden" aria-hidden />
                {t(name)}
              </Link>
            </li>
          );
        })}
      </ul>
    </nav>
  );
}

function AccountMenu({ theme: given }: { theme: Theme }) {
  const { name: userName } = usePerson();
  const t = useTranslations('shell');
  const [theme, setTheme] = useState(given);
  const choose = (value: string) => {
    const chosen = readTheme(value);
    setTheme(chosen);
    applyTheme(chosen);
  };
  const leave = async () => {
    await signOut({ redirect: false });
    location.assign(pathTo.signIn());
  };
  return (
    <Menu
      label={t('account')}
      trigger={
        <>
          <CircleUserRound size={17} aria-hidden />
          <span className="max-w-40 truncate max-sm:hidden">{userName}</span>
          <ChevronDown size={14} aria-hidden />
        </>
      }
    >
      <MenuText>{t('signedInAs', { name: userName })}</MenuText>
      <MenuLine />
      <MenuChoices label={t('appearance')} value={theme} onChange={choose}>
        {THEMES.map((one) => (
          <MenuChoice key={one} value={one}>
            {t(one)}
          </MenuChoice>
        ))}
      </MenuChoices>
      <MenuLine />
      <MenuItem onSelect={() => void leave()}>
        <LogOut size={15} aria-hidden />
        {t('signOut')}
      </MenuItem>
    </Menu>
  );
}

function LiveLight() {
  const t = useTranslations('shell');
  const state = useLive();
  const look = { live: 'text-good', connecting: 'text-ink-soft', away: 'text-bad' }[state];
  return (
    <span role="status" data-live={state} className="inline-flex items-center gap-1.5 text-xs text-ink-soft">
      <span aria-hidden className={`size-2 rounded-full bg-current ${look}`} />
      {t(state)}
    </span>
  );
}

function AwayNote() {
  const t = useTranslations('shell');
  if (useLive() !== 'away') return null;
  return (
    <div className="mb-4">
      <Note tone="warn">{t('awayAbout')}</Note>
    </div>
  );
}
