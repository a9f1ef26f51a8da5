import { answerCard } from "#cards/answers";
import type { AuditDraft } from "#domain/audit";
import type { Card } from "#domain/card";
import type { Actor } from "#domain/person";
import type { Bot } from "#flows/bot";
import type { Verb } from "#posture/policy";
import { may, refusalOf } from "#posture/policy";

/** An entry about what somebody was not allowed to do. Ten a minute and person; the rest is summed up by the next one. */
const perMinute = 10;

/** Counts refusals, so that nobody can make the trail grow without end. One for each bot. */
export function refusals(bot: Pick<Bot, "store" | "chat" | "now">): {
  record(actor: Actor | string, what: Refused): Promise<void>;
  /** All of them since the start. */
  count(): number;
} {
  const recent = new Map<string, { since: number; count: number; left: number }>();
  let all = 0;
  return {
    count: () => all,
    async record(actor, { verb, subject, why, facts = {} }) {
      all++;
      const id = typeof actor === "string" ? `${bot.chat.platform}:${actor}` : actor.human.id;
      const now = bot.now();
      const seen = recent.get(id);
      const state = seen && now - seen.since < 60_000 ? seen : { since: now, count: 0, left: seen?.left ?? 0 };
      recent.set(id, state);
      state.count++;
      if (state.count > perMinute) {
        state.left++;
        return;
      }
      const draft: AuditDraft = {
        at: now,
        actor: id,
        action: "refused",
        subject,
        facts: { verb, ...facts, ...(state.left > 0 && { alsoRefused: state.left }) },
        texts: { why },
      };
      state.left = 0;
      await bot.store.commit({ audit: [draft] });
    },
  };
}
export interface Refused {
  readonly verb: string;
  readonly subject: string;
  readonly why: string;
  readonly facts?: Readonly<Record<string, unknown>>;
}
export type Refusals = ReturnType<typeof refusals>;

/** The answer for somebody whose roles do not reach, written down as what they asked for. Undefined: they may. */
export async function unlessMay(
  bot: Bot,
  actor: Actor,
  right: Verb,
  asked: { readonly verb: string; readonly subject: string },
): Promise<Card | undefined> {
  const { roles } = actor.human;
  if (may(roles, right)) return undefined;
  const why = refusalOf(roles, right);
  await bot.refusals.record(actor, { ...asked, subject: asked.subject.slice(0, 80), why });
  return answerCard(why);
}
