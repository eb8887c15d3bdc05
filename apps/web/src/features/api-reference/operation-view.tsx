'use client';
import { ERROR_CODES, isErrorCode } from '@nephos/model/errors';

import { CopyButton } from '@nephos/ui/copy-button';
import { Panel } from '@nephos/ui/panel';
import { Table, Td, Th } from '@nephos/ui/table';
import { Tag } from '@nephos/ui/tag';
import { useTranslations } from 'next-intl';
import { useState } from 'react';
import { exampleOf, fieldsOf, type Operation } from './document.ts';
import { FieldsTable } from './fields-table.tsx';
import { clientOf, curlOf } from './snippets.ts';
import { TryIt } from './try-it.tsx';

export function OperationView({ operation, apiKey, onApiKey }: { operation: Operation; apiKey: string; onApiKey: (key: string) => void }) {
  const t = useTranslations('apiReference');
  const [input, setInput] = useState(() => JSON.stringify(exampleOf(operation.input), null, 2));
  return (
    <article aria-labelledby="operation" className="grid min-w-0 gap-4">
      <header>
        <h2 id="operation" className="text-lg font-semibold break-words">
          {operation.id}
        </h2>
        <p className="mt-1">{operation.summary}</p>
        <p className="mt-2 flex flex-wrap items-center gap-x-3 gap-y-1 text-ink-soft">
          <Tag tone={operation.method === 'GET' ? 'good' : 'accent'}>{operation.method}</Tag>
          <code className="break-all">{operation.path}</code>
          <span>{operation.permission === 'open' ? t('forEverybody') : t('needs', { permission: operation.permission })}</span>
        </p>
      </header>
      <Panel title={t('input')}>
        <FieldsTable label={t('input')} fields={fieldsOf(operation.input)} isInput />
      </Panel>
      <Panel title={t('output')}>
        <p className="px-4 py-2 text-ink-soft">{t('outputAbout')}</p>
        <FieldsTable label={t('output')} fields={fieldsOf(operation.output)} isInput={false} />
      </Panel>
      <Refusals codes={operation.errorCodes} />
      <Snippets operation={operation} input={input} />
      <TryIt operation={operation} input={input} onInput={setInput} apiKey={apiKey} onApiKey={onApiKey} />
    </article>
  );
}

function Refusals({ codes }: { codes: readonly string[] }) {
  const t = useTranslations('apiReference');
  return (
    <Panel title={t('refusals')}>
      <p className="px-4 py-2 text-ink-soft">{t('refusalsAbout')}</p>
      <Table label={t('refusals')}>
        <thead>
          <tr>
            <Th>{t('code')}</Th>
            <Th>HTTP</Th>
            <Th>{t('meaning')}</Th>
          </tr>
        </thead>
        <tbody>
          {codes.filter(isErrorCode).map((code) => (
            <tr key={code}>
              <Td className="font-mono text-[0.8125rem]">{code}</Td>
              <Td>{ERROR_CODES[code].http}</Td>
              <Td>{t(`codes.${code}`)}</Td>
            </tr>
          ))}
        </tbody>
      </Table>
    </Panel>
  );
}

/** With the input that is in the form below, as far as it is one. */
function Snippets({ operation, input }: { operation: Operation; input: string }) {
  const t = useTranslations('apiReference');
  const given = parsed(input) ?? exampleOf(operation.input);
  return (
    <>
      <Snippet title="curl" text={curlOf(operation, given, location.origin)} label={t('copyCurl')} />
      <Snippet title={t('typedClient')} text={clientOf(operation, given, location.origin)} label={t('copyClient')} />
    </>
  );
}

function Snippet({ title, text, label }: { title: string; text: string; label: string }) {
  return (
    <Panel title={title} actions={<CopyButton text={text} label={label} />}>
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- it scrolls */}
      <pre tabIndex={0} className="overflow-x-auto p-4 text-xs">
        {text}
      </pre>
    </Panel>
  );
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
