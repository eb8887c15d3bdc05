'use client';
import { LIST_LIMIT_MAX } from '@nephos/model/limits';
import { useQuery } from '@tanstack/react-query';
import { useApi, type Outputs } from '../../trpc/api.tsx';
import type { DeployFields } from './deploy-input.ts';

const ALL = { limit: LIST_LIMIT_MAX };

/** What there is to choose from. */
export function useChoices() {
  const api = useApi();
  const account = useQuery(api.account.mine.queryOptions()).data;
  const networks = useQuery(api.network.list.queryOptions(ALL)).data?.items ?? [];
  return {
    account,
    zones: useQuery(api.zone.list.queryOptions(ALL)).data?.items ?? [],
    templates: useQuery(api.template.list.queryOptions({ ...ALL, state: ['ready'], isEnabled: true })).data?.items,
    offerings: useQuery(api.computeOffering.list.queryOptions({ ...ALL, isEnabled: true })).data?.items ?? [],
    keys: useQuery(api.sshKeyPair.list.queryOptions(ALL)).data?.items ?? [],
    networks: networks.filter(({ accountId }) => accountId === account?.id), // also an administrator deploys into their own only
  };
}
type Choices = ReturnType<typeof useChoices>;

export interface Chosen {
  zone: Outputs['zone']['list']['items'][number] | undefined;
  template: Outputs['template']['list']['items'][number] | undefined;
  offering: Outputs['computeOffering']['list']['items'][number] | undefined;
  network: Outputs['network']['list']['items'][number] | undefined;
  key: Outputs['sshKeyPair']['list']['items'][number] | undefined;
}

/** What the ids of the form name. The only zone need not be chosen. */
export function chosenOf({ zones, templates, offerings, networks, keys }: Choices, form: DeployFields): Chosen {
  const [first, ...otherZones] = zones;
  const zone = zones.find(({ id }) => id === form.zoneId) ?? (otherZones.length === 0 ? first : undefined);
  return {
    zone,
    template: templates?.find(({ id }) => id === form.templateId),
    offering: offerings.find(({ id }) => id === form.computeOfferingId),
    network: networks.find(({ id, zoneId }) => id === form.networkId && zoneId === zone?.id),
    key: keys.find(({ id }) => id === form.sshKeyPairId),
  };
}
