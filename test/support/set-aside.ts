import { awsCloud } from "#cloud/aws/cloud";
import type { MemoryDoor } from "#cloud/aws/memory/cloud";
import { memoryCloud } from "#cloud/aws/memory/cloud";
import type { ConfigInput } from "#config/schema";
import type { Card, Form } from "#domain/card";
import type { Finding } from "#domain/finding";
import { day, hour } from "#domain/time";
import type { Store } from "#store/store";
import { cardText } from "#test/cards/as-text";
import { digestNumbers } from "#test/support/cards";
import { fixChannels, fixConfig, fixEstate, fixPeople, publicBucket } from "#test/support/fix-story";
import type { World } from "#test/support/harness";
import { isForm, world } from "#test/support/harness";

export const bucket = "pay-receipts-eu";
export const text = (answer: Card | Form | undefined): string =>
  answer === undefined ? "" : isForm(answer) ? answer.title : cardText(answer);

export interface Aside {
  w: World;
  readonly door: MemoryDoor;
  /** The public bucket's HIGH finding. */
  finding(): Finding;
  scan(): Promise<void>;
  /** Days go by, with a beat every other hour: a digest that is three hours late is none. */
  pass(days: number): Promise<void>;
  restart(): Promise<void>;
  actions(): readonly string[];
  dms(who: string): readonly string[];
}

const worlds: Aside[] = [];
/** For `afterEach`. */
export function closeAside(): void {
  for (const { w } of worlds.splice(0)) w.close();
}

/** A live channel with one HIGH finding on a card, Mon 23 Nov 2026 09:00 UTC. */
export async function begin(
  setup: {
    readonly config?: Partial<ConfigInput>;
    readonly guests?: true;
    readonly store?: (store: Store) => Store;
  } = {},
): Promise<Aside> {
  let door: MemoryDoor | undefined;
  const w = await world({
    config: { ...fixConfig, ...setup.config },
    clouds: (now) => {
      door = memoryCloud(fixEstate, { now });
      return [awsCloud(door)];
    },
    people: fixPeople,
    channels: fixChannels.map((each) => (each.id === "C1" ? { ...each, guests: setup.guests ?? false } : each)),
    quietLog: true,
    ...(setup.store && { store: setup.store }),
  });
  if (!door) throw new Error("no cloud");
  const it: Aside = {
    w,
    door,
    finding() {
      const found = it.w.store.findings({ asset: `arn:aws:s3:::${bucket}`, topic: "public-bucket" })[0];
      if (!found) throw new Error("no finding");
      return found;
    },
    async scan() {
      await it.w.heart.scan();
      await it.w.settle();
    },
    async pass(days) {
      for (let left = days * day; left > 0; left -= 2 * hour) {
        it.w.time.now += Math.min(left, 2 * hour);
        await it.w.settle();
      }
    },
    async restart() {
      it.w = await it.w.restart();
      await it.w.settle();
    },
    actions: () => [...it.w.store.auditRows()].map(({ body }) => (JSON.parse(body) as { action: string }).action),
    dms: (who) => it.w.said.filter(({ channel }) => channel === who).map(({ card }) => cardText(card)),
  };
  worlds.push(it);
  await it.scan();
  await w.say("U3", "rollout #team-payments live --yes", "C2");
  publicBucket(door, bucket);
  w.time.now += hour;
  await it.scan();
  return it;
}

/** A database that is busy for a moment: between what an edge read and its commit, others get their turn. */
export const busy = (store: Store): Store => ({
  ...store,
  async commit(edge) {
    await new Promise((resolve) => setTimeout(resolve, 5));
    return store.commit(edge);
  },
});

export const card = ({ w }: Aside): Card => {
  const found = w.in("#team-payments").findLast(({ key }) => key.startsWith("G-"));
  if (!found) throw new Error("no card");
  return found.card;
};
export const threads = ({ w }: Aside): readonly string[] =>
  w.in("#team-payments").flatMap(({ thread, card: said }) => (thread === undefined ? [] : [cardText(said)]));

/** Fills in a form as a person does. */
export async function fill(
  { w }: Aside,
  who: string,
  command: string,
  values: Readonly<Record<string, string>>,
): Promise<Card | Form | undefined> {
  const form = await w.say(who, command, "C1");
  const answer = isForm(form) ? await w.submit(who, form, values, "C1") : form;
  await w.settle();
  return answer;
}
export const snoozed = (it: Aside, values: Readonly<Record<string, string>> = {}, who = "U1") =>
  fill(it, who, `snooze ${it.finding().id}`, {
    because: "fix-planned",
    reason: "bucket goes away in sprint 48",
    ticket: "PAY-812",
    ...values,
  });

/** Each digest's numbers close: the one before and all that moved is what is open. Returns the last. */
export function digestsClose({ w }: Aside): ReturnType<typeof digestNumbers> | undefined {
  const digests = w
    .in("#team-payments")
    .filter(({ key }) => key.startsWith("digest:"))
    .map(({ card: said }) => digestNumbers(said));
  for (const { open, previous, moves: m } of digests) {
    if (previous === undefined) continue;
    const after =
      previous + m.new + m.cameBack + m.woke + m.arrived - m.fixed - m.gone - m.left - m.otherwise - m.setAside;
    if (after !== open) throw new Error(`${previous} became ${open}, and the digest says ${JSON.stringify(m)}`);
  }
  return digests.at(-1);
}
export { account, allOn } from "#test/support/fix-story";
