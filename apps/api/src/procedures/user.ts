import * as contract from '@nephos/contracts/user.schema';
import { tracked } from '@trpc/server';
import { z } from 'zod';
import { openToAll, permitted, router } from '../trpc.ts';

export const auth = router({
  login: openToAll
    .input(contract.loginSchema)
    .output(contract.loginDto)
    .mutation(({ ctx: { services, address, userAgent, requestId }, input }) =>
      services.authentication.login({ ...input, address, userAgent, requestId }),
    ),
  logout: permitted('user.read')
    .output(z.object({}))
    .mutation(async ({ ctx }) => {
      await ctx.services.authentication.logout({ sessionId: ctx.caller.sessionId });
      return {};
    }),
  me: permitted('user.read')
    .output(contract.meDto)
    .query(({ ctx }) => ctx.services.user.me(ctx.request)),
});

export const user = router({
  list: permitted('user.read')
    .input(contract.listUsersSchema)
    .output(contract.userPage)
    .query(({ ctx, input }) => ctx.services.people.list(ctx.request, input)),
  get: permitted('user.read')
    .input(contract.userIdSchema)
    .output(contract.userDto)
    .query(({ ctx, input }) => ctx.services.people.get(ctx.request, input)),
  update: permitted('user.update')
    .input(contract.updateUserSchema)
    .output(contract.userDto)
    .mutation(({ ctx, input }) => ctx.services.people.update(ctx.request, input)),
  create: permitted('user.create')
    .input(contract.createUserSchema)
    .output(contract.userDto)
    .mutation(({ ctx, input }) => ctx.services.people.create(ctx.request, input)),
  /** Of a local user. Every other session of theirs ends; API keys stay. */
  changePassword: permitted('user.change-password')
    .input(contract.changePasswordSchema)
    .output(z.object({ endedSessions: z.int() }))
    .mutation(({ ctx, input }) => ctx.services.authentication.changePassword(ctx.request, input, ctx.caller.sessionId)),
  listSessions: permitted('session.read')
    .output(contract.sessionsDto)
    .query(({ ctx }) => ctx.services.user.listSessions(ctx.request, ctx.caller.sessionId)),
  endSession: permitted('session.end')
    .input(contract.sessionIdSchema)
    .output(z.object({ id: z.uuid() }))
    .mutation(({ ctx, input }) => ctx.services.user.endSession(ctx.request, input)),
  /** Signs out everywhere, here too. API keys stay. */
  endAllSessions: permitted('session.end')
    .output(z.object({ count: z.int() }))
    .mutation(({ ctx }) => ctx.services.user.endAllSessions(ctx.request)),
});

export const account = router({
  mine: permitted('account.read')
    .output(contract.accountDto)
    .query(({ ctx }) => ctx.services.account.mine(ctx.request)),
  list: permitted('account.read')
    .input(contract.listAccountsSchema)
    .output(contract.accountPage)
    .query(({ ctx, input }) => ctx.services.account.list(ctx.request, input)),
  get: permitted('account.read')
    .input(contract.accountIdSchema)
    .output(contract.accountDetailDto)
    .query(({ ctx, input }) => ctx.services.account.get(ctx.request, input)),
  update: permitted('account.update')
    .input(contract.updateAccountSchema)
    .output(contract.accountDetailDto)
    .mutation(({ ctx, input }) => ctx.services.account.update(ctx.request, input)),
});

export const apiKey = router({
  list: permitted('api-key.read')
    .input(contract.listApiKeysSchema)
    .output(contract.apiKeyPage)
    .query(({ ctx, input }) => ctx.services.user.listApiKeys(ctx.request, input)),
  create: permitted('api-key.create')
    .input(contract.createApiKeySchema)
    .output(contract.createdApiKeyDto)
    .mutation(({ ctx, input }) => ctx.services.user.createApiKey(ctx.request, input)),
  revoke: permitted('api-key.revoke')
    .input(contract.apiKeyIdSchema)
    .output(contract.apiKeyDto)
    .mutation(({ ctx, input }) => ctx.services.user.revokeApiKey(ctx.request, input)),
});

export const sshKeyPair = router({
  list: permitted('ssh-key-pair.read')
    .input(contract.listSshKeyPairsSchema)
    .output(contract.sshKeyPairPage)
    .query(({ ctx, input }) => ctx.services.user.listSshKeyPairs(ctx.request, input)),
  create: permitted('ssh-key-pair.create')
    .input(contract.createSshKeyPairSchema)
    .output(contract.sshKeyPairDto)
    .mutation(({ ctx, input }) => ctx.services.user.createSshKeyPair(ctx.request, input)),
  delete: permitted('ssh-key-pair.delete')
    .input(contract.sshKeyPairIdSchema)
    .output(z.object({ id: z.uuid() }))
    .mutation(({ ctx, input }) => ctx.services.user.deleteSshKeyPair(ctx.request, input)),
});

export const change = router({
  /** Server-sent events; also at `/events`. Goes on from `lastEventId`. */
  watch: permitted('change.read')
    .input(contract.watchChangesSchema)
    .subscription(async ({ ctx, input, signal }) => {
      const changes = await ctx.services.change.watch(ctx.request, input.lastEventId, signal ?? AbortSignal.abort()); // before the stream says that it is connected
      return (async function* () {
        for await (const { id, change: one } of changes)
          yield tracked(id, { resourceType: one.resourceType, resourceId: one.resourceId, verb: one.verb });
      })();
    }),
});
