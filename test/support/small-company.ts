import type { Chat, ChatChannel } from "#chat/chat";
import { checks } from "#checks";
import type { Cloud } from "#cloud/cloud";
import type { Company, Thing } from "#test/support/company";
import {
  accountId,
  company,
  companyChannels,
  companyConfig,
  companyPeople,
  dice,
  teamKey,
} from "#test/support/company";
import type { World } from "#test/support/harness";
import { world } from "#test/support/harness";

/** One team or a few, volumes and buckets, working hours in New York, and a scan that can be held up. */
export const account = accountId(0);
export const wrong = new Set(["volume-is-encrypted"]);
const used = ["aws.ec2.volume-is-encrypted", "aws.s3.bucket-blocks-public-access"];
const others = checks.map(({ id }) => id).filter((id) => !used.includes(id));

/** Holds whoever comes by until it is opened. */
export interface Gate {
  closed: boolean;
  readonly reached: Promise<void>;
  pass(): Promise<void>;
  open(): void;
}
export function gate(): Gate {
  let opened = (): void => {};
  let arrived = (): void => {};
  const opening = new Promise<void>((resolve) => (opened = resolve));
  const reached = new Promise<void>((resolve) => (arrived = resolve));
  return {
    closed: false,
    reached,
    async pass() {
      if (!this.closed) return;
      arrived();
      await opening;
    },
    open() {
      this.closed = false;
      opened();
    },
  };
}
/** Lists one region, and then waits before anybody may do something with it. */
export const gated = (cloud: Cloud, at: Gate, where: readonly string[] = ["eu-west-1", "global"]): Cloud => ({
  ...cloud,
  async open(of, options) {
    const session = await cloud.open(of, options);
    return {
      ...session,
      async *list(type, region, only) {
        for await (const page of session.list(type, region, only)) {
          yield page;
          if (!only && where.includes(region)) await at.pass();
        }
      },
    };
  },
});

const worlds: World[] = [];
/** For `afterEach`. */
export function closeSmall(): void {
  for (const w of worlds.splice(0)) w.close();
}
export const alsoCloseSmall = (w: World): unknown => worlds.push(w);

export interface Small {
  readonly w: World;
  readonly it: Company;
  readonly at: Gate;
}
export async function small(
  teams = 1,
  more: { readonly chat?: (chat: Chat) => Chat; readonly channels?: readonly ChatChannel[] } = {},
): Promise<Small> {
  const it = company(dice(11));
  it.accounts.push({ cloud: "aws", id: account, name: "account-0", state: "active" });
  const at = gate();
  const config = companyConfig(teams, 1, others);
  const w = await world({
    // No owner of the account: what has no tag is nobody's.
    config: {
      ...config,
      accounts: [{ id: account, name: "account-0" }],
      channels: { admin: "#sec-posture" },
      hours: { zone: "America/New_York", digest: "09:00" },
    },
    clouds: () => [gated(it.cloud, at)],
    people: companyPeople(teams),
    channels: more.channels ?? companyChannels(teams),
    start: Date.parse("2026-11-23T15:00:00Z"),
    quietLog: true,
    ...(more.chat && { chat: more.chat }),
  });
  worlds.push(w);
  return { w, it, at };
}
export const bad = (it: Company, team?: string): Thing =>
  it.add({ kind: "aws.ec2.volume", account, region: "eu-west-1", tags: team === undefined ? {} : { team }, wrong });
export async function scan(w: World): Promise<void> {
  await w.heart.scan();
  await w.settle();
}
export const live = (w: World, n = 1): Promise<unknown> =>
  w.say("UADMIN", `rollout #${teamKey(n)} live --yes`, "CADMIN");
export const cardsIn = (w: World, n = 1) => w.in(`#${teamKey(n)}`).filter(({ key }) => key.startsWith("G-"));
