import { rowsFor } from '@nephos/authz/ability';
import type * as contract from '@nephos/contracts/user.schema';
import type { Db, Tx } from '@nephos/db/database';
import { listPage, type Page } from '@nephos/db/list';
import type { Account } from '@nephos/db/prisma';
import { DomainError } from '@nephos/model/errors';
import type { z } from 'zod';
import { given, type Request } from '../request.ts';
import { change, notFound, only, tellChange } from './create.ts';

/** What owns resources, and how much of them it may. */
export function createAccountService({ db }: { db: Db }) {
  return {
    async mine({ actor }: Request) {
      return toAccountDto(await db.account.findUniqueOrThrow({ where: { id: actor.accountId } }));
    },

    async list({ actor }: Request, { isEnabled, ...input }: z.output<typeof contract.listAccountsSchema>): Promise<Page<contract.AccountDetailDto>> {
      const page = await listPage(input, { where: [rowsFor(actor, 'account.read'), given({ isEnabled })] }, (args) => db.account.findMany(args));
      return { ...page, items: await describe(db, page.items) };
    },

    async get({ actor }: Request, { accountId }: z.output<typeof contract.accountIdSchema>): Promise<contract.AccountDetailDto> {
      const account = await db.account.findFirst({ where: { AND: [{ id: accountId }, rowsFor(actor, 'account.read')] } });
      if (!account) throw notFound('account', accountId);
      return only(await describe(db, [account]));
    },

    /** Limits below what is used take nothing away: nothing more is given until less is used. */
    async update(request: Request, { accountId, ...input }: z.output<typeof contract.updateAccountSchema>): Promise<contract.AccountDetailDto> {
      return change(db, request, 'account', async (tx) => {
        const before = await tx.account.findFirst({ where: { AND: [{ id: accountId }, rowsFor(request.actor, 'account.update')] } });
        if (!before) throw notFound('account', accountId);
        if (input.isEnabled === false && accountId === request.actor.accountId)
          throw new DomainError('INVALID_STATE', 'This is your own account. Another administrator can disable it.', { field: 'isEnabled' });
        const data = given(input);
        const changed = only(await describe(tx, [await tx.account.update({ where: { id: accountId }, data })]));
        if (before.isEnabled && !changed.isEnabled) await tx.session.deleteMany({ where: { user: { accountId } } });
        const message =
          before.isEnabled === changed.isEnabled
            ? tellChange(`Account ${before.name}`, data)
            : `Account ${before.name} was ${changed.isEnabled ? 'enabled' : 'disabled, and its users are signed out'}.`;
        return { changed, message, accountId };
      });
    },
  };
}
export type AccountService = ReturnType<typeof createAccountService>;

async function describe(tx: Tx, accounts: readonly Account[]): Promise<contract.AccountDetailDto[]> {
  const counts = await tx.user.groupBy({ by: ['accountId'], where: { accountId: { in: accounts.map(({ id }) => id) } }, _count: { _all: true } });
  const countOf = new Map(counts.map(({ accountId, _count }) => [accountId, _count._all]));
  return accounts.map((account) => ({
    ...toAccountDto(account),
    isEnabled: account.isEnabled,
    userCount: countOf.get(account.id) ?? 0,
    createdAt: account.createdAt.toISOString(),
  }));
}

function toAccountDto(account: Account) {
  return {
    id: account.id,
    name: account.name,
    limits: { instances: account.maxInstances, vcpus: account.maxVcpus, memoryMib: account.maxMemoryMib },
    used: { instances: account.usedInstances, vcpus: account.usedVcpus, memoryMib: account.usedMemoryMib },
  };
}
