import { transaction, type Db, type Tx } from '@nephos/db/database';
import { toActivityFailure } from './host-call.ts';

/** Runs one record activity in one transaction; our errors end it, anything else (PostgreSQL away) is retried by Temporal. */
export function recordCall(db: Db) {
  return async <T>(work: (tx: Tx) => Promise<T>): Promise<T> => {
    try {
      return await transaction(db, work);
    } catch (error) {
      throw toActivityFailure(error);
    }
  };
}
