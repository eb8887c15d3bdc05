'use client';
import { ChevronRight } from 'lucide-react';
import { useTranslations } from 'next-intl';
import { useState } from 'react';
import { pathTo } from '../../lib/path-builder.ts';
import { Ago } from '../shell/parts.tsx';
import { RowLink } from '../shell/row-link.tsx';
import { OperationActions } from './operation-actions.tsx';
import { OperationSteps } from './operation-steps.tsx';
import { OperationStateBadge, Took, useOperationName, type Operation } from './operation-words.tsx';

/** An operation that unfolds to its steps. One that is open now, or is the latest, is unfolded. */
export function OperationCard({ operation, isOpen }: { operation: Operation; isOpen: boolean }) {
  const t = useTranslations('operation');
  const nameOf = useOperationName();
  const [chosen, setChosen] = useState<boolean>();
  const isShown = chosen ?? (isOpen || operation.endedAt === null);
  return (
    <div>
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1 px-4 py-2">
        <button
          type="button"
          aria-expanded={isShown}
          onClick={() => setChosen(!isShown)}
          className="flex min-w-0 grow items-center gap-1.5 py-1 text-left"
        >
          <ChevronRight size={14} aria-hidden className={`shrink-0 text-ink-soft transition-transform ${isShown ? 'rotate-90' : ''}`} />
          <span className="truncate font-medium">{nameOf(operation)}</span>
        </button>
        <OperationActions operation={operation} />
        <RowLink href={pathTo.operation(operation.id)} className="text-xs text-accent hover:underline">
          {t('details')}
        </RowLink>
        <span className="text-xs text-ink-soft">
          <Ago time={operation.createdAt} /> · <Took from={operation.createdAt} to={operation.endedAt} />
        </span>
        <OperationStateBadge state={operation.state} />
      </div>
      {isShown && <OperationSteps operationId={operation.id} />}
    </div>
  );
}
