export interface PartitionedTable {
  table: string;
  /** The column of UUIDv7 ids that the days are ranges of. */
  column: string;
  /** Storage parameters of each partition. */
  parameters: string;
}

/** The tables that have a partition per day. */
export const PARTITIONED_TABLES: readonly PartitionedTable[] = [
  // A row is updated once or twice within seconds; pruning gives the room of the dead ones back.
  { table: 'executions', column: 'id', parameters: 'fillfactor = 75' },
  { table: 'execution_results', column: 'execution_id', parameters: 'fillfactor = 100' },
  { table: 'execution_inputs', column: 'execution_id', parameters: 'fillfactor = 100' },
  { table: 'node_runs', column: 'execution_id', parameters: 'fillfactor = 100' },
  // Rows up to two to a page stay in the page: a typical body needs no second tuple and index entry out of line.
  { table: 'requests', column: 'id', parameters: 'fillfactor = 100, toast_tuple_target = 4080' },
];
