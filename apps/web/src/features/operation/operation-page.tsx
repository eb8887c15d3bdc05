'use client';
import { Facts, PageHead, Panel, Skeleton } from '@nephos/ui/panel';
import { useQuery } from '@tanstack/react-query';
import { useTranslations } from 'next-intl';
import dynamic from 'next/dynamic';
import Link from 'next/link';
import { pathTo } from '../../lib/path-builder.ts';
import { useApi, type Outputs } from '../../trpc/api.tsx';
import { useIsAdministrator } from '../administration/use-is-administrator.ts';
import { Ago, Copyable, Loading } from '../shell/parts.tsx';
import { Tabs } from '../shell/tabs.tsx';
import { useUrlState } from '../shell/use-url-state.ts';
import { OperationActions } from './operation-actions.tsx';
import { OperationProblem } from './operation-problem.tsx';
import { OperationAnswers, OperationRelations } from './operation-relations.tsx';
import { OperationTimeline } from './operation-timeline.tsx';
import { OperationStateBadge, Took, useOperationName } from './operation-words.tsx';

type Detail = Outputs['operation']['get'];

const OperationHistory = dynamic(() => import('./operation-history.tsx').then((module) => module.OperationHistory), { ssr: false, loading: Coming });

/** One operation. Administrators find in it how it ran, down to Temporal's own history. */
export function OperationPage({ operationId }: { operationId: string }) {
  const api = useApi();
  const nameOf = useOperationName();
  const isAdministrator = useIsAdministrator();
  const { get } = useUrlState();
  const isHistory = isAdministrator && get('tab') === 'history';
  const query = useQuery(api.operation.get.queryOptions({ operationId }));
  return (
    <Loading query={query} rows={8}>
      {(operation) => (
        <>
          <PageHead
            title={
              <span className="flex flex-wrap items-center gap-3">
                {nameOf(operation)}
                <OperationStateBadge state={operation.state} />
              </span>
            }
            actions={<OperationActions operation={operation} />}
          />
          {isAdministrator && <OperationTabs operationId={operationId} isHistory={isHistory} />}
          {isHistory ? <OperationHistory operation={operation} /> : <Overview operation={operation} />}
        </>
      )}
    </Loading>
  );
}

function OperationTabs({ operationId, isHistory }: { operationId: string; isHistory: boolean }) {
  const t = useTranslations('operation');
  return (
    <Tabs
      label={t('pages')}
      tabs={[
        { text: t('timeline'), path: pathTo.operation(operationId), isHere: !isHistory },
        { text: t('history'), path: pathTo.operation(operationId, 'tab=history'), isHere: isHistory },
      ]}
    />
  );
}

function Overview({ operation }: { operation: Detail }) {
  const t = useTranslations('operation');
  const current = operation.steps.at(-1);
  return (
    <>
      <OperationProblem operation={operation} />
      <OperationAnswers operationId={operation.id} />
      <p className="sr-only" aria-live="polite">
        {current && `${current.name}: ${t(`stepStates.${current.state}`)}`}
      </p>
      <div className="grid items-start gap-4 2xl:grid-cols-[2fr_1fr]">
        <Panel title={t('steps')}>
          <OperationTimeline operation={operation} />
        </Panel>
        <div className="grid min-w-0 gap-4">
          <OperationRelations related={operation.related} />
          <About operation={operation} />
        </div>
      </div>
    </>
  );
}

function About({ operation }: { operation: Detail }) {
  const t = useTranslations('operation');
  const instance = useTranslations('instance');
  const isAdministrator = useIsAdministrator();
  const { id, resource, createdAt, endedAt, accountId, accountName, actorName, requestId, input } = operation;
  return (
    <Panel title={instance('about')}>
      <Facts
        items={[
          [
            t('what'),
            resource.type === 'instance' ? (
              <Link key="of" href={pathTo.instance(resource.id)} className="text-accent hover:underline">
                {resource.name}
              </Link>
            ) : (
              resource.name
            ),
          ],
          [t('started'), <Ago key="started" time={createdAt} />],
          [t('took'), <Took key="took" from={createdAt} to={endedAt} />],
          [t('askedBy'), actorName ?? t('cloudItself')],
          [instance('id'), <Copyable key="id" text={id} what={instance('id')} />],
          ...(isAdministrator
            ? [
                [
                  t('account'),
                  <Link key="account" href={pathTo.operations(`account=${accountId}`)} className="text-accent hover:underline">
                    {accountName}
                  </Link>,
                ] as const,
                ...(requestId ? [[t('requestId'), <Copyable key="request" text={requestId} what={t('requestId')} />] as const] : []),
                ...Object.entries(input).map(([name, value]) => [t('inputOf', { name }), <Value key={name} value={value} />] as const),
              ]
            : []),
        ]}
      />
    </Panel>
  );
}

function Value({ value }: { value: unknown }) {
  return <span className="font-mono text-[0.8125rem] break-all">{typeof value === 'string' ? value : JSON.stringify(value)}</span>;
}

function Coming() {
  const t = useTranslations('shell');
  return <Skeleton label={t('loading')} rows={10} />;
}
