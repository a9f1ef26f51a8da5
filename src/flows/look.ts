import type { Account, Cloud, Session } from "#cloud/cloud";
import type { Asset, FactMap } from "#domain/asset";
import type { AnyCheck } from "#domain/check";
import { StanceError } from "#domain/errors";
import type { Decision } from "#posture/evaluate";
import { evaluatePage } from "#posture/evaluate";

/** One asset, read again: what plans, preconditions and verification stand on. Every look is a new session, nothing is remembered. */
export interface Looks {
  /** The asset as it is now, with the named facts; "gone" when the cloud says there is none. */
  read(
    asset: Pick<Asset, "cloud" | "account" | "region" | "type" | "id">,
    facts: readonly string[],
  ): Promise<Look | "gone">;
  /** The check's verdict on freshly read facts. */
  judge(
    check: AnyCheck,
    asset: Pick<Asset, "cloud" | "account" | "region" | "type" | "id">,
    now: number,
  ): Promise<Decision | "gone">;
  cloudOf(asset: Pick<Asset, "cloud">): Cloud;
  accountOf(asset: Pick<Asset, "cloud" | "account">): Promise<Account>;
}
export interface Look {
  readonly asset: Asset;
  readonly facts: FactMap;
}
type Target = Pick<Asset, "cloud" | "account" | "region" | "type" | "id">;

export function looksAt(clouds: readonly Cloud[], stored: (id: string) => Asset | undefined): Looks {
  const cloudOf = ({ cloud: name }: Pick<Asset, "cloud">): Cloud => {
    const cloud = clouds.find((candidate) => candidate.name === name);
    if (!cloud) throw new StanceError("config/invalid", { detail: `No access to ${name} is configured.` });
    return cloud;
  };
  async function accountOf(asset: Pick<Asset, "cloud" | "account">): Promise<Account> {
    const account = (await cloudOf(asset).accounts()).find(({ id }) => id === asset.account);
    if (account?.state !== "active")
      throw new StanceError("cloud/credentials", { detail: `Account ${asset.account} is not one that can be read.` });
    return account;
  }
  async function find(target: Target): Promise<{ session: Session; asset: Asset; facts: FactMap } | "gone"> {
    const whole = stored(target.id) ?? { ...target, name: target.id, tags: {} };
    const session = await cloudOf(target).open(await accountOf(target), {
      ...(target.region !== "global" && { regions: [target.region] }),
    });
    const region = session.scopeOf(target.type) === "account" ? "global" : target.region;
    for await (const page of session.list(target.type, region, whole)) {
      const found = page.find(({ asset }) => asset.id === target.id);
      if (found) return { session, ...found };
    }
    return "gone";
  }
  return {
    cloudOf,
    accountOf,
    async read(target, names) {
      const found = await find(target);
      if (found === "gone") return "gone";
      let facts = found.facts;
      for (const name of names) {
        if (facts[name] !== undefined) continue;
        const read = (await found.session.fetch(name, [found.asset])).get(found.asset.id);
        facts = {
          ...facts,
          ...read,
          [name]: read?.[name] ?? { state: "unreadable", reason: "the cloud gave no answer" },
        };
      }
      return { asset: found.asset, facts: Object.fromEntries(names.map((name) => [name, facts[name]])) };
    },
    async judge(check, target, now) {
      const found = await find(target);
      if (found === "gone") return "gone";
      const [result] = await evaluatePage([check], [found], { now: new Date(now) }, found.session.fetch);
      if (!result) throw new Error(`${check.id} does not look at ${target.type}`);
      return result.decision;
    },
  };
}
