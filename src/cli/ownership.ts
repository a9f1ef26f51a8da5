import type { Config } from "#config/schema";
import type { Asset } from "#domain/asset";
import type { Ownership } from "#domain/finding";
import { ownerResolver } from "#posture/owners";

/**
 * Who owns an asset, without a chat's directory: by claim, tags and accounts. An address that only the directory knows
 * names whom it named before, else nobody. Without a configuration there are no owners.
 */
export function ownersWithoutChat(
  config: Config | undefined,
  stored: {
    /** Asked each time: somebody may claim it while a scan runs. */
    readonly claim?: (asset: string) => string | undefined;
    /** What a bot that can ask the directory has found out. */
    readonly before?: (asset: string) => Ownership | undefined;
  } = {},
): (asset: Pick<Asset, "id" | "tags" | "account">) => Ownership {
  if (!config) return () => ({ source: "nobody", via: "no configuration" });
  const resolve = ownerResolver(config);
  return ({ id, tags, account }) => {
    const claim = stored.claim?.(id);
    const subject = { tags, account, ...(claim !== undefined && { claim }) };
    const answers = new Map<string, undefined>();
    for (;;) {
      const owned = resolve(subject, answers);
      if (!("lookup" in owned)) return owned;
      const before = stored.before?.(id);
      if (before) return before;
      for (const email of owned.lookup) answers.set(email, undefined);
    }
  };
}
