'use client';
import { Button } from '@nephos/ui/button';
import { CopyButton } from '@nephos/ui/copy-button';
import { Dialog } from '@nephos/ui/dialog';
import { useFormatter, useTranslations } from 'next-intl';
import type { Outputs } from '../../trpc/api.tsx';
import { Copyable } from '../shell/parts.tsx';

/** This once. Only the button closes it: the token is kept nowhere. */
export function JoinCommand({ toJoin, onClose }: { toJoin: Outputs['host']['create']; onClose: () => void }) {
  const t = useTranslations('host');
  const format = useFormatter();
  const { host, command, fingerprint, server, expiresAt } = toJoin;
  const until = format.dateTime(new Date(expiresAt), { dateStyle: 'medium', timeStyle: 'short' });
  return (
    <Dialog
      isOpen
      isWide
      onClose={() => undefined}
      title={t('joinTitle', { name: host.name })}
      about={t('joinAbout', { until })}
      actions={
        <Button look="primary" onClick={onClose}>
          {t('joinDone')}
        </Button>
      }
    >
      <div className="relative min-w-0 rounded-md bg-sunken">
        <pre className="p-3 pr-10 text-xs break-all whitespace-pre-wrap" aria-label={t('joinCommand')}>
          {command}
        </pre>
        <span className="absolute top-2 right-2">
          <CopyButton text={command} label={t('copyCommand')} />
        </span>
      </div>
      <dl className="grid gap-2">
        <div>
          <dt className="text-xs text-ink-soft">{t('fingerprint')}</dt>
          <dd>
            <Copyable text={fingerprint} what={t('fingerprint')} />
          </dd>
          <dd className="text-xs text-ink-soft">{t('fingerprintAbout')}</dd>
        </div>
        <div>
          <dt className="text-xs text-ink-soft">{t('server')}</dt>
          <dd className="font-mono text-[0.8125rem] break-all">{server}</dd>
        </div>
      </dl>
    </Dialog>
  );
}
