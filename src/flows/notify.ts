import { brakeCard, brakeDoneCard, closingBrakeCard } from "#cards/admin";
import { previewCard } from "#cards/group";
import type { BrakeView, Mention } from "#cards/views";
import type { Card } from "#domain/card";
import type { Actor } from "#domain/person";
import { hour } from "#domain/time";
import { adminChannel } from "#flows/after-request";
import type { Bot } from "#flows/bot";
import { channelOfOwner, channelState } from "#flows/channels";
import { cardFor, groupOf, groupView, isWaiting, newsFor, redrawn, refreshGroup } from "#flows/groups";
import { accountName, mentionOf } from "#flows/names";
import type { CardPlan, ChannelState, Happening, NotifyPlan } from "#posture/notify";
import { planNotices, untoldIn } from "#posture/notify";
import type { Edge, FindingEvent, FindingGroup, Outgoing, Timer } from "#store/store";

/** Tells the right channels what happened since the last time, within the rules of quiet. `said`: an admin's word on a held scan. */
export async function notify(bot: Bot, said?: "released" | "folded"): Promise<void> {
  if (adminChannel(bot) === undefined) return;
  const [latest] = bot.store.runs(1);
  // What a scan of this moment has found so far is told when it ends: only then can it be weighed.
  const running = latest?.state === "running" ? latest.id : undefined;
  const happenings = happeningsOf(
    bot,
    bot.store.events({ untold: true }).filter(({ run }) => run !== running),
  );
  if (happenings.length === 0) return;
  const channelOf = stateReader(bot);
  if (said === "folded") {
    const told = happenings.map(({ event, owner }) => ({ id: event, how: untoldIn(channelOf(owner)) }));
    await bot.store.commit({ told, audit: [] });
    return;
  }
  const mentions = await mentionsFor(bot, happenings);
  const plan = planNotices({
    now: bot.now(),
    happenings,
    channelOf,
    groupOf: (topic, owner, channel) => {
      const group = bot.store.groups({ topic, owner, channel })[0];
      return group && { ...group, closed: group.closedAt !== undefined, waiting: isWaiting(bot, group) };
    },
    mentionOf: (owner, day) => {
      const who = mentions.get(owner)?.key;
      return who === undefined || bot.store.mentioned(who, day) ? undefined : who;
    },
    limits: bot.config.limits,
    released: said === "released",
  });
  // First what no card tells: should a crash break this off, what is left is what still has to be told.
  await bot.store.commit({ told: plan.told, audit: [] });
  if (plan.held) await askAboutBrake(bot, plan);
  else for (const card of plan.cards) await postCard(bot, card, mentions.get(card.owner)?.mention);
  for (const id of plan.refresh) {
    const group = bot.store.group(id);
    if (group) await refreshGroup(bot, group);
  }
  bot.wake();
}

const kinds = new Set<FindingEvent["kind"]>(["new", "returned", "worse"]);

function happeningsOf(bot: Bot, events: readonly FindingEvent[]): readonly Happening[] {
  return events.flatMap(({ id, fingerprint, kind, cause, owner: then }): readonly Happening[] => {
    const finding = bot.store.finding(fingerprint);
    if (!finding) return [];
    const owner = kind === "left" ? then : (finding.ownership.owner ?? "");
    return [{ event: id, kind, finding, owner, news: kinds.has(kind) && cause === "change" }];
  });
}

const nowhere: ChannelState = {
  id: "",
  mode: "off",
  quiet: true,
  broken: true,
  working: false,
  workStartsAt: 0,
  today: "",
  workday: "",
  cardsOn: () => 0,
};

function stateReader(bot: Bot): (owner: string) => ChannelState {
  const states = new Map<string, ChannelState>();
  return (owner) => {
    const channel = channelOfOwner(bot, owner);
    if (!channel) return nowhere;
    const known = states.get(channel.id);
    if (known) return known;
    const state = channelState(bot, channel, (day) => cardsOn(bot, channel.id, day));
    states.set(channel.id, state);
    return state;
  };
}

/** Cards that a channel got, or will get, on one of its days. */
const cardsOn = (bot: Bot, channel: string, day: string): number =>
  Number(bot.store.setting(`cards:${channel}:${day}`) ?? 0);

interface Teller {
  readonly key: string;
  readonly mention: Mention;
}

/** Whom each owner's card would mention. */
async function mentionsFor(bot: Bot, happenings: readonly Happening[]): Promise<ReadonlyMap<string, Teller>> {
  const found = new Map<string, Teller>();
  for (const owner of new Set(happenings.map(({ owner }) => owner))) {
    const channel = channelOfOwner(bot, owner);
    if (owner === "" || channel?.mode !== "live" || bot.config.limits.mentionsPerPersonAndDay === 0) continue;
    const who = await mentionOf(bot, owner);
    if (who) found.set(owner, who);
  }
  return found;
}

async function postCard(bot: Bot, plan: CardPlan, mention: Mention | undefined): Promise<void> {
  const channel = bot.store.channel(plan.channel);
  const admin = adminChannel(bot);
  if (!channel || admin === undefined) return;
  const group = await groupOf(bot, { topic: plan.topic, owner: plan.owner, channel: plan.channel });
  const audit = {
    at: bot.now(),
    actor: "stance",
    action: "card.queued",
    subject: group.id,
    facts: { kind: plan.kind, channel: plan.channel },
  };
  const { day } = plan;
  const edge: Edge = {
    told: toldBy(plan),
    ...(plan.kind !== "redraw" && {
      settings: { [`cards:${channel.id}:${day}`]: String(cardsOn(bot, channel.id, day) + 1) },
    }),
    ...(plan.mention !== undefined && { mentions: [{ person: plan.mention, day, group: group.id }] }),
    audit: [audit],
  };
  if (plan.preview) {
    const card = previewCard(`#${channel.name}`, groupView(bot, group));
    const key = `preview:${group.id}:${bot.store.auditHead().seq}`;
    await bot.store.commit({ ...edge, outbox: [{ key, channel: admin, kind: "post", card }] });
    return;
  }
  const more = {
    ...(plan.mention !== undefined && mention && { mention }),
    ...(plan.notBefore !== undefined && { notBefore: plan.notBefore }),
    events: plan.events,
  };
  switch (plan.kind) {
    case "start":
    case "continue":
      await bot.store.commit({ ...edge, ...cardFor(bot, group, more) });
      return;
    case "edit":
      await bot.store.commit({ ...edge, outbox: newsFor(bot, group, plan.news, { ...more, what: plan.what }) });
      return;
    case "redraw":
      await bot.store.commit({ ...edge, ...redrawn(bot, alsoTelling(group, plan.events)) });
      return;
  }
}

const alsoTelling = (group: FindingGroup, events: readonly number[]): FindingGroup => ({
  ...group,
  ...(group.waits && { waits: { ...group.waits, events: [...group.waits.events, ...events] } }),
});

/** Silence of an admin that folds a held scan into the digests. */
const brakePatience = 2 * hour;

const toldBy = ({ events }: CardPlan) => events.map((id) => ({ id, how: "card" as const }));

/** Too much at once: asked in the admin channel. Two hours of silence fold it into the digests. */
async function askAboutBrake(bot: Bot, { held }: NotifyPlan): Promise<void> {
  const channel = adminChannel(bot);
  if (!held || channel === undefined || bot.store.setting("brake:scan") === "asked") return;
  const run = bot.store.runs(1)[0]?.id ?? 0;
  const until = bot.now() + brakePatience;
  const view: BrakeView = { run, at: bot.now(), ...held, until };
  const card: Card = brakeCard(view);
  const message: Outgoing = { key: `brake:${run}`, channel, kind: "post", card };
  await bot.store.commit({
    settings: { "brake:scan": "asked", [`brake:${run}`]: JSON.stringify(view) },
    timers: [{ id: `brake:${run}`, due: until, kind: "brake", subject: "scan" }],
    outbox: [message],
    audit: [{ at: bot.now(), actor: "stance", action: "scan.held", subject: `run ${run}`, facts: { ...held } }],
  });
}

/** An admin's word on a held scan. Undefined: it is not held any more. */
export async function answerBrake(
  bot: Bot,
  { how, run, actor }: { readonly how: "fold" | "post" | "hold"; readonly run: number; readonly actor: Actor },
): Promise<BrakeView | undefined> {
  const kept = bot.store.setting(`brake:${run}`);
  const state = bot.store.setting("brake:scan");
  if (kept === undefined || (state !== "asked" && state !== "hold")) return undefined;
  const view: BrakeView = JSON.parse(kept);
  const posted = bot.store.posted(`brake:${run}`);
  await bot.store.commit({
    settings: { "brake:scan": how },
    timersDone: [`brake:${run}`],
    ...(posted && {
      outbox: [
        {
          key: `brake:${run}`,
          channel: posted.channel,
          kind: "edit",
          card: brakeDoneCard(view, how, actor.human.name),
        },
      ],
    }),
    audit: [{ at: bot.now(), actor: actor.human.id, action: "scan.brake", subject: `run ${run}`, facts: { how } }],
  });
  bot.wake();
  return view;
}

/** Nobody answered: the held scan is folded into the digests, and its message says so. */
export async function foldHeld(bot: Bot, timer: Pick<Timer, "id">): Promise<void> {
  const kept = bot.store.setting(timer.id);
  const posted = bot.store.posted(timer.id);
  const card = kept === undefined ? undefined : brakeDoneCard(JSON.parse(kept), "fold");
  await bot.store.commit({
    settings: { "brake:scan": "fold" },
    ...(posted && card && { outbox: [{ key: timer.id, channel: posted.channel, kind: "edit", card }] }),
    audit: [],
  });
  bot.wake();
}

/** In the admin channel: a scan wanted to close a suspicious lot. */
export function closingBrakeNotice(
  bot: Bot,
  { account, ...counts }: { readonly account: string; readonly closings: number; readonly open: number },
): Card {
  const { name, id } = accountName(bot, account);
  return closingBrakeCard(name, id, counts);
}
