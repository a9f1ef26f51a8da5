import type { Chat } from "#chat/chat";
import type { Cloud } from "#cloud/cloud";
import type { Store } from "#store/store";

class Dead extends Error {}

/** Counts everything that leaves the process, and kills it at one of these points. */
export interface Fuse {
  at: number | undefined;
  count: number;
  dead: boolean;
  /** Around one call: dies before its effect, or after it and before anybody learns of it. */
  guard<T>(call: () => Promise<T>): Promise<T>;
  alive(): void;
}
export function fuse(): Fuse {
  const tick = (self: Fuse): void => {
    self.count++;
    if (self.count === self.at) {
      self.dead = true;
      throw new Dead();
    }
  };
  return {
    at: undefined,
    count: 0,
    dead: false,
    alive() {
      if (this.dead) throw new Dead();
    },
    async guard(call) {
      this.alive();
      tick(this);
      const result = await call();
      this.alive();
      tick(this);
      return result;
    },
  };
}

const writes = new Set<PropertyKey>([
  "commit",
  "accept",
  "beginRun",
  "recordUnit",
  "recordAccount",
  "applyClosings",
  "endRun",
  "delivered",
  "postpone",
  "cache",
]);
export const mortalStore = (store: Store, f: Fuse): Store =>
  new Proxy(store, {
    get(target, key) {
      const value: unknown = Reflect.get(target, key);
      if (typeof value !== "function") return value;
      return (...args: readonly unknown[]): unknown => {
        f.alive();
        return writes.has(key) ? f.guard(async () => value.apply(target, args)) : value.apply(target, args);
      };
    },
  });
export const mortalChat = (chat: Chat, f: Fuse): Chat => ({
  ...chat,
  post: (message) => f.guard(() => chat.post(message)),
  update: (posted, card) => f.guard(() => chat.update(posted, card)),
});
export const mortalCloud = (cloud: Cloud, f: Fuse): Cloud => ({
  ...cloud,
  open: (of, options) => f.guard(() => cloud.open(of, options)),
  async openForWriting(of, grant) {
    const writer = await f.guard(() => cloud.openForWriting(of, grant));
    return { run: (call, region) => f.guard(() => writer.run(call, region)) };
  },
});
