import { computeOffering, template, volume } from './procedures/catalogue.ts';
import { doctor } from './procedures/doctor.ts';
import { event } from './procedures/event.ts';
import { host } from './procedures/host.ts';
import { cluster, imageStore, pod, pool, publicAddress, zone } from './procedures/infrastructure.ts';
import { instance } from './procedures/instance.ts';
import { network, virtualRouter } from './procedures/network.ts';
import { operation } from './procedures/operation.ts';
import { account, apiKey, auth, change, sshKeyPair, user } from './procedures/user.ts';
import { router } from './trpc.ts';

/** The whole API, one name per feature. */
export const appRouter = router({
  account,
  apiKey,
  auth,
  change,
  cluster,
  computeOffering,
  doctor,
  event,
  host,
  imageStore,
  instance,
  network,
  operation,
  pod,
  pool,
  publicAddress,
  router: virtualRouter,
  sshKeyPair,
  template,
  user,
  volume,
  zone,
});
export type AppRouter = typeof appRouter;
