'use client';
import { Facts, Note, Panel } from '@nephos/ui/panel';
import { useQuery } from '@tanstack/react-query';
import { useTranslations } from 'next-intl';
import { useApi } from '../../trpc/api.tsx';
import { Limits } from '../account/limits.tsx';
import { Loading } from '../shell/parts.tsx';
import { PasswordForm } from './password-form.tsx';

/** Who has signed in, what they may use, and their password if it is kept here. */
export function AboutMe() {
  const t = useTranslations('profile');
  const account = useTranslations('account');
  const api = useApi();
  const me = useQuery(api.auth.me.queryOptions());
  const mine = useQuery(api.account.mine.queryOptions());
  return (
    <Loading query={me}>
      {({ name, displayName, email, role, accountName, origin }) => (
        <div className="grid items-start gap-4 xl:grid-cols-2">
          <div className="grid gap-4">
            <Panel title={t('me')}>
              <Facts
                items={[
                  [t('name'), displayName || name],
                  [t('signInName'), name],
                  ...(email ? ([[t('email'), email]] as const) : []),
                  [t('account'), accountName],
                  [t('role'), t(`roles.${role}`)],
                  [t('origin'), t(`origins.${origin}`)],
                ]}
              />
            </Panel>
            <Panel title={account('title')}>
              <Loading query={mine} rows={3}>
                {(found) => (
                  <div className="grid gap-3 p-4">
                    <Limits account={found} />
                  </div>
                )}
              </Loading>
            </Panel>
          </div>
          <Panel title={t('password')}>
            <div className="p-4">{origin === 'local' ? <PasswordForm name={name} /> : <Note tone="busy">{t('passwordElsewhere')}</Note>}</div>
          </Panel>
        </div>
      )}
    </Loading>
  );
}
