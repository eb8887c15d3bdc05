import { findViolations } from '@nephos/db/invariants';
import type { OperationDto } from '@nephos/contracts/operation.schema';
import { newId } from '@nephos/model/id';
import type { OperationKind } from '@nephos/model/operation-kind';
import { isRecording, recordHistory } from './histories.ts';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createWorld, type World } from './world.ts';

export interface SagaCase<A> {
  kind: OperationKind;
  /** Brings about what the operation starts from. */
  arrange(world: World, name: string): Promise<A>;
  begin(world: World, arranged: A): Promise<OperationDto>;
  /** The activities of its story, without those that every operation has. */
  activities: string[];
  /** Activities that are called only where things lie so, or whose failure is borne. */
  sometimes?: string[];
  /** What to look at, and what it says when the operation has succeeded and when it has undone itself. */
  look(world: World, arranged: A): Promise<unknown>;
  done: unknown;
  undone: unknown;
  /** Undone, the row is as it was found, owned by nobody: the sweep begins another operation. */
  isSettledByAnother?: boolean;
}

const OWN_RECORDS = new Set(['beginOperation', 'enterStep', 'startUndo', 'markStuck', 'resumeOperation', 'refuseCancel', 'endOperation']);

/**
 * What holds for every operation: each activity may run twice and its answer may be lost; it may fail at any step or be
 * cancelled at any step; then it has happened or it hasn't, nothing is left over, and no record disagrees with another or
 * with the hosts. A step that has to finish and can't shows the operation as stuck, and goes on when it is told to.
 */
export function describeSaga<A>({
  kind,
  arrange,
  begin,
  activities,
  sometimes = [],
  look,
  done,
  undone,
  isSettledByAnother = false,
}: SagaCase<A>): void {
  describe(`the story of ${kind}`, () => {
    let world: World;
    let count = 0;
    beforeAll(async () => {
      world = await createWorld();
    });
    afterAll(() => world.close());
    beforeEach(() => world.faults.reset());

    /** Arranges, begins under the faults, and waits for the end; a stuck operation is told to retry once the faults are gone. */
    async function run(faults: () => void) {
      const arranged = await arrange(world, `vm${++count}`);
      world.faults.reset();
      faults();
      const stuck = Promise.withResolvers<'stuck'>();
      const { onCall } = world.faults;
      world.faults.onCall = (name) => {
        if (name === 'markStuck') stuck.resolve('stuck');
        return onCall(name);
      };
      const operation = await begin(world, arranged);
      const wasStuck = (await Promise.race([world.finish(operation).then(() => 'closed'), stuck.promise])) === 'stuck';
      const calls = world.faults.calls.filter((name) => !OWN_RECORDS.has(name));
      if (wasStuck) {
        world.faults.reset();
        await world.operations.answerStuck(operation, { retry: true });
        await world.finish(operation);
      }
      const { state } = await world.db.operation.findUniqueOrThrow({ where: { id: operation.id } });
      await world.finishAll();
      const seen = await look(world, arranged);
      world.faults.reset();
      if (isSettledByAnother && state !== 'succeeded') await world.sweep();
      expect(await findViolations(world.db)).toEqual([]);
      expect(await world.disagreements()).toEqual([]);
      return { state, wasStuck, calls, seen, operation };
    }

    it('happens', async () => {
      const { state, calls, seen, operation } = await run(() => undefined);
      if (isRecording) await recordHistory(world.client, `${kind}/${operation.id}`, `${kind}.succeeded`);
      expect({ state, seen }).toEqual({ state: 'succeeded', seen: done });
      expect(new Set(calls.filter((call) => !sometimes.includes(call)))).toEqual(new Set(activities));
    });

    it.each(['twice', 'lose'] as const)('happens once when every activity answers like this: %s', async (fault) => {
      const { state, seen } = await run(() => world.faults.set('*', fault));
      expect({ state, seen }).toEqual({ state: 'succeeded', seen: done });
    });

    /** What must have come of a run in which an activity failed: undone, or finished after it was stuck. (Some are not needed every time.) */
    function expectFailed(activity: string, { state, wasStuck, calls, seen }: Awaited<ReturnType<typeof run>>) {
      const finished = state === 'succeeded' && (wasStuck || !calls.includes(activity));
      expect({ state, seen }).toEqual(finished ? { state: 'succeeded', seen: done } : { state: 'failed', seen: undone });
    }

    it.each(activities)('undoes itself, or waits to be told, when %s fails', async (activity) => {
      const ran = await run(() => world.faults.set(activity, 'fail'));
      if (isRecording && activity === activities.at(-1)) await recordHistory(world.client, `${kind}/${ran.operation.id}`, `${kind}.failed`);
      expectFailed(activity, ran);
    });

    it.each(activities)('undoes itself when %s fails and everything else runs twice', async (activity) => {
      const ran = await run(() => {
        world.faults.set('*', 'twice');
        world.faults.set(activity, 'fail');
      });
      expectFailed(activity, ran);
    });

    it.each(activities)(
      'stays as it ended when its last workflow task is lost, and what failed (%s) works when it is told again',
      async (activity) => {
        const ran = await run(() => {
          world.faults.set(activity, 'fail');
          world.faults.onCall = async (name) => {
            if (name !== 'endOperation') return;
            world.faults.reset();
            await world.loseTaskOfNewest(kind);
          };
        });
        expectFailed(activity, ran);
      },
    );

    it.each(activities)('undoes itself, or refuses and finishes, when it is cancelled at %s', async (activity) => {
      let refused = false;
      const { state, seen } = await run(() => {
        world.faults.onCall = async (name) => {
          if (name !== activity) return;
          world.faults.onCall = () => undefined;
          refused = await world.cancelNewest(kind).then(
            () => false,
            (error: Error) => /CANCEL_REFUSED|can't be cancelled|point from which/.test(error.message),
          );
        };
      });
      // A cancel that comes when the last step has begun may find nothing left to stop.
      if (state === 'succeeded') expect(seen).toEqual(done);
      else expect({ state, seen }).toEqual({ state: 'cancelled', seen: undone });
      if (refused) expect(state).toBe('succeeded');
    });

    it('undoes nothing but what was claimed when it is cancelled before it begins', async () => {
      const arranged = await arrange(world, `vm${++count}`);
      world.faults.reset();
      const { start } = world.operations;
      world.operations.start = async () => undefined; // as if Temporal were away
      const operation = await begin(world, arranged);
      world.operations.start = start;
      await world.db.operation.update({ where: { id: operation.id }, data: { isCancelRequested: true } });
      await world.operations.start(await world.db.operation.findUniqueOrThrow({ where: { id: operation.id } }));
      await world.finish(operation);
      const { state } = await world.db.operation.findUniqueOrThrow({ where: { id: operation.id } });
      expect({ state, seen: await look(world, arranged) }).toEqual({ state: 'cancelled', seen: undone });
      if (isSettledByAnother) await world.sweep();
      expect(await findViolations(world.db)).toEqual([]);
    });
  });
}

/** An instance of the world's account, deployed and brought to a state by the verbs that lead there. */
export async function arrangeInstance(world: World, name: string, verbs: readonly ('stop' | 'destroy')[] = []): Promise<{ instanceId: string }> {
  const { zone, template, offering, request, instances } = world;
  const [operation] = await instances.deploy(request, {
    zoneId: zone.id,
    name: `${name}-${newId().slice(-6)}`,
    templateId: template.id,
    computeOfferingId: offering.id,
    count: 1,
    tags: {},
  });
  if (!operation) throw new Error('no operation');
  await world.finish(operation);
  const instanceId = operation.resource.id;
  for (const verb of verbs)
    await world.finish(
      await (verb === 'stop' ? instances.stop(request, { instanceId, isForced: true }) : instances.destroy(request, { instanceId })),
    );
  await world.finishAll();
  return { instanceId };
}

export async function stateOf(world: World, { instanceId }: { instanceId: string }): Promise<string> {
  return (await world.db.instance.findUniqueOrThrow({ where: { id: instanceId } })).state;
}
