import { randomBytes } from "node:crypto";
import type { Ack, Post, Wire } from "#demo/slack/acts";
import type { Answers } from "#demo/slack/answers";
import type { Spent } from "#demo/slack/methods";
import { sign } from "#demo/slack/sign";
import type { State } from "#demo/slack/state";

/** The way from people to the bot: signed requests, triggers for forms, addresses for answers. */
export interface BotWire extends Wire {
  connect(endpoint: string): void;
  spendTrigger(id: string): Spent;
}
export interface WireOptions {
  readonly state: State;
  readonly signingSecret: string;
  readonly answers: Answers;
  address(): string;
  /** The wall clock. */
  now(): number;
}

const triggerLife = 3_000;
const ackTime = 3_000;

export function wireToBot({ state, signingSecret, answers, address, now }: WireOptions): BotWire {
  const triggers = new Map<string, { readonly person: string; readonly at: number; used: boolean }>();
  let endpoint: string | undefined;

  async function deliverOnce(
    { kind, body }: Post,
    more: Readonly<Record<string, string>> = {},
  ): Promise<Ack | undefined> {
    if (endpoint === undefined) return undefined;
    const type = kind === "event" ? "application/json" : "application/x-www-form-urlencoded";
    const { headers } = sign(signingSecret, body, { at: now(), type });
    try {
      const response = await fetch(endpoint, {
        method: "POST",
        body,
        headers: { ...headers, ...more },
        signal: AbortSignal.timeout(ackTime),
      });
      return { status: response.status, body: await response.text() };
    } catch (error) {
      // Refused, broken or too slow: for Slack it is all the same.
      if (error instanceof Error) return undefined;
      throw error;
    }
  }

  return {
    state,
    now,
    connect: (to) => {
      endpoint = to;
    },
    async deliver(post) {
      const first = await deliverOnce(post);
      const failed = first === undefined || first.status >= 300;
      // Slack delivers events again that nobody acknowledged, and nothing else.
      return post.kind === "event" && failed ? deliverOnce(post, { "x-slack-retry-num": "1" }) : first;
    },
    newTrigger(person) {
      const id = `${state.newId("t")}.${randomBytes(8).toString("hex")}`;
      triggers.set(id, { person, at: now(), used: false });
      return id;
    },
    spendTrigger(id) {
      const trigger = triggers.get(id);
      if (!trigger) return { refused: "invalid_trigger_id" };
      if (now() - trigger.at > triggerLife) return { refused: "expired_trigger_id" };
      if (trigger.used) return { refused: "exchanged_trigger_id" };
      trigger.used = true;
      return { person: trigger.person };
    },
    answerAddress: (channel, person, message) => `${address()}/answer/${answers.open({ channel, person, message })}`,
  };
}
