'use client';
import { Button } from '@nephos/ui/button';
import { useSay } from '@nephos/ui/toast';
import { INSTANCE_VERBS, type InstanceVerb } from '@nephos/model/instance/state';
import { useMutation } from '@tanstack/react-query';
import { Play, Power, RotateCcw, RotateCw, Trash2, X } from 'lucide-react';
import { useTranslations } from 'next-intl';
import dynamic from 'next/dynamic';
import { useState } from 'react';
import { pathTo } from '../../lib/path-builder.ts';
import { useApiClient, type Outputs } from '../../trpc/api.tsx';
import { problemOf } from '../../trpc/problem.ts';
import { ToastLink } from '../shell/toast-link.tsx';

const AskFirst = dynamic(() => import('./ask-first.tsx').then((module) => module.AskFirst), { ssr: false }); // only when it asks

export type Instance = Outputs['instance']['get'];

const ICONS = { start: Play, stop: Power, reboot: RotateCw, destroy: Trash2, recover: RotateCcw, expunge: X } as const;
/** Those that ask first. Expunging loses data, so it also wants the name. */
const ASKING = ['stop', 'reboot', 'destroy', 'expunge'] as const satisfies readonly InstanceVerb[];
export type AskingVerb = (typeof ASKING)[number];
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
            const { code, message } = problemOf(error);
            if (code === 'UNAUTHENTICATED') throw error; // leads to the sign-in page
            return { instance, verb, operationId: undefined, problem: message };
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
        const reason = able.length === 0 && first ? t('whyNot', { state: first.state, label: t(`states.${first.state}`).toLowerCase() }) : undefined;
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
