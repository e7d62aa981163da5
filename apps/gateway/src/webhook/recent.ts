/** A map of bounded size: what was not asked for longest goes first. */
export class Recent<K, V> {
  private readonly entries = new Map<K, V>();

  /** @param most entries kept */
  constructor(private readonly most: number) {}

  get(key: K): V | undefined {
    const value = this.entries.get(key);
    if (value !== undefined) this.put(key, value);
    return value;
  }

  set(key: K, value: V): void {
    this.put(key, value);
    if (this.entries.size > this.most) this.entries.delete(this.entries.keys().next().value!);
  }

  private put(key: K, value: V): void {
    this.entries.delete(key);
    this.entries.set(key, value);
  }
}
