import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What starts workflows besides their URLs. */
export class Triggers1795492800000 implements MigrationInterface {
  readonly name = 'Triggers1795492800000';
  static readonly statements: readonly string[] = [
    // Belongs to a version, as its paths do: what is in force follows from the switch and the current version, in the
    // very statement that changes them.
    `create table trigger_bindings (
      version_id int primary key references workflow_versions (id),
      workflow_id int not null references workflows (id),
      kind text not null,
      collection text,
      events text[] not null,
      is_global boolean not null,
      config json not null
    )`,
    `create index trigger_bindings_by_collection on trigger_bindings (collection, kind)`,

    // One row per workflow that ever had a schedule. "since" is null while it is off. "generation" grows with every
    // switch and version: who worked out a time for an older one changes nothing.
    `create table schedules (
      workflow_id int primary key references workflows (id),
      generation int not null default 1,
      since timestamptz,
      next_at timestamptz,
      is_planned boolean not null default false,
      scanned_until timestamptz,
      fired int not null default 0
    )`,
    `create index schedules_due on schedules (next_at) where next_at is not null`,

    // Dates of records that started an execution; kept as long as a look may find them again.
    `create table schedule_dates (
      workflow_id int not null references workflows (id),
      record_id bigint not null,
      due_at timestamptz not null,
      primary key (workflow_id, record_id, due_at)
    )`,
    `create index schedule_dates_by_time on schedule_dates (workflow_id, due_at)`,

    // In the transaction of the switch, so that no writer can forget it: a schedule counts from that moment. What it
    // has started so far is forgotten only when the workflow is archived, for a key that comes back is a new workflow.
    `create function follow_schedule_switch() returns trigger language plpgsql as $$
    begin
      if new.enabled and new.archived_at is null and exists (
        select 1 from trigger_bindings where version_id = new.current_version_id and kind = 'schedule'
      ) then
        insert into schedules (workflow_id, since, next_at, scanned_until)
        values (new.id, clock_timestamp(), clock_timestamp(), clock_timestamp())
        on conflict (workflow_id) do update set generation = schedules.generation + 1, since = excluded.since,
          next_at = excluded.next_at, scanned_until = excluded.scanned_until, is_planned = false;
      else
        update schedules set generation = generation + 1, since = null, next_at = null, scanned_until = null,
          fired = case when new.archived_at is null then fired else 0 end
        where workflow_id = new.id;
      end if;
      return null;
    end $$`,
    `create trigger workflows_schedule_on after insert on workflows
      for each row execute function follow_schedule_switch()`,
    `create trigger workflows_schedule_switch after update on workflows for each row
      when (old.enabled is distinct from new.enabled or old.current_version_id is distinct from new.current_version_id
        or old.archived_at is distinct from new.archived_at)
      execute function follow_schedule_switch()`,
  ];

  async up(queryRunner: QueryRunner): Promise<void> {
    for (const statement of Triggers1795492800000.statements) await queryRunner.query(statement);
  }

  /** Going back would lose how often schedules fired: refused. The release before runs on this schema. */
  down(): Promise<void> {
    return Promise.reject(new Error('This migration cannot be reverted; the release before runs on its schema.'));
  }
}
