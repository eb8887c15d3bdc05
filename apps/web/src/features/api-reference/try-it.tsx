'use client';
import { Button } from '@nephos/ui/button';
import { TextArea, TextField } from '@nephos/ui/field';
import { Note, Panel } from '@nephos/ui/panel';
import { useTranslations } from 'next-intl';
import { useState, type FormEvent } from 'react';
import type { Operation } from './document.ts';
import { requestOf } from './snippets.ts';

interface Answer {
  status: number;
  durationMs: number;
  /** As it came, in lines where it is JSON. */
  text: string;
}

interface TryItProps {
  operation: Operation;
  /** As text, so that it can be wrong for a while. */
  input: string;
  onInput: (text: string) => void;
  apiKey: string;
  onApiKey: (key: string) => void;
}

/** Calls the operation as an integrator would: with a key of their own, and never with the session of this browser. */
export function TryIt({ operation, input, onInput, apiKey, onApiKey }: TryItProps) {
  const t = useTranslations('apiReference');
  const [answer, setAnswer] = useState<Answer>();
  const [inputError, setInputError] = useState<string>();
  const [failure, setFailure] = useState<string>();
  const [isBusy, setBusy] = useState(false);
  const isOpen = operation.permission === 'open';

  const send = async (event: FormEvent) => {
    event.preventDefault();
    const parsed = parseJson(input);
    setInputError(parsed ? undefined : t('notJson'));
    if (!parsed) return;
    setBusy(true);
    setFailure(undefined);
    try {
      setAnswer(await call(operation, parsed.value, isOpen ? '' : apiKey));
    } catch (error) {
      setFailure(error instanceof Error ? error.message : String(error));
    } finally {
      setBusy(false);
    }
  };
  return (
    <Panel title={t('tryIt')}>
      <form onSubmit={(event) => void send(event)} className="grid gap-3 p-4">
        {!isOpen && (
          <TextField
            label={t('apiKey')}
            hint={t('apiKeyAbout')}
            type="password"
            name="nephos-api-key"
            autoComplete="off"
            spellCheck={false}
            value={apiKey}
            onChange={(event) => onApiKey(event.target.value)}
          />
        )}
        <TextArea
          label={t('input')}
          value={input}
          rows={Math.min(16, input.split('\n').length + 1)}
          spellCheck={false}
          error={inputError}
          onChange={(event) => onInput(event.target.value)}
        />
        {operation.method === 'POST' && <Note tone="warn">{t('isReal')}</Note>}
        <div>
          <Button type="submit" look="primary" isBusy={isBusy} reason={!isOpen && !apiKey ? t('keyFirst') : undefined}>
            {t('send')}
          </Button>
        </div>
        {failure && <Note tone="bad">{failure}</Note>}
        {answer && <Answered answer={answer} />}
      </form>
    </Panel>
  );
}

function Answered({ answer: { status, durationMs, text } }: { answer: Answer }) {
  const t = useTranslations('apiReference');
  return (
    <section aria-label={t('answer')} aria-live="polite" className="grid gap-2">
      <p>
        <strong className={status < 400 ? 'text-good' : 'text-bad'}>{status}</strong>{' '}
        <span className="text-ink-soft">{t('took', { milliseconds: Math.round(durationMs) })}</span>
      </p>
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- it scrolls */}
      <pre tabIndex={0} className="max-h-96 overflow-auto rounded-md bg-sunken p-3 text-xs">
        {text}
      </pre>
    </section>
  );
}

async function call(operation: Operation, input: unknown, apiKey: string): Promise<Answer> {
  const { url, body } = requestOf(operation, input);
  const started = performance.now();
  const response = await fetch(url, {
    method: operation.method,
    headers: { ...(apiKey && { authorization: `Bearer ${apiKey}` }), ...(body !== undefined && { 'content-type': 'application/json' }) },
    ...(body !== undefined && { body }),
    credentials: 'omit',
    cache: 'no-store',
  });
  const text = await response.text();
  const durationMs = performance.now() - started;
  const parsed = parseJson(text);
  return { status: response.status, durationMs, text: parsed ? JSON.stringify(parsed.value, null, 2) : text };
}

function parseJson(text: string): { value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) };
  } catch {
    return undefined;
  }
}
