/** For workflows/src/floor: a record activity without a record. */
export function createFloorRecords() {
  return { recordNothing: async (): Promise<void> => undefined };
}
export type FloorRecords = ReturnType<typeof createFloorRecords>;
