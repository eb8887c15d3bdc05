'use client';
import { Button } from '@nephos/ui/button';
import { Dialog } from '@nephos/ui/dialog';
import { TextField } from '@nephos/ui/field';
import { useSay } from '@nephos/ui/toast';
import { INSTANCE_VERBS, type InstanceVerb } from '@nephos/model/instance/state';
import { EXPUNGE_DELAY_MS, STOP_GRACE_MS } from '@nephos/model/limits';
import { useMutation } from '@tanstack/react-query';
import { Play, Power, RotateCcw, RotateCw, Trash2, X } from 'lucide-react';
import { useTranslations } from 'next-intl';
import { useState } from 'react';
import { pathTo } from '../../lib/path-builder.ts';
import { useApiClient, type Outputs } from '../../trpc/api.tsx';
import { problemOf } from '../../trpc/problem.ts';
import { ToastLink } from '../shell/toast-link.tsx';

export type Instance = Outputs['instance']['get'];

const ICONS = { start: Play, stop: Power, reboot: RotateCw, destroy: Trash2, recover: RotateCcw, expunge: X } as const;
/** Those that ask first. Expunging loses data, so it also wants the name. */
const ASKING = ['stop', 'reboot', 'destroy', 'expunge'] as const satisfies readonly InstanceVerb[];
type AskingVerb = (typeof ASKING)[number];
const asks = (verb: InstanceVerb): verb is AskingVerb => ASKING.some((one) => one === verb);

interface Order {
  verb: InstanceVerb;
  instances: readonly Instance[];
  isForced?: boolean;
}

/** What came of an order for one instance: the operation that began, or why none did. */
export interface OrderResult {
  instance: Instance;
  verb: InstanceVerb;
  operationId: string | undefined;
  problem: string | undefined;
}

/** Starts one operation for each instance, and tells of each that it began or why it didn't: of one by a toast, of several to the caller. */
function useOrder() {
  const client = useApiClient();
  const say = useSay();
  const t = useTranslations('instance');
  const one = ({ verb, isForced = false }: Order, { id: instanceId }: Instance) =>
    verb === 'stop' || verb === 'reboot' ? client.instance[verb].mutate({ instanceId, isForced }) : client.instance[verb].mutate({ instanceId });
  return useMutation({
    mutationFn: async (order: Order): Promise<readonly OrderResult[]> => {
      const { verb, instances } = order;
      const results = await Promise.all(
        instances.map(async (instance): Promise<OrderResult> => {
          try {
            return { instance, verb, operationId: (await one(order, instance)).id, problem: undefined };
          } catch (error) {
            return { instance, verb, operationId: undefined, problem: problemOf(error).message };
          }
        }),
      );
      const [first, ...others] = results;
      if (!first || others.length > 0) return results;
      const { name } = first.instance;
      if (first.operationId === undefined) say({ tone: 'bad', text: `${name}: ${first.problem ?? ''}` });
      else
        say({
          tone: 'plain',
          text: t(`begun.${verb}`, { name }),
          link: <ToastLink href={pathTo.operation(first.operationId)}>{t('watch')}</ToastLink>,
        });
      return [];
    },
  });
}

/** The buttons of one or several instances. */
export function InstanceActions({
  instances,
  verbs = INSTANCE_VERBS,
  onDone,
}: {
  instances: readonly Instance[];
  verbs?: readonly InstanceVerb[];
  /** With the results when they were several. */
  onDone?: (results: readonly OrderResult[]) => void;
}) {
  const t = useTranslations('instance');
  const order = useOrder();
  const [asked, setAsked] = useState<{ verb: AskingVerb; instances: readonly Instance[] }>();
  const run = (what: Order) => order.mutate(what, { onSuccess: (results) => onDone?.(results) });
  return (
    <>
      {verbs.map((verb) => {
        const able = instances.filter(({ can }) => can[verb]);
        const Icon = ICONS[verb];
        const [first] = instances;
        const reason = able.length === 0 && first ? t('whyNot', { state: t(`states.${first.state}`).toLowerCase() }) : undefined;
        return (
          <Button
            key={verb}
            look={verb === 'destroy' || verb === 'expunge' ? 'danger' : 'plain'}
            reason={reason}
            onClick={() => (asks(verb) ? setAsked({ verb, instances: able }) : run({ verb, instances: able }))}
          >
            <Icon size={14} aria-hidden />
            {t(`verbs.${verb}`)}
            {instances.length > 1 && able.length > 0 && <span className="text-ink-soft">{able.length}</span>}
          </Button>
        );
      })}
      {asked && (
        <AskFirst
          key={asked.verb}
          {...asked}
          onClose={() => setAsked(undefined)}
          onYes={(isForced) => {
            setAsked(undefined);
            run({ ...asked, isForced });
          }}
        />
      )}
    </>
  );
}

function AskFirst({
  verb,
  instances,
  onClose,
  onYes,
}: {
  verb: AskingVerb;
  instances: readonly Instance[];
  onClose: () => void;
  onYes: (isForced: boolean) => void;
}) {
  const t = useTranslations('instance');
  const shell = useTranslations('shell');
  const [isForced, setForced] = useState(false);
  const [typed, setTyped] = useState('');
  const name = instances[0]?.name ?? '';
  const isReady = verb !== 'expunge' || typed === name;
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={t(`ask.${verb}`, { name, count: instances.length })}
      about={t(`askAbout.${verb}`, { seconds: STOP_GRACE_MS / 1_000, hours: EXPUNGE_DELAY_MS / 3_600_000 })}
      actions={
        <>
          <Button onClick={onClose}>{shell('cancel')}</Button>
          <Button
            look={verb === 'destroy' || verb === 'expunge' ? 'danger' : 'primary'}
            {...(!isReady && { reason: t('typeName', { name }) })}
            onClick={() => onYes(isForced)}
          >
            {t(`verbs.${verb}`)}
          </Button>
        </>
      }
    >
      {instances.length > 1 && <p className="break-words">{instances.map((instance) => instance.name).join(', ')}</p>}
      {(verb === 'stop' || verb === 'reboot') && (
        <label className="flex items-center gap-2">
          <input type="checkbox" checked={isForced} onChange={(event) => setForced(event.target.checked)} className="size-4 accent-accent" />
          {t('force')}
        </label>
      )}
      {verb === 'expunge' && (
        <TextField label={t('typeName', { name })} value={typed} onChange={(event) => setTyped(event.target.value)} autoComplete="off" />
      )}
    </Dialog>
  );
}
