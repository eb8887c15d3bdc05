'use client';
import { Meter } from '@nephos/ui/meter';
import { useQuery } from '@tanstack/react-query';
import { useFormatter, useTranslations } from 'next-intl';
import { useApi, type Outputs } from '../../trpc/api.tsx';
import { useBytes } from '../shell/parts.tsx';

type Account = Outputs['account']['mine'];
const MIB = 1024 ** 2;

/** What an account uses of what it may; with `added`, what it would use then. */
export function Limits({ account: { used, limits }, added }: { account: Account; added?: Account['used'] }) {
  const t = useTranslations('account');
  const format = useFormatter();
  const bytes = useBytes();
  const rows = [
    { name: 'instances', show: (value: number) => format.number(value) },
    { name: 'vcpus', show: (value: number) => format.number(value) },
    { name: 'memoryMib', show: (value: number) => bytes(value * MIB) },
  ] as const;
  return rows.map(({ name, show }) => (
    <Meter
      key={name}
      label={t(name)}
      value={used[name]}
      max={limits[name]}
      text={t('of', { used: show(used[name] + (added?.[name] ?? 0)), limit: show(limits[name]) })}
      {...(added && { added: added[name] })}
    />
  ));
}

/** The same of the caller's own account, side by side. Its room is kept while it is asked for. */
export function MyLimits() {
  const t = useTranslations('account');
  const { data } = useQuery(useApi().account.mine.queryOptions());
  return (
    <section aria-label={t('title')} className="mb-4 grid min-h-7 gap-x-8 gap-y-3 sm:grid-cols-3">
      {data && <Limits account={data} />}
    </section>
  );
}
