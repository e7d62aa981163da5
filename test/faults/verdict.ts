/** What a violation is about; each is a column of the table. `defect`: a process died by itself, or did not drain. */
export type ViolationKind = 'lost' | 'doubled' | 'unanswered' | 'stuck' | 'unexplained' | 'defect';

/** Something that contract.md 4 rules out. */
export interface Violation {
  kind: ViolationKind;
  /** Names the request's number and the execution. */
  text: string;
}

/** Kept of each kind; more would say the same. */
const KEPT = 20;

/** What a run came to; counted over all its chapters. */
export class Verdict {
  readonly counts = new Map<string, number>();
  readonly violations: Violation[] = [];

  count(what: string, by = 1): void {
    this.counts.set(what, (this.counts.get(what) ?? 0) + by);
  }

  violate(kind: ViolationKind, text: string): void {
    this.count(kind);
    if (this.of(kind) <= KEPT) this.violations.push({ kind, text });
  }

  /** 0 for what never happened. */
  of(what: string): number {
    return this.counts.get(what) ?? 0;
  }
}
