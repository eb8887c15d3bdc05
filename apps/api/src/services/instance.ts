import { rowsFor } from '@nephos/authz/ability';
import type { DeployInstance, InstanceDto, ListInstances } from '@nephos/contracts/instance.schema';
import { tagsSchema } from '@nephos/contracts/list.schema';
import type { OperationDto } from '@nephos/contracts/operation.schema';
import type { Db, Tx } from '@nephos/db/database';
import { findInstance, lockAndMoveInstance, stateOfInstance } from '@nephos/db/instance.repo';
import { insertInstance } from '@nephos/db/instance-create.repo';
import { assertLimitsAllow } from '@nephos/db/limit.repo';
import { listPage, type Page } from '@nephos/db/list';
import { findOrMakeDefaultNetwork } from '@nephos/db/network-create.repo';
import { insertOperation } from '@nephos/db/operation.repo';
import type { Operation } from '@nephos/db/prisma';
import { DomainError } from '@nephos/model/errors';
import { newId } from '@nephos/model/id';
import { INSTANCE_VERB_STATE, INSTANCE_VERBS, instanceCan, type InstanceVerb } from '@nephos/model/instance/state';
import { OPERATION_KINDS } from '@nephos/model/operation-kind';
import { STOP_GRACE_MS } from '@nephos/model/limits';
import type { Operations } from '@nephos/operations/operations';
import type { KeyRing } from '@nephos/secrets/key-ring';
import { z } from 'zod';
import { once, type Request } from '../request.ts';
import { findForDeploy } from './instance-lookup.ts';
import { makePassword, readPassword } from './instance-password.ts';
import { describeInstance, describeInstances, instanceInclude } from './instance.dto.ts';
import { toOperationDto } from './operation.dto.ts';
import { openUserData, sealUserData } from './user-data.ts';

const retriedInput = z.object({ graceMs: z.int().optional(), wantsPassword: z.boolean().default(false) });
const GIB = 1024n ** 3n;
/** A destroyed instance can be recovered, so it may shut down; but nobody waits for it. */
const DESTROY_GRACE_MS = 15_000;

export function createInstanceService({ db, operations, secretKeys }: { db: Db; operations: Operations; secretKeys: KeyRing }) {
  /** Instances and their operations are committed together; only then are the workflows started. */
  async function startAll(ids: readonly string[]): Promise<void> {
    await Promise.all((await db.operation.findMany({ where: { id: { in: [...ids] } } })).map((operation) => operations.start(operation)));
  }

  async function deployInputOf(instanceId: string, wantsPassword: boolean): Promise<DeployInstance> {
    const row = await db.instance.findUniqueOrThrow({ where: { id: instanceId }, include: { volumes: { where: { kind: 'root' } }, nics: true } });
    const [volume] = row.volumes;
    const pair = row.sshPublicKey && (await db.sshKeyPair.findFirst({ where: { accountId: row.accountId, publicKey: row.sshPublicKey } }));
    return {
      zoneId: row.zoneId,
      name: row.name,
      templateId: row.templateId,
      computeOfferingId: row.computeOfferingId,
      count: 1,
      wantsPassword,
      tags: tagsSchema.parse(row.tags),
      ...(row.displayName && { displayName: row.displayName }),
      ...(row.userData && { userData: openUserData(secretKeys, row.id, row.userData) }),
      ...(pair && { sshKeyPairId: pair.id }),
      ...(row.nics[0] && { networkId: row.nics[0].networkId }),
      ...(volume && volume.sizeBytes % GIB === 0n && { rootDiskGib: Number(volume.sizeBytes / GIB) }),
    };
  }

  async function begin(
    request: Request,
    verb: InstanceVerb,
    instanceId: string,
    input: { graceMs?: number } = {},
    retryOfId?: string,
  ): Promise<OperationDto> {
    const operation = await once(db, request, async (tx) => {
      const instance = await findInstance(tx, request.actor, `instance.${verb}`, instanceId);
      await lockAndMoveForOperation(tx, instanceId, verb);
      const begun = await insertOperation(tx, {
        kind: `instance.${verb}`,
        actor: request.actor,
        accountId: instance.accountId,
        resource: { type: 'instance', id: instanceId, name: instance.name },
        input: { instanceId, ...input },
        retryOfId,
      });
      await tx.instance.update({ where: { id: instanceId }, data: { operationId: begun.id } });
      return toOperationDto(begun, request.actor);
    });
    await startAll([operation.id]);
    return operation;
  }

  /** One operation per instance, all or none accepted; they share a group id when there are several. */
  async function deploy(request: Request, input: DeployInstance, retryOfId?: string): Promise<OperationDto[]> {
    const begun = await once(db, request, async (tx) => {
      const { actor } = request;
      const found = await findForDeploy(tx, actor, input);
      const network = found.network ?? (await findOrMakeDefaultNetwork(tx, actor.accountId, found.zone));
      const groupId = input.count > 1 ? newId() : undefined;
      if (input.count > 1) await assertLimitsAllow(tx, actor.accountId, needOf(found.offering, input.count));
      const rows: Operation[] = [];
      for (const name of namesOf(input)) {
        const [id, operationId] = [newId(), newId()];
        const instance = await insertInstance(tx, {
          id,
          accountId: actor.accountId,
          domainId: actor.domainId,
          zoneId: found.zone.id,
          name,
          displayName: input.displayName ?? '',
          template: found.template,
          offering: found.offering,
          networkId: network.id,
          sshPublicKey: found.sshKeyPair?.publicKey,
          userData: input.userData && sealUserData(secretKeys, id, input.userData),
          hasPassword: input.wantsPassword,
          rootDiskBytes: rootDiskBytes(input, found.template),
          tags: input.tags,
          operationId,
        });
        if (input.wantsPassword) await makePassword(tx, secretKeys, instance);
        const operation = await insertOperation(tx, {
          id: operationId,
          kind: 'instance.deploy',
          actor,
          accountId: actor.accountId,
          resource: { type: 'instance', id: instance.id, name },
          input: { instanceId: instance.id, ...(input.wantsPassword && { wantsPassword: true }) }, // for a retry: the password itself goes with the instance
          groupId,
          retryOfId,
        });
        rows.push(operation);
      }
      return rows.map((operation) => toOperationDto(operation, actor));
    });
    await startAll(begun.map(({ id }) => id));
    return begun;
  }

  return {
    deploy: (request: Request, input: DeployInstance) => deploy(request, input),

    /** The same again, as a new operation. A deploy that failed left its instance's row, out of every list, with all that was asked. */
    async retry(request: Request, operation: Operation): Promise<OperationDto> {
      const verb = INSTANCE_VERBS.find((one) => operation.kind === `instance.${one}`);
      const { graceMs, wantsPassword } = retriedInput.parse(operation.input);
      if (verb) return begin(request, verb, operation.resourceId, graceMs === undefined ? {} : { graceMs }, operation.id);
      if (operation.kind !== 'instance.deploy')
        throw new DomainError(
          'INVALID_STATE',
          `An operation of the kind ${operation.kind} is begun by the cloud itself, and again when it is needed.`,
        );
      const [retried] = await deploy(request, await deployInputOf(operation.resourceId, wantsPassword), operation.id);
      if (!retried) throw new DomainError('UNEXPECTED', 'A deploy began no operation.');
      return retried;
    },

    start: (request: Request, { instanceId }: { instanceId: string }) => begin(request, 'start', instanceId),
    stop: (request: Request, { instanceId, isForced }: { instanceId: string; isForced: boolean }) =>
      begin(request, 'stop', instanceId, { graceMs: isForced ? 0 : STOP_GRACE_MS }),
    reboot: (request: Request, { instanceId, isForced }: { instanceId: string; isForced: boolean }) =>
      begin(request, 'reboot', instanceId, { graceMs: isForced ? 0 : STOP_GRACE_MS }),
    destroy: (request: Request, { instanceId }: { instanceId: string }) => begin(request, 'destroy', instanceId, { graceMs: DESTROY_GRACE_MS }),
    recover: (request: Request, { instanceId }: { instanceId: string }) => begin(request, 'recover', instanceId),
    expunge: (request: Request, { instanceId }: { instanceId: string }) => begin(request, 'expunge', instanceId),

    async list({ actor }: Request, input: ListInstances): Promise<Page<InstanceDto>> {
      const filters = {
        removedAt: null,
        ...(input.state && { state: { in: input.state } }),
        ...(input.zoneId && { zoneId: input.zoneId }),
        ...(input.accountId && { accountId: input.accountId }),
        ...(input.hostId && { hostId: input.hostId }),
      };
      const page = await listPage(input, { where: [rowsFor(actor, 'instance.read'), filters], searchIn: ['name', 'displayName'] }, (args) =>
        db.instance.findMany({ ...args, include: instanceInclude }),
      );
      return { ...page, items: await describeInstances(db, page.items, actor) };
    },

    async get({ actor }: Request, { instanceId }: { instanceId: string }): Promise<InstanceDto> {
      await findInstance(db, actor, 'instance.read', instanceId);
      return describeInstance(db, await db.instance.findUniqueOrThrow({ where: { id: instanceId }, include: instanceInclude }), actor);
    },

    password: async (request: Request, { instanceId }: { instanceId: string }): Promise<{ password: string }> => ({
      password: await readPassword(db, secretKeys, request, instanceId),
    }),

    async update(
      request: Request,
      { instanceId, ...change }: { instanceId: string; displayName?: string | undefined; tags?: Record<string, string> | undefined },
    ): Promise<InstanceDto> {
      return once(db, request, async (tx) => {
        await findInstance(tx, request.actor, 'instance.update', instanceId);
        const data = { ...(change.displayName !== undefined && { displayName: change.displayName }), ...(change.tags && { tags: change.tags }) };
        return describeInstance(tx, await tx.instance.update({ where: { id: instanceId }, data, include: instanceInclude }), request.actor);
      });
    },
  };
}
export type InstanceService = ReturnType<typeof createInstanceService>;

/** Unlike a record activity, a request must not find the state it wants there already: then another one has begun. */
async function lockAndMoveForOperation(tx: Tx, instanceId: string, verb: InstanceVerb): Promise<void> {
  await tx.$queryRaw`SELECT 1 FROM instance WHERE id = ${instanceId}::uuid FOR UPDATE`;
  const select = { id: true, name: true, state: true, stateReason: true };
  const instance = await tx.instance.findUniqueOrThrow({ where: { id: instanceId }, select });
  const state = stateOfInstance(instance);
  if (state === 'unknown')
    throw new DomainError(
      'INVALID_STATE',
      `${instance.stateReason ?? 'Its host is away.'} Nobody can say whether the instance runs, so nothing can be done with it until the host is back.`,
      { state },
    );
  const to = INSTANCE_VERB_STATE[verb];
  if (state === to) throw new DomainError('INVALID_STATE', `The instance is ${state} already; another request began that.`, { state });
  if (!instanceCan(verb, state)) {
    const { past } = OPERATION_KINDS[`instance.${verb}`];
    throw new DomainError('INVALID_STATE', `The instance ${instance.name} is ${state}, so it can't be ${past}.`, { from: state, to });
  }
  await lockAndMoveInstance(tx, instanceId, to);
}

function needOf({ cpuCount, memoryMib }: { cpuCount: number; memoryMib: number }, count: number) {
  return { instances: count, vcpus: count * cpuCount, memoryMib: count * memoryMib };
}

function namesOf({ name, count }: DeployInstance): string[] {
  return count === 1 ? [name] : Array.from({ length: count }, (_, index) => `${name}-${index + 1}`);
}

function rootDiskBytes({ rootDiskGib }: DeployInstance, template: { name: string; virtualSizeBytes: bigint }): bigint {
  if (rootDiskGib === undefined) return template.virtualSizeBytes;
  const wanted = BigInt(rootDiskGib) * GIB;
  if (wanted < template.virtualSizeBytes) {
    const least = (template.virtualSizeBytes + GIB - 1n) / GIB;
    throw new DomainError('BAD_INPUT', `The root disk can't be smaller than the template ${template.name}, which needs ${least} GiB.`, {
      field: 'rootDiskGib',
    });
  }
  return wanted;
}
