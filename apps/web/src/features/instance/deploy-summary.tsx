'use client';
import { Facts, Panel } from '@nephos/ui/panel';
import { useTranslations } from 'next-intl';
import type { ReactNode } from 'react';
import type { Outputs } from '../../trpc/api.tsx';
import { Limits } from '../account/limits.tsx';
import { namesOf, type DeployFields } from './deploy-input.ts';
import type { Chosen } from './deploy-choices.ts';

interface DeploySummaryProps {
  form: DeployFields;
  chosen: Chosen;
  networkName: string;
  account: Outputs['account']['mine'] | undefined;
  /** The buttons. */
  children: ReactNode;
}

/** What will be made, and what it uses of the account's limits. */
export function DeploySummary({ form, chosen: { zone, template, offering, key }, networkName, account, children }: DeploySummaryProps) {
  const t = useTranslations('deploy');
  const count = Math.max(0, Math.floor(Number(form.count) || 0));
  const added = {
    instances: count,
    vcpus: count * (offering?.cpuCount ?? 0),
    memoryMib: count * (offering?.memoryMib ?? 0),
  };
  return (
    <Panel title={t('summary')}>
      <Facts
        items={[
          [t('names'), <Names key="names" form={form} />],
          [t('zone'), zone?.name ?? '–'],
          [t('template'), template?.name ?? '–'],
          [t('offering'), offering?.name ?? '–'],
          [t('network'), networkName],
          [t('sshKey'), key?.name ?? t('noKey')],
        ]}
      />
      <div className="grid gap-3 border-t border-line p-4">
        {account && (
          <>
            <p className="font-medium">{t('using')}</p>
            <Limits account={account} added={added} />
          </>
        )}
        {children}
      </div>
    </Panel>
  );
}

function Names({ form }: { form: DeployFields }) {
  const { names, isCut } = namesOf(form);
  const last = names.at(-1);
  if (!last) return '–';
  return isCut ? `${names.slice(0, -1).join(', ')} … ${last}` : names.join(', ');
}
