import type { BoundaryTrap, Kill, Owner } from './boundary-trap.js';
import { describeStatement } from './describe-statement.js';
import {
  BIND,
  boundStatement,
  PARSE,
  parsedStatement,
  QUERY,
  queryText,
  startupParameter,
} from './postgres-messages.js';

/** What a statement for one day's partition is called besides; another day's is the same boundary. */
const PARTITION = /-p\d{8}$/;
/** Statements of sql nodes have a pool, and so connections, of their own. */
const SQL_POOL = /-sql$/;
/** Statements that are what a node does: nothing of them is in the journal. */
const EFFECTS: ReadonlyMap<string, string> = new Map([['add-notifications', 'in-app']]);
const ID = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/;

/** A statement under way, or a transaction that is open, and who watches it. */
interface Watched {
  statement: string;
  trap: BoundaryTrap;
  owner: Owner;
}

/**
 * Boundaries of one connection. A statement by itself has one before and one after it. Inside a transaction nothing is
 * done before its end, so its statements have one before them only, and the commit has both; once one statement concerns
 * the execution, all that follow do. After an effect that Postgres itself receives it is called as if it were another
 * receiver's: `received sql` is the commit of an sql node.
 */
export class WatchedSession {
  private isFirst = true;
  private isSql = false;
  /** Text of the unnamed statement. */
  private unnamed = '';
  private isOpen = false;
  private transaction: Watched | null = null;
  /** The statement whose answer is not here yet; without an owner when only the answer can tell whom it concerns. */
  private current: (Omit<Watched, 'owner'> & { owner: Owner | null }) | null = null;

  private readonly trap: () => BoundaryTrap | null;
  private readonly kill: Kill;

  constructor(trap: () => BoundaryTrap | null, kill: Kill) {
    this.trap = trap;
    this.kill = kill;
  }

  /** Whether the answer that comes now has to be held back until it is complete. */
  get isWatched(): boolean {
    return this.current !== null;
  }

  /** @returns true when the worker was killed before `message` reached Postgres */
  async isKilledBefore(message: Buffer): Promise<boolean> {
    if (this.isFirst) {
      this.isFirst = false;
      this.isSql = SQL_POOL.test(startupParameter(message, 'application_name'));
      return false;
    }
    switch (message[0]) {
      case PARSE:
        this.prepare(message);
        return false;
      case BIND:
        return this.isOpen ? this.beforePart(message) : this.beforeStatement(message);
      case QUERY:
        return this.beforeQuery(queryText(message));
      default:
        return false;
    }
  }

  /** @returns true when the worker was killed before it got the answer */
  isKilledAfter(answer: Buffer): boolean {
    const { current } = this;
    this.current = null;
    if (current === null) return false;
    const owner = current.owner ?? current.trap.ownerOf(answer);
    if (owner === null) return false;
    const effect = this.isSql ? 'sql' : EFFECTS.get(current.statement);
    return current.trap.reach(effect ? `received ${effect}` : `after ${owner}${current.statement}`, this.kill);
  }

  private prepare(message: Buffer): void {
    const { name, text } = parsedStatement(message);
    if (name === '') this.unnamed = text;
  }

  private async beforeStatement(bind: Buffer): Promise<boolean> {
    const trap = this.trap();
    if (!trap || trap.killed) return false;
    const owner = await trap.concerns(bind);
    const statement = this.nameOf(bind);
    if (owner !== null && trap.reach(`before ${owner}${statement}`, this.kill)) return true;
    this.current = { statement, trap, owner };
    return false;
  }

  private async beforePart(bind: Buffer): Promise<boolean> {
    const statement = this.nameOf(bind);
    this.transaction ??= await this.enter(bind, statement);
    if (this.transaction === null) return false;
    const { trap, owner } = this.transaction;
    // Its id is the first value of the statement.
    if (statement === 'insert executions') trap.adopt(ID.exec(bind.toString('latin1'))![0]);
    return trap.reach(`before ${owner}${this.isSql ? 'sql ' : ''}${statement}`, this.kill);
  }

  private async enter(bind: Buffer, statement: string): Promise<Watched | null> {
    const trap = this.trap();
    if (!trap || trap.killed) return null;
    const owner = await trap.concerns(bind);
    return owner === null ? null : { statement, trap, owner };
  }

  private beforeQuery(text: string): boolean {
    const statement = text.trim().toLowerCase();
    const { transaction } = this;
    if (statement === 'begin') this.isOpen = true;
    if (statement !== 'commit' && statement !== 'rollback') return false;
    this.isOpen = false;
    this.transaction = null;
    if (transaction === null || statement === 'rollback') return false;
    const { trap, owner } = transaction;
    if (trap.reach(`before ${owner}${this.isSql ? 'sql ' : ''}commit`, this.kill)) return true;
    this.current = { statement, trap, owner };
    return false;
  }

  private nameOf(bind: Buffer): string {
    const name = boundStatement(bind).replace(PARTITION, '');
    return name === '' ? describeStatement(this.unnamed) : name;
  }
}
