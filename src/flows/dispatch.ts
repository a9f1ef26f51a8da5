import { answerCard, unknownWordCard } from "#cards/answers";
import type { Inbound, Incoming, Responder } from "#chat/chat";
import type { Card } from "#domain/card";
import { messageOf, StanceError } from "#domain/errors";
import { nearest } from "#domain/nearest";
import type { Actor } from "#domain/person";
import { unlessMay } from "#flows/audit";
import type { Bot } from "#flows/bot";
import { brokenBecause, seenAs } from "#flows/channels";
import type { Command, Invocation, Reply } from "#flows/command";
import { parseArgs } from "#flows/command";
import { actorOf } from "#flows/people";

interface Dispatcher extends Inbound {
  /** Takes up what a crash left between the acknowledgement and the answer. */
  resume(): Promise<void>;
}

/** Everything people do comes through here, whatever the platform: store, acknowledge, prove who it is, authorise, run, answer. */
export function dispatcher(bot: Bot): Dispatcher {
  const { commands } = bot;
  const numbers = new WeakMap<Incoming, number>();
  const byWord = new Map(commands.map((command) => [command.word, command]));

  async function answer(incoming: Incoming, responder: Responder): Promise<void> {
    const actor = await actorOf(bot, incoming.person);
    if ("nobody" in actor) {
      await bot.refusals.record(incoming.person, { verb: incoming.kind, subject: incoming.channel, why: actor.nobody });
      await responder.whisper(answerCard(actor.nobody));
      return;
    }
    const { word, rest } = wordOf(incoming);
    const command = byWord.get(word);
    if (!command) {
      const known = commands.filter(({ hidden }) => !hidden).map((each) => each.word);
      await responder.whisper(unknownWordCard(word, nearest(word, known)));
      return;
    }
    const refused = await unlessMay(bot, actor, command.verb, { verb: command.word, subject: rest });
    if (refused) {
      await responder.whisper(refused);
      return;
    }
    const shares = parseArgs(rest).flags.includes("share") && command.verb === "read";
    await respond(responder, incoming, async () => {
      const reply = await runCommand(command, incoming, { actor, rest });
      return shares && reply !== "nothing" && "card" in reply
        ? { card: await share(bot, { actor, incoming, card: reply.card }) }
        : reply;
    });
  }

  function runCommand(
    command: Command,
    incoming: Incoming,
    { actor, rest }: { actor: Actor; rest: string },
  ): Promise<Reply> {
    const invocation: Invocation = {
      actor,
      channel: incoming.channel,
      args: parseArgs(rest),
      ...(incoming.thread !== undefined && { thread: incoming.thread }),
      ...(incoming.kind === "press" && incoming.nonce !== undefined && { nonce: incoming.nonce }),
    };
    if (incoming.kind === "submit" && command.submit)
      return command.submit(bot, { ...invocation, state: rest, values: incoming.values });
    return command.run(bot, invocation);
  }

  /** A form has to be opened while its trigger lives, before its content is known. */
  async function respond(responder: Responder, incoming: Incoming, work: () => Promise<Reply>): Promise<void> {
    if (incoming.trigger === undefined || !opensForm(incoming)) {
      const reply = await work();
      if (reply === "nothing") return;
      if ("card" in reply) await responder.whisper(reply.card);
      else await responder.form(Promise.resolve(reply.form));
      return;
    }
    await responder.form(
      work().then(
        (reply) => (reply === "nothing" ? answerCard("Done.") : "card" in reply ? reply.card : reply.form),
        (error: unknown) => problemCard(error, bot),
      ),
    );
  }

  async function handle(incoming: Incoming, responder: Responder): Promise<void> {
    try {
      await answer(incoming, responder);
    } catch (error) {
      const card = problemCard(error, bot);
      await responder.whisper(card).catch((failure: unknown) => bot.log.error("answer.lost", failure));
    }
    const handled = numbers.get(incoming);
    if (handled !== undefined) await bot.store.commit({ handled, audit: [] });
  }

  return {
    async accept(incoming) {
      const kept = await bot.store.accept({ keys: incoming.dedupe, at: bot.now(), body: incoming });
      if (kept === "duplicate") return "duplicate";
      numbers.set(incoming, kept.id);
      return "accepted";
    },
    check: (incoming) => byWord.get(wordOf(incoming).word)?.check?.(incoming.values),
    handle,
    async channelChanged(channel) {
      const now = await bot.chat.channel(channel);
      const stored = bot.store.channel(channel);
      if (!stored) return;
      const next = now ? seenAs(stored, now) : { ...stored, broken: "gone" };
      await bot.store.commit({
        channels: [next],
        audit: [
          {
            at: bot.now(),
            actor: "stance",
            action: "channel.changed",
            subject: channel,
            facts: { broken: next.broken ?? null },
          },
        ],
      });
    },
    async resume() {
      for (const { id, body } of bot.store.unhandled()) {
        const incoming = body as Incoming;
        numbers.set(incoming, id);
        await handle(incoming, lateResponder(bot, incoming));
      }
    },
  };
}

/** A private answer, shown to the channel because a person asked for that. Nowhere that others listen. */
async function share(
  bot: Bot,
  { actor, incoming, card }: { readonly actor: Actor; readonly incoming: Incoming; readonly card: Card },
): Promise<Card> {
  const channel = await bot.chat.channel(incoming.channel);
  const broken = channel ? brokenBecause(channel) : "it cannot be read";
  if (broken !== undefined) return answerCard(`Not shared: ${broken}.`);
  if (channel?.guests !== false) return answerCard("Not shared: there are guests here, or it cannot be told.");
  const { actions: _, ...plain } = card;
  await bot.store.commit({
    outbox: [{ key: `share:${actor.human.id}:${bot.now()}`, channel: incoming.channel, kind: "post", card: plain }],
    audit: [{ at: bot.now(), actor: actor.human.id, action: "answer.shared", subject: incoming.channel, facts: {} }],
  });
  bot.wake();
  return answerCard("Shared with the channel.");
}

function wordOf(incoming: Incoming): { readonly word: string; readonly rest: string } {
  const text = (
    incoming.kind === "command" ? incoming.text : incoming.kind === "submit" ? incoming.state : textOfPress(incoming)
  ).trim();
  const [, word = "", rest = ""] = /^(\S*)\s*([\s\S]*)$/.exec(text) ?? [];
  return { word: word === "" ? "summary" : word.toLowerCase(), rest };
}

const textOfPress = (press: { readonly command?: string; readonly nonce?: string }): string =>
  press.nonce === undefined ? (press.command ?? "") : "approve";

/** Commands that answer with a form when something is missing. */
const withForms = new Set(["fix", "deny", "undo", "snooze", "accept", "revoke", "retire", "not-ours", "wrong"]);
const opensForm = (incoming: Incoming): boolean => incoming.kind !== "submit" && withForms.has(wordOf(incoming).word);

function problemCard(error: unknown, bot: Bot): Card {
  bot.log.error("command", error);
  return answerCard(
    error instanceof StanceError
      ? messageOf(error)
      : [
          "Something went wrong on our side, and nothing was changed. Try again; if it happens again, tell an admin: ",
          { code: "/posture doctor" },
          " says what is broken.",
        ],
  );
}

/** After a restart the platform's ways to answer are gone: a private message in the channel is what is left. */
function lateResponder(bot: Bot, incoming: Incoming): Responder {
  const whisper = (card: Card): Promise<void> =>
    bot.chat.whisper({ channel: incoming.channel, person: incoming.person, card });
  return {
    whisper,
    async form(content) {
      const shown = await content;
      await whisper(
        "parts" in shown && "text" in shown ? shown : answerCard("Stance restarted just then. Press the button again."),
      );
    },
  };
}
