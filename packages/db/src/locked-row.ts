import { Prisma } from './prisma.ts';

/**
 * A table's columns under the names its rows have in code, for `SELECT … FOR UPDATE`, which Prisma's own queries can't say.
 * `fields` is Prisma's list of them; every column is called like its field, in snake case (the schema's @map).
 */
export function columnsOf(fields: Readonly<Record<string, string>>): Prisma.Sql {
  const columns = Object.values(fields).map((field) => `"${field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)}" AS "${field}"`);
  return Prisma.raw(columns.join(', '));
}
