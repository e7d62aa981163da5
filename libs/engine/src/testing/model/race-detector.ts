/** The branches of parallel nodes that a visit lies in, outermost first. */
export type BranchPath = readonly { readonly fork: number; readonly branch: number }[];

interface Access {
  path: BranchPath;
  epoch: number;
  way: AccessWay;
}

/** Whoever adds does not mind who else adds. */
export type AccessWay = 'read' | 'write' | 'add';

/** What the order of branches decided. */
export interface Races {
  /** Something depends on which of two branches is faster: another run of the same tree may differ when times do. */
  timed: boolean;
  /** Something depends on the order of what happens at the same instant: nothing says what is right. */
  undecided: string | null;
}

/** Watches what branches that run side by side read and write of each other. */
export interface RaceDetector extends Races {
  /** @param cell a name of something that branches share */
  access(cell: string, path: BranchPath, epoch: number, way: AccessWay): void;
  undecide(why: string): void;
}

/** A detector that has seen nothing. */
export function raceDetector(): RaceDetector {
  const accesses = new Map<string, Access[]>();
  return {
    timed: false,
    undecided: null,
    access(cell, path, epoch, way) {
      const known = accesses.get(cell) ?? [];
      accesses.set(cell, known);
      for (const other of known) {
        if ((way === other.way && way !== 'write') || !areSideBySide(path, other.path)) continue;
        this.timed = true;
        if (other.epoch === epoch) this.undecide(`${cell} is used by two branches at once`);
      }
      known.push({ path, epoch, way });
    },
    undecide(why) {
      this.undecided ??= why;
    },
  };
}

/** In different branches of one visit of a parallel node. */
function areSideBySide(left: BranchPath, right: BranchPath): boolean {
  for (let depth = 0; depth < Math.min(left.length, right.length); depth += 1) {
    const [a, b] = [left[depth]!, right[depth]!];
    if (a.fork !== b.fork) return false;
    if (a.branch !== b.branch) return true;
  }
  return false;
}
