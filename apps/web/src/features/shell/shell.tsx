'use client';
import { Menu, MenuChoice, MenuChoices, MenuItem, MenuLine, MenuText } from '@nephos/ui/menu';
import { Note } from '@nephos/ui/panel';
import {
  Activity,
  Braces,
  ChevronDown,
  CircleUserRound,
  Cloud,
  KeyRound,
  LogOut,
  ScrollText,
  Search,
  Server,
  Terminal,
  UserRound,
  type LucideIcon,
} from 'lucide-react';
import { useTranslations } from 'next-intl';
import Link from 'next/link';
import { usePathname, useRouter } from 'next/navigation';
import { useEffect, useRef, type ReactNode } from 'react';
import { pathTo } from '../../lib/path-builder.ts';
import { ADMINISTRATION } from '../administration/places.ts';
import { useIsAdministrator } from '../administration/use-is-administrator.ts';
import { Commands, useShowCommands } from '../command/commands.tsx';
import { Live, useLive } from '../live/live.tsx';
import { leave } from '../sign-in/leave.ts';
import { PersonProvider, usePerson, type Person } from './person.tsx';
import { SimulatorNote } from './simulator-note.tsx';
import { readAppearance, THEMES } from './appearance.ts';
import { useAppearance } from './use-appearance.ts';

/** Only what is there. */
const PLACES = [
  { name: 'instances', path: pathTo.instances(), Icon: Server },
  { name: 'operations', path: pathTo.operations(), Icon: Activity },
  { name: 'events', path: pathTo.events(), Icon: ScrollText },
  { name: 'sshKeys', path: pathTo.sshKeys(), Icon: KeyRound },
  { name: 'apiReference', path: pathTo.apiReference(), Icon: Braces },
] as const;

export function Shell({ person, changes, children }: { person: Person; changes: string | undefined; children: ReactNode }) {
  const t = useTranslations('shell');
  return (
    <PersonProvider value={person}>
      <Live from={changes}>
        <Commands>
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
              <SearchButton />
              <LiveLight />
              <AccountMenu />
            </header>
            <Places />
            <main id="content" tabIndex={-1} className="min-w-0 px-4 py-5 outline-none md:px-6">
              <AwayNote />
              <SimulatorNote />
              {children}
            </main>
          </div>
        </Commands>
      </Live>
    </PersonProvider>
  );
}

function Places() {
  const t = useTranslations('shell');
  const administration = useTranslations('administration');
  const isAdministrator = useIsAdministrator();
  return (
    <nav aria-label={t('menu')} className="min-w-0 border-line bg-panel max-md:border-b md:border-r">
      <div className="flex overflow-x-auto p-2 md:sticky md:top-0 md:flex-col">
        <ul className="flex gap-0.5 md:flex-col">
          {PLACES.map(({ name, ...place }) => (
            <PlaceLink key={name} {...place} text={t(name)} />
          ))}
        </ul>
        {isAdministrator && ADMINISTRATION.length > 0 && (
          <>
            <h2 id="administration" className="px-2.5 pt-4 pb-1 text-xs font-medium text-ink-soft max-md:sr-only">
              {administration('title')}
            </h2>
            <ul aria-labelledby="administration" className="flex gap-0.5 max-md:ml-1 max-md:border-l max-md:border-line max-md:pl-1 md:flex-col">
              {ADMINISTRATION.map(({ name, ...place }) => (
                <PlaceLink key={name} {...place} text={administration(`place.${name}`)} />
              ))}
            </ul>
          </>
        )}
      </div>
    </nav>
  );
}

function PlaceLink({ path, Icon, text }: { path: string; Icon: LucideIcon; text: string }) {
  const pathname = usePathname();
  const isHere = pathname === path || pathname.startsWith(`${path}/`);
  const place = useRef<HTMLLIElement>(null);
  useEffect(() => {
    if (isHere) place.current?.scrollIntoView({ block: 'nearest', inline: 'nearest' }); // where the page is narrow the menu is a line that scrolls
  }, [isHere]);
  return (
    <li ref={place}>
      <Link
        href={path}
        aria-current={isHere ? 'page' : undefined}
        className={`flex items-center gap-2.5 rounded-md px-2.5 py-1.5 whitespace-nowrap ${isHere ? 'bg-accent-soft font-medium text-accent' : 'text-ink-soft hover:bg-sunken hover:text-ink'}`}
      >
        <Icon size={16} className="max-sm:hidden" aria-hidden />
        {text}
      </Link>
    </li>
  );
}

function AccountMenu() {
  const { name: userName } = usePerson();
  const t = useTranslations('shell');
  const router = useRouter();
  const [{ theme }, change] = useAppearance();
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
      <MenuItem onSelect={() => router.push(pathTo.profile())}>
        <UserRound size={15} aria-hidden />
        {t('profile')}
      </MenuItem>
      <MenuItem onSelect={() => router.push(pathTo.apiKeys())}>
        <Terminal size={15} aria-hidden />
        {t('apiKeys')}
      </MenuItem>
      <MenuLine />
      <MenuChoices label={t('appearance')} value={theme} onChange={(value) => change({ theme: readAppearance(() => value).theme })}>
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

/** Opens the command palette; the keys for it are on it. */
function SearchButton() {
  const t = useTranslations('command');
  const show = useShowCommands();
  return (
    <button
      type="button"
      onClick={() => show('palette')}
      className="inline-flex h-8 items-center gap-2 rounded-md border border-line px-2.5 text-ink-soft hover:bg-sunken md:w-56"
    >
      <Search size={14} aria-hidden />
      <span className="max-md:sr-only">{t('placeholderShort')}</span>
    </button>
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
