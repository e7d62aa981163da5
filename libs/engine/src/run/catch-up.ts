/** Arrives, the first time it is called; resolves when every branch has. */
export type Gate = () => Promise<void>;

/**
 * Gates of the branches of a fork that another run goes on with, one each: no branch does anything new before all have
 * gone through what they had done already. Else the first to act could decide over branches that had ended long ago.
 *
 * @param outer of the branch that the fork itself lies in
 * @param caughtUp when no fork lies around this one: called once, before the gates open
 */
export function catchUpGates(branches: number, outer: Gate | undefined, caughtUp: () => void): Gate[] {
  let missing = branches;
  let open = (): void => undefined;
  const all = new Promise<void>((resolve) => {
    open = resolve;
  });
  const arrive = (): void => {
    missing -= 1;
    if (missing > 0) return;
    if (outer !== undefined) return void outer().then(open);
    caughtUp();
    open();
  };
  return Array.from({ length: branches }, (): Gate => {
    let hasArrived = false;
    return () => {
      if (!hasArrived) {
        hasArrived = true;
        arrive();
      }
      return all;
    };
  });
}
