import type { Posted } from "#chat/chat";
import { codeOf, isDoubtful, isDrawing } from "#chat/slack/errors";
import { text } from "#chat/slack/incoming";
import type { SlackLog } from "#chat/slack/log";
import type { Rendered } from "#chat/slack/render";
import { renderCard, renderSections } from "#chat/slack/render";
import type { Web } from "#chat/slack/web";
import type { Card } from "#domain/card";

export interface SenderOptions {
  web(): Promise<Web>;
  /** `https://team.slack.com/`, where permalinks start; undefined when Slack does not say. */
  home(): Promise<string | undefined>;
  /** The token may read messages, so a doubtful one can be looked for. */
  mayRead(): Promise<boolean>;
  readonly command: string;
  readonly log: SlackLog;
}

export interface Place {
  readonly channel: string;
  readonly thread?: string;
}

export interface Sender {
  post(place: Place, card: Card, dedupe: string): Promise<Posted>;
  update(posted: Posted, card: Card): Promise<"updated" | "gone">;
  whisper(place: Place, person: string, card: Card): Promise<void>;
}

/** Message metadata that carries the outbox's key; the event type of all our posts. */
const metadataType = "stance";
const quiet = { unfurl_links: false, unfurl_media: false, link_names: false, parse: "none" as const };
const mostRemembered = 2000;

export function slackSender({ web, home, mayRead, command, log }: SenderOptions): Sender {
  const posts = new Map<string, Posted>();
  /** Places whose recent posts are known, and keys of posts whose answer was lost. */
  const known = new Set<string>();
  const doubtful = new Set<string>();

  const remember = (dedupe: string, posted: Posted): Posted => {
    posts.set(dedupe, posted);
    for (const oldest of posts.keys()) {
      if (posts.size <= mostRemembered) break;
      posts.delete(oldest);
    }
    return posted;
  };
  const postedAt = async ({ channel, thread }: Place, message: string): Promise<Posted> => {
    const base = await home();
    const query = thread === undefined ? "" : `?thread_ts=${thread}&cid=${channel}`;
    const link = base === undefined ? {} : { link: `${base}archives/${channel}/p${message.replace(".", "")}${query}` };
    return { channel, message, ...link };
  };

  /** Draws the card plainer each time Slack refuses how it is drawn: as it should be, then sections, then words. */
  async function drawing<Result>(
    card: Card,
    send: (drawn: Pick<Rendered, "text" | "blocks">) => Promise<Result>,
  ): Promise<Result> {
    const best = renderCard(card);
    if (best.dropped.length > 0) log.info("slack.shortened", { dropped: best.dropped, card: card.text.slice(0, 80) });
    for (const draw of [() => best, () => renderSections(card, command)]) {
      try {
        return await send(draw());
      } catch (error) {
        if (!isDrawing(error)) throw error;
        log.error("slack.blocks", error, { card: card.text.slice(0, 80) });
      }
    }
    return send({ text: best.text, blocks: [] });
  }

  /**
   * Slack has no idempotency key. The key lies in the message's metadata; a post that may already be there (its answer
   * was lost, or this process has just started) is looked for first, if the token may read. If it may not, or the
   * message is not among the last hundred, such a post can appear twice.
   */
  async function earlier(place: Place, dedupe: string): Promise<Posted | undefined> {
    const where = `${place.channel}/${place.thread ?? ""}`;
    if (posts.has(dedupe) || (known.has(where) && !doubtful.has(dedupe)) || !(await mayRead()))
      return posts.get(dedupe);
    const { channel, thread } = place;
    try {
      const { messages = [] } = await (await web()).read("conversations.history", (client) =>
        thread === undefined
          ? client.conversations.history({ channel, limit: 100, include_all_metadata: true })
          : client.conversations.replies({ channel, ts: thread, limit: 999, include_all_metadata: true }),
      );
      for (const message of messages) {
        const key = text(message, "metadata", "event_payload", "dedupe");
        if (key !== "" && text(message, "metadata", "event_type") === metadataType && !posts.has(key))
          remember(key, await postedAt(place, text(message, "ts")));
      }
      known.add(where);
    } catch (error) {
      log.error("slack.history", error, { channel });
    }
    return posts.get(dedupe);
  }

  async function post(place: Place, card: Card, dedupe: string): Promise<Posted> {
    const before = await earlier(place, dedupe);
    if (before) return before;
    const { channel, thread } = place;
    try {
      const message = await drawing(card, async (drawn) =>
        (await web()).write("chat.postMessage", (client) =>
          client.chat.postMessage({
            channel,
            ...(thread !== undefined && { thread_ts: thread }),
            ...drawn,
            ...quiet,
            metadata: { event_type: metadataType, event_payload: { dedupe } },
          }),
        ),
      );
      known.add(`${channel}/${thread ?? ""}`);
      doubtful.delete(dedupe);
      return remember(dedupe, await postedAt({ ...place, channel: message.channel ?? channel }, message.ts ?? ""));
    } catch (error) {
      if (isDoubtful(error)) doubtful.add(dedupe);
      throw error;
    }
  }

  return {
    post,
    async update({ channel, message }, card) {
      try {
        await drawing(card, async (drawn) =>
          (await web()).write("chat.update", (client) =>
            client.chat.update({ channel, ts: message, ...drawn, link_names: false, parse: "none" }),
          ),
        );
        return "updated";
      } catch (error) {
        // A message that can no longer be edited is as good as gone: what it would say has to be said anew.
        if (["message_not_found", "edit_window_closed", "cant_update_message"].includes(codeOf(error) ?? ""))
          return "gone";
        throw error;
      }
    },
    async whisper({ channel, thread }, person, card) {
      const user = person.replace(/^.*\//, "");
      await drawing(card, async (drawn) => {
        const client = await web();
        try {
          await client.write("chat.postEphemeral", (api) =>
            api.chat.postEphemeral({
              channel,
              user,
              ...(thread !== undefined && { thread_ts: thread }),
              ...drawn,
              link_names: false,
              parse: "none",
            }),
          );
        } catch (error) {
          // We are not in that channel, or the person is not: what is for them alone goes to their own conversation with us.
          if (
            !["not_in_channel", "channel_not_found", "user_not_in_channel", "is_archived"].includes(codeOf(error) ?? "")
          )
            throw error;
          await client.write("chat.postMessage", (api) => api.chat.postMessage({ channel: user, ...drawn, ...quiet }));
        }
      });
    },
  };
}
