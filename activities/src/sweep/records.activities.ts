import type { Db } from '@nephos/db/database';
import { noteSilentHosts } from '@nephos/db/host-report.repo';
import { deleteOld, expungeDue, listCancelRequested, listPending, releaseStopped, settleOrphans } from '@nephos/db/sweep.repo';
import { HOST_SILENT_MS } from '@nephos/model/limits';
import { recordCall } from '../lib/record-call.ts';

/** What the sweep finds to do. */
export function createSweepRecords({ db, hostSilentMs = HOST_SILENT_MS }: { db: Db; hostSilentMs?: number | undefined }) {
  const record = recordCall(db);
  return {
    sweepRecords: () =>
      record(async (tx) => {
        await noteSilentHosts(tx, hostSilentMs);
        await deleteOld(tx);
        const begun = [...(await settleOrphans(tx)), ...(await releaseStopped(tx)), ...(await expungeDue(tx))];
        return { toStart: [...(await listPending(tx)), ...begun], toCancel: await listCancelRequested(tx) };
      }),
  };
}
export type SweepRecords = ReturnType<typeof createSweepRecords>;
