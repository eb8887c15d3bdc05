import { enterStep, beginOperation, endOperation } from '@nephos/db/operation.repo';
import { newId } from '@nephos/model/id';
import { createTestDatabase, type TestDatabase } from '@nephos/testing/database';
import { makeAccount } from '@nephos/testing/factories';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createGates, type Gates } from './gates.ts';

let database: TestDatabase;
let gates: Gates;
let accountId: string;
beforeAll(async () => {
  database = await createTestDatabase();
  gates = await createGates(database.url);
  accountId = (await makeAccount(database.db)).id;
});
afterAll(async () => {
  await gates.close();
  await database.close();
});

async function makeOperation(kind = 'instance.start', account = accountId): Promise<string> {
  const ref = { resourceType: 'instance', resourceId: newId(), resourceName: 'vm' };
  const { id } = await database.db.operation.create({ data: { id: newId(), kind, state: 'pending', accountId: account, input: {}, ...ref } });
  return id;
}
const enter = (operationId: string, name = 'find a host') => enterStep(database.db, { operationId, position: 0, name, isUndo: false });
const stepsOf = (operationId: string) => database.db.step.count({ where: { operationId } });
const heldAt = (id: number) => expect.poll(() => gates.waiting()).toEqual([id]);

describe('a gate', () => {
  it('holds the n-th who comes to its step before it is written, and opens', async () => {
    await gates.add([{ id: 1, kind: 'instance.start', step: 'find a host', nth: 2 }]);
    await enter(await makeOperation());
    const second = await makeOperation();
    const entering = enter(second);
    await heldAt(1);
    await enter(await makeOperation('instance.deploy')); // of another kind
    await enter(await makeOperation(), 'start the guest');
    expect(await stepsOf(second)).toBe(0);
    await gates.open(1);
    await entering;
    expect(await stepsOf(second)).toBe(1);
    await enter(await makeOperation());
    expect(await gates.waiting()).toEqual([]);
  });

  it('can make who waits never have been there', async () => {
    await gates.add([{ id: 2, kind: 'instance.start', step: 'find a host', nth: 1 }]);
    const operationId = await makeOperation();
    const entering = enter(operationId).catch(() => 'its connection ended');
    await heldAt(2);
    await gates.open(2, { isRolledBack: true });
    expect(await entering).toBe('its connection ended');
    expect(await stepsOf(operationId)).toBe(0);
    await enter(operationId);
  });

  it('is closed again when its connection was lost, whoever sees that first', async () => {
    await gates.add([30, 31].map((id) => ({ id, kind: 'instance.reboot', step: id === 30 ? 'restart the guest' : 'look', nth: 1 })));
    await database.db.$executeRaw`SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND objid::int = 30 AND granted`;
    const holding = () => database.db.$queryRaw`SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND objid::int IN (30, 31)`;
    await expect.poll(holding).toEqual([]); // it ends when it next looks, and not before
    expect(await Promise.all([gates.waiting(), gates.waiting(), gates.waiting()])).toEqual([[], [], []]);
    const entering = [enter(await makeOperation('instance.reboot'), 'restart the guest'), enter(await makeOperation('instance.reboot'), 'look')];
    await expect.poll(async () => (await gates.waiting()).toSorted()).toEqual([30, 31]);
    for (const id of [30, 31]) await gates.open(id);
    await Promise.all(entering);
  });

  it('holds operations as they are accepted, begin and end, and those of one account', async () => {
    const other = (await makeAccount(database.db)).id;
    await gates.add(['(accepted)', '(begins)', '(ends)'].map((step, at) => ({ id: 10 + at, kind: 'instance.stop', step, nth: 1, accountId: other })));
    await makeOperation('instance.stop');
    const making = makeOperation('instance.stop', other);
    await heldAt(10);
    await gates.open(10);
    const id = await making;
    const beginning = beginOperation(database.db, id);
    await heldAt(11);
    await gates.open(11);
    expect(await beginning).toBe('run');
    const ending = endOperation(database.db, id, 'succeeded');
    await heldAt(12);
    await gates.open(12);
    await ending;
  });
});
