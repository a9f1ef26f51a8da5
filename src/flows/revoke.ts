import type { Exception } from "#domain/exception";
import type { Actor } from "#domain/person";
import type { Bot } from "#flows/bot";
import { end } from "#flows/exceptions";
import { nameOf } from "#flows/people";
import { may, refusalOf } from "#posture/policy";

/** Undefined: they may end it. Whoever asked for it, whoever agreed to it, and admins. */
export function whyNotRevoke(
  bot: Bot,
  { human }: Actor,
  { id, kind, by, approvedBy, ended }: Exception,
): string | undefined {
  if (kind !== "acceptance") return `${id} is a snooze. End it with unsnooze ${id}.`;
  if (ended) return `${id} has ended already.`;
  if (may(human.roles, "revoke-all")) return undefined;
  if (!may(human.roles, "revoke")) return refusalOf(human.roles, "revoke");
  if (by === human.id || approvedBy.includes(human.id)) return undefined;
  const people = [...new Set([by, ...approvedBy])].map((each) => nameOf(bot, each));
  return `You may not end ${id}. It takes ${people.join(" or ")}, or an admin.`;
}

/** Ends an acceptance before its day. What it accepted is open again. */
export async function revoke(
  bot: Bot,
  ask: { readonly actor: Actor; readonly exception: Exception; readonly reason: string },
): Promise<{ readonly findings: readonly string[] } | { readonly refused: string }> {
  const { actor, exception, reason } = ask;
  const { human } = actor;
  const why =
    whyNotRevoke(bot, actor, exception) ?? (reason.length < 3 ? "Say in a few words why it ends." : undefined);
  const ended =
    why === undefined
      ? await end(bot, exception.id, { at: bot.now(), how: "revoked", by: human.id, reason })
      : undefined;
  if (ended) {
    await bot.store.commit({ settings: { [`name:${human.id}`]: human.name }, audit: [] });
    return { findings: ended.map(({ id }) => id) };
  }
  const refused = why ?? `${exception.id} changed at the same moment. Look at it again.`;
  await bot.refusals.record(actor, { verb: "revoke", subject: exception.id, why: refused });
  return { refused };
}
