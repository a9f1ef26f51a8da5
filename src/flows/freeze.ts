import { freezeCard } from "#cards/freeze";
import type { FreezeView } from "#cards/views";
import type { Card } from "#domain/card";
import type { Actor } from "#domain/person";
import type { Instant } from "#domain/time";
import { adminChannel, approvalsChannel } from "#flows/after-request";
import type { Bot } from "#flows/bot";
import { nameOf } from "#flows/people";
import { type Edge, freezeSetting, type Store } from "#store/store";

/** No cloud is changed while it lasts; it survives restarts, and only an admin ends it. */
export interface Freeze {
  /** Id of a human, or "stance". */
  readonly by: string;
  readonly at: Instant;
  readonly reason: string;
  readonly cause: "person" | "restore" | "chain" | "two-bots";
}

export function freezeOf(store: Pick<Store, "setting">): Freeze | undefined {
  const text = store.setting(freezeSetting);
  if (text === undefined || text === "") return undefined;
  return JSON.parse(text);
}

const whoFroze = (bot: Bot, { by }: Freeze): string => (by === "stance" ? "Stance" : nameOf(bot, by));

/** Why nothing is changed now, in a sentence; undefined: nothing is frozen. */
export function frozenSentence(bot: Bot): string | undefined {
  const freeze = freezeOf(bot.store);
  return (
    freeze &&
    `All changes are frozen (${whoFroze(bot, freeze)}: ${freeze.reason}), so nothing was done. An admin ends it with /posture unfreeze.`
  );
}

/** Stops what would begin, and the next call of what has begun. What is under way is named: it cannot be called back. */
export async function freeze(bot: Bot, actor: Actor, reason: string): Promise<Card> {
  const before = freezeOf(bot.store);
  if (before) return freezeCard(freezeView(bot, before));
  const next: Freeze = { by: actor.human.id, at: bot.now(), reason, cause: "person" };
  await bot.store.commit({
    ...told(bot, next),
    settings: { [freezeSetting]: JSON.stringify(next), [`name:${actor.human.id}`]: actor.human.name },
    audit: [
      {
        at: next.at,
        actor: actor.human.id,
        action: "freeze.begun",
        subject: "changes",
        facts: { cause: next.cause, underWay: underWay(bot).map(({ request }) => request) },
        texts: { reason },
      },
    ],
  });
  bot.wake();
  return freezeCard(freezeView(bot, next));
}

/**
 * By the bot itself. A cause that an admin has acknowledged (by ending the freeze for it) freezes nothing again, also after
 * a restart.
 */
export async function freezeItself(bot: Bot, cause: Exclude<Freeze["cause"], "person">, reason: string): Promise<void> {
  if (freezeOf(bot.store) || bot.store.setting(acknowledged(cause)) === reason) return;
  const next: Freeze = { by: "stance", at: bot.now(), reason, cause };
  await bot.store.commit({
    ...told(bot, next),
    settings: { [freezeSetting]: JSON.stringify(next) },
    audit: [
      { at: next.at, actor: "stance", action: "freeze.begun", subject: "changes", facts: { cause }, texts: { reason } },
    ],
  });
  bot.wake();
}
const acknowledged = (cause: Freeze["cause"]): string => `freeze.acknowledged:${cause}`;

/** The reason is the acknowledgement: for a freeze by the bot itself, of what caused it. */
export async function unfreeze(bot: Bot, actor: Actor, reason: string): Promise<Card | undefined> {
  const before = freezeOf(bot.store);
  if (!before) return undefined;
  const ended = { by: actor.human.id, at: bot.now(), reason };
  await bot.store.commit({
    ...told(bot, before, ended),
    settings: {
      [freezeSetting]: "",
      [acknowledged(before.cause)]: before.reason,
      [`name:${actor.human.id}`]: actor.human.name,
    },
    audit: [
      {
        at: ended.at,
        actor: actor.human.id,
        action: "freeze.ended",
        subject: "changes",
        facts: { cause: before.cause, since: before.at },
        texts: { reason },
      },
    ],
  });
  bot.wake();
  return freezeCard(freezeView(bot, before, ended));
}

export function freezeNow(bot: Bot): FreezeView | undefined {
  const freeze = freezeOf(bot.store);
  return freeze && freezeView(bot, freeze);
}

function freezeView(bot: Bot, freeze: Freeze, ended?: { readonly by: string; readonly at: Instant; reason: string }) {
  const view: FreezeView = {
    who: whoFroze(bot, freeze),
    at: freeze.at,
    reason: freeze.reason,
    underWay: ended ? [] : underWay(bot),
    waiting: bot.store.requests({ state: ["approved"] }).map(({ id }) => id),
    ...(ended && { ended: { who: nameOf(bot, ended.by), at: ended.at, reason: ended.reason } }),
  };
  return view;
}

/** Calls that were sent and not answered yet. */
function underWay(bot: Bot): FreezeView["underWay"] {
  return bot.store.requests({ state: ["executing"] }).flatMap(({ id, items }) => {
    const last = bot.store.steps(id).at(-1);
    const item = last && items[last.item];
    return last?.state === "sending" && item
      ? [{ request: id, operation: last.operation, name: item.asset.name, region: item.asset.region }]
      : [];
  });
}

/** One message where approvals are asked for and one for the admins; the end is told in the same message. */
function told(bot: Bot, freeze: Freeze, ended?: Parameters<typeof freezeView>[2]): Pick<Edge, "outbox"> {
  const channels = new Set([approvalsChannel(bot), adminChannel(bot)].filter((id) => id !== undefined));
  const card = freezeCard(freezeView(bot, freeze, ended));
  return {
    outbox: [...channels].map((channel) => ({
      key: `freeze:${freeze.at}:${channel}`,
      channel,
      kind: ended ? "edit" : "post",
      card,
    })),
  };
}
