import { transaction, type Db, type Tx } from '@nephos/db/database';
import { toActivityFailure } from './host-call.ts';

/** Runs one record activity in one transaction; our errors end it, anything else (PostgreSQL away) is retried by Temporal. */
export function recordCall(db: Db) {
  return <T>(work: (tx: Tx) => Promise<T>): Promise<T> => failingAsActivity(transaction(db, work));
}

/** The same for an activity that is one statement, or reads only what it may see change meanwhile: it needs no transaction around it. */
export function statementCall(db: Db) {
  return <T>(work: (tx: Tx) => Promise<T>): Promise<T> => failingAsActivity(work(db));
}

async function failingAsActivity<T>(recorded: Promise<T>): Promise<T> {
  try {
    return await recorded;
  } catch (error) {
    throw toActivityFailure(error);
  }
}
