export interface Cache<Value> {
  /** What is remembered, or what `load` finds. Who asks meanwhile gets the same answer; failures are not remembered. */
  get(key: string, load: () => Promise<Value>): Promise<Value>;
  forget(key: string): void;
}

export interface CacheOptions {
  readonly ttlMs: number;
  readonly most: number;
  now(): number;
}

export function cacheOf<Value>({ ttlMs, most, now }: CacheOptions): Cache<Value> {
  const kept = new Map<string, { readonly at: number; readonly value: Promise<Value> }>();
  return {
    async get(key, load) {
      const known = kept.get(key);
      if (known && now() - known.at < ttlMs && now() >= known.at) return known.value;
      const value = load();
      const entry = { at: now(), value };
      kept.delete(key);
      kept.set(key, entry);
      for (const oldest of kept.keys()) {
        if (kept.size <= most) break;
        kept.delete(oldest);
      }
      try {
        return await value;
      } catch (error) {
        if (kept.get(key) === entry) kept.delete(key);
        throw error;
      }
    },
    forget: (key) => kept.delete(key),
  };
}
