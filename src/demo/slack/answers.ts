import { randomBytes } from "node:crypto";
import { content, isJson, Refusal, str } from "#demo/slack/methods";
import type { State } from "#demo/slack/state";

/** Slack's response_url: an address for answers to one thing a person did. */
export interface Answers {
  open(to: { readonly channel: string; readonly person: string; readonly message: string | undefined }): string;
  /** The HTTP status Slack answers with. */
  take(name: string, body: string): number;
}

const uses = 5;
const life = 30 * 60_000;

export function answerDesk(state: State, now: () => number): Answers {
  const open = new Map<string, { readonly to: Parameters<Answers["open"]>[0]; readonly at: number; left: number }>();
  return {
    open(to) {
      const name = randomBytes(16).toString("hex");
      open.set(name, { to, at: now(), left: uses });
      return name;
    },
    take(name, body) {
      const entry = open.get(name);
      if (!entry || entry.left === 0 || now() - entry.at > life) return 404;
      entry.left--;
      const { channel, person, message } = entry.to;
      try {
        const said: unknown = JSON.parse(body);
        if (!isJson(said)) return 400;
        if (said["delete_original"] === true && message !== undefined) {
          state.deleteMessage(channel, message);
          return 200;
        }
        if (said["replace_original"] === true && message !== undefined) {
          state.editMessage(channel, message, content(said));
          return 200;
        }
        const thread = str(said, "thread_ts");
        state.addMessage({
          ...content(said),
          channel,
          author: state.seed.bot.id,
          ...(thread !== "" && { thread }),
          ...(said["response_type"] !== "in_channel" && { only: person }),
        });
        return 200;
      } catch (error) {
        if (error instanceof Refusal || error instanceof SyntaxError) return 400;
        throw error;
      }
    },
  };
}
