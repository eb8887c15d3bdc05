'use client';
import { X } from 'lucide-react';
import { LIST_LIMIT_MAX } from '@nephos/model/limits';
import { useQuery } from '@tanstack/react-query';
import { useTranslations } from 'next-intl';
import { useState, useSyncExternalStore } from 'react';
import { useApi } from '../../trpc/api.tsx';

const SEEN = 'nephos-simulator-seen';

/** That guests here are none, or slow ones; until it is put away, or the browser's session ends. */
export function SimulatorNote() {
  const t = useTranslations('shell');
  const api = useApi();
  const zones = useQuery(api.zone.list.queryOptions({ limit: LIST_LIMIT_MAX })).data?.items ?? [];
  const wasSeen = useSyncExternalStore(
    () => () => undefined,
    () => sessionStorage.getItem(SEEN) !== null,
    () => true,
  );
  const [isClosed, setClosed] = useState(false);
  const kind = (['simulated', 'emulated'] as const).find((one) => zones.some(({ guestKind }) => guestKind === one));
  if (!kind || wasSeen || isClosed) return null;
  return (
    <div role="status" className="mb-4 flex items-start gap-3 rounded-md border border-line bg-panel px-3 py-2 text-ink-soft">
      <p className="grow">{t(`guestKind.${kind}`)}</p>
      <button
        type="button"
        aria-label={t('close')}
        onClick={() => {
          sessionStorage.setItem(SEEN, '1');
          setClosed(true);
        }}
        className="rounded p-1 hover:bg-sunken"
      >
        <X size={14} />
      </button>
    </div>
  );
}
