import { expect } from "vitest";
import { verifyChain } from "#audit/chain";
import type { ChatPerson } from "#chat/chat";
import { awsCloud } from "#cloud/aws/cloud";
import type { MemoryDoor } from "#cloud/aws/memory/cloud";
import { memoryCloud } from "#cloud/aws/memory/cloud";
import type { ConfigInput } from "#config/schema";
import type { Card, Form } from "#domain/card";
import type { Request } from "#domain/request";
import { fixChannels, fixConfig, fixEstate, fixPeople, open, publicBucket } from "#test/support/fix-story";
import type { World } from "#test/support/harness";
import { isForm, pressOf, world } from "#test/support/harness";

export const hour = 3_600_000;
export const bucket = "pay-receipts-eu";
export const arn = `arn:aws:s3:::${bucket}`;

export interface Setup {
  readonly config?: Partial<ConfigInput>;
  readonly people?: readonly ChatPerson[];
  /** In the team's channel. */
  readonly guests?: true;
}
export interface Scene {
  readonly w: World;
  readonly door: MemoryDoor;
  /** The button on R-1. */
  readonly button: { readonly nonce: string };
  readonly hash: string;
}
const worlds: World[] = [];
/** For `afterEach`. */
export function closeWorlds(): void {
  for (const w of worlds.splice(0)) w.close();
}
export const alsoClose = (w: World): unknown => worlds.push(w);

export async function begin(setup: Setup = {}): Promise<{ readonly w: World; readonly door: MemoryDoor }> {
  let door: MemoryDoor | undefined;
  const w = await world({
    config: { ...fixConfig, ...setup.config },
    clouds: (now) => {
      door = memoryCloud(fixEstate, { now });
      return [awsCloud(door)];
    },
    people: [...fixPeople, ...(setup.people ?? [])],
    channels: fixChannels.map((each) => (each.id === "C1" ? { ...each, guests: setup.guests ?? false } : each)),
    quietLog: true,
  });
  worlds.push(w);
  if (!door) throw new Error("no cloud");
  await w.heart.scan();
  await w.settle();
  await w.say("U3", "rollout #team-payments live --yes", "C2");
  publicBucket(door, bucket);
  w.time.now += hour;
  await w.heart.scan();
  await w.settle();
  return { w, door };
}
export const groupCard = (w: World): Card =>
  w.in("#team-payments").find(({ key }) => key.startsWith("G-"))?.card as Card;
export async function askedBy(w: World, who: string): Promise<Card | Form | undefined> {
  const form = await w.press(who, pressOf(groupCard(w), "Fix"), "C1");
  if (!isForm(form)) return form;
  const answer = await w.submit(who, form, { reason: "receipts moved to signed links" }, "C1");
  await w.settle();
  return answer;
}
export async function asked(setup: Setup = {}): Promise<Scene> {
  const { w, door } = await begin(setup);
  await askedBy(w, "U1");
  const button = pressOf(approvalCard(w), "Approve");
  if (!("nonce" in button)) throw new Error("no nonce");
  return { w, door, button, hash: requestOf(w).hash };
}
export const approvalCard = (w: World): Card => w.in("#sec-approvals").at(-1)?.card as Card;
export function requestOf(w: World, id = "R-1"): Request {
  const found = w.store.request(id)?.request;
  if (!found) throw new Error(`no ${id}`);
  return found;
}
export const writesTo = (door: MemoryDoor): number => door.calls.filter(({ access }) => access === "write").length;
export const trail = (w: World): readonly string[] =>
  [...w.store.auditRows()].map(({ body }) => (JSON.parse(body) as { action: string }).action);

/** Nothing was written, the bucket is as it was, and the audit says what was tried. */
export async function denied({ w, door }: Pick<Scene, "w" | "door">, before: number, actions: RegExp): Promise<void> {
  await w.settle();
  expect(writesTo(door)).toBe(0);
  expect(door.snapshot().accounts[0]?.buckets?.find(({ name }) => name === bucket)?.publicAccessBlock).toEqual(open);
  expect(
    trail(w)
      .slice(before)
      .filter((action) => actions.test(action)),
  ).not.toEqual([]);
  expect(verifyChain(w.store.auditRows())).toMatchObject({ ok: true });
}
export async function denyBy(w: World, who: string): Promise<Card | Form | undefined> {
  const form = await w.say(who, "deny R-1", "C3");
  return isForm(form) ? w.submit(who, form, { reason: "not on a Friday" }, "C3") : form;
}
