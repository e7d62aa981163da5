/**
 * Numbers of our advisory locks, which all processes on one database share. Any numbers: they only have to differ from
 * one another, which is why they stand in one place.
 */
export const ADVISORY_LOCKS = {
  /** Migrations, one process after the other. */
  migration: 4_811_001,
  /** Who makes or drops partitions. */
  partitions: 4_811_002,
  /** Who stores a workflow. */
  workflows: 4_811_003,
  /** Who defines a collection. */
  collections: 4_811_004,
  /** Who makes the login of sql nodes. */
  sqlLogin: 4_811_005,
  /** Who deletes what is past its retention. */
  pruning: 4_811_006,
  /** Who migrates the template of the test databases. */
  testTemplate: 4_811_900,
} as const;
