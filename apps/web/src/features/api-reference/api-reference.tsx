'use client';
import { Empty, PageHead, Panel } from '@nephos/ui/panel';
import { useQuery } from '@tanstack/react-query';
import { useTranslations } from 'next-intl';
import Link from 'next/link';
import { useState } from 'react';
import { pathTo } from '../../lib/path-builder.ts';
import { Loading } from '../shell/parts.tsx';
import { SearchField } from '../shell/search-field.tsx';
import { useUrlState } from '../shell/use-url-state.ts';
import { findOperations, readDocument, type ApiDocument, type Operation } from './document.ts';
import { OperationView } from './operation-view.tsx';

const DOCUMENT = '/api/v1/openapi.json';

/** Every operation of the API for those who program against it, made from the document that the API itself gives. */
export function ApiReference() {
  const t = useTranslations('apiReference');
  const query = useQuery({ queryKey: ['api-document'], queryFn: fetchOperations, staleTime: Infinity });
  return (
    <>
      <PageHead
        title={t('title')}
        about={t.rich('about', {
          document: (text) => (
            <a href={DOCUMENT} className="text-accent underline">
              {text}
            </a>
          ),
          keys: (text) => (
            <Link href={pathTo.apiKeys()} className="text-accent underline">
              {text}
            </Link>
          ),
        })}
      />
      <Loading query={query} rows={10}>
        {(operations) => <Operations operations={operations} />}
      </Loading>
    </>
  );
}

async function fetchOperations(): Promise<Operation[]> {
  const response = await fetch(DOCUMENT);
  if (!response.ok) throw new Error(`The API answered ${response.status}.`);
  const document: ApiDocument = await response.json();
  return readDocument(document);
}

/** The key is in this page's memory and nowhere else: it is gone with the page. */
function Operations({ operations }: { operations: readonly Operation[] }) {
  const { get } = useUrlState();
  const [apiKey, setApiKey] = useState('');
  const found = findOperations(operations, get('search'));
  const shown = operations.find(({ id }) => id === get('operation')) ?? found[0];
  return (
    <div className="grid min-w-0 items-start gap-4 lg:grid-cols-[17rem_1fr]">
      <Index operations={found} shownId={shown?.id} />
      {shown && <OperationView key={shown.id} operation={shown} apiKey={apiKey} onApiKey={setApiKey} />}
    </div>
  );
}

function Index({ operations, shownId }: { operations: readonly Operation[]; shownId: string | undefined }) {
  const t = useTranslations('apiReference');
  const { get } = useUrlState();
  const features = [...new Set(operations.map(({ feature }) => feature))];
  const search = get('search');
  return (
    <Panel>
      <div className="border-b border-line p-3">
        <SearchField label={t('search')} />
      </div>
      {operations.length === 0 && <Empty title={t('nothingFound')} />}
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- it scrolls */}
      <nav aria-label={t('operations')} tabIndex={0} className="max-h-72 overflow-y-auto p-2 lg:max-h-[calc(100vh-14rem)]">
        {features.map((feature) => (
          <section key={feature} aria-label={feature} className="mb-2">
            <h3 className="px-2 py-1 text-xs font-medium text-ink-soft">{feature}</h3>
            <ul>
              {operations
                .filter((operation) => operation.feature === feature)
                .map(({ id }) => (
                  <li key={id}>
                    <Link
                      href={pathTo.apiReference(new URLSearchParams({ ...(search && { search }), operation: id }).toString())}
                      scroll={false}
                      aria-current={id === shownId ? 'page' : undefined}
                      className={`block rounded px-2 py-1 break-all ${id === shownId ? 'bg-accent-soft font-medium text-accent' : 'hover:bg-sunken'}`}
                    >
                      {id}
                    </Link>
                  </li>
                ))}
            </ul>
          </section>
        ))}
      </nav>
    </Panel>
  );
}
