'use client';
import { CircleCheck, CircleX, X } from 'lucide-react';
import { useTranslations } from 'next-intl';
import { pathTo } from '../../lib/path-builder.ts';
import { RowLink } from '../shell/row-link.tsx';
import type { OrderResult } from './instance-actions.tsx';

/** What came of an order for several: which began, and which was refused and why. It stays until it is put away. */
export function OrderResults({ results, onClose }: { results: readonly OrderResult[]; onClose: () => void }) {
  const t = useTranslations('instance');
  const shell = useTranslations('shell');
  if (results.length === 0) return null;
  const refused = results.filter(({ problem }) => problem !== undefined).length;
  return (
    <section aria-label={t('results')} aria-live="polite" className="mb-4 rounded-lg border border-line bg-panel">
      <div className="flex items-center justify-between gap-2 px-4 py-2">
        <h2 className="font-semibold">{t('resultsOf', { begun: results.length - refused, refused })}</h2>
        <button type="button" aria-label={shell('close')} onClick={onClose} className="rounded p-1 text-ink-soft hover:bg-sunken">
          <X size={15} />
        </button>
      </div>
      <ul className="grid max-h-56 gap-1 overflow-y-auto border-t border-line px-4 py-2">
        {results.map(({ instance, verb, operationId, problem }) => (
          <li key={instance.id} className="flex items-start gap-2">
            {problem === undefined ? (
              <CircleCheck size={15} className="mt-[3px] shrink-0 text-good" aria-hidden />
            ) : (
              <CircleX size={15} className="mt-[3px] shrink-0 text-bad" aria-hidden />
            )}
            <span className={`min-w-0 break-words ${problem === undefined ? '' : 'text-bad'}`}>
              {problem === undefined ? t(`begun.${verb}`, { name: instance.name }) : `${instance.name}: ${problem}`}
            </span>
            {operationId && (
              <RowLink href={pathTo.operation(operationId)} className="ml-auto whitespace-nowrap text-accent hover:underline">
                {t('watch')}
              </RowLink>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}
