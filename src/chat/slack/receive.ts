import type { ReceiverEvent } from "@slack/bolt";
import type { Inbound, Incoming, Responder } from "#chat/chat";
import type { Self } from "#chat/slack/incoming";
import { readBody } from "#chat/slack/incoming";
import type { SlackLog } from "#chat/slack/log";
import type { Card } from "#domain/card";

export interface ReceiveOptions {
  readonly inbound: Inbound;
  readonly self: Self;
  readonly log: SlackLog;
  responder(incoming: Incoming): Responder;
  forget(channel: string): void;
}

export interface Receive {
  /** Stores, acknowledges, and only then starts to work. Throws when Slack should deliver it again. */
  (event: ReceiverEvent): Promise<void>;
  /** Resolves when nothing is being worked on. */
  idle(): Promise<void>;
}

/** Slack waits three seconds; some of them are spent on the way. */
const patience = 2_500;
const later = "One moment, this takes longer than usual. If nothing comes, try again.";
const failed = "Stance could not note that down, so nothing was done. Try again in a minute.";

export function receiving({ inbound, self, log, responder, forget }: ReceiveOptions): Receive {
  const working = new Set<Promise<void>>();
  const work = (what: string, job: () => Promise<void>): void => {
    const running = job()
      .catch((error: unknown) => log.error(what, error))
      .finally(() => working.delete(running));
    working.add(running);
  };

  async function take(event: ReceiverEvent, incoming: Incoming): Promise<void> {
    const problems = incoming.kind === "submit" ? inbound.check(incoming) : undefined;
    if (problems && Object.keys(problems).length > 0)
      return ack(event, { response_action: "errors", errors: problems });
    const accepting = inbound.accept(incoming).catch((error: unknown) => {
      log.error("slack.accept", error);
      return "failed" as const;
    });
    const outcome = await atMost(patience, accepting);
    if (outcome === "failed") return refuse(event, incoming);
    await ack(event, outcome === "late" && incoming.kind === "command" ? later : undefined);
    if (outcome === "accepted") work("slack.handle", () => inbound.handle(incoming, responder(incoming)));
    // Acknowledged before it was stored: it still counts once it is, and if it never is, the person has to know.
    if (outcome === "late")
      work("slack.late", async () => {
        const stored = await accepting;
        if (stored === "accepted") await inbound.handle(incoming, responder(incoming));
        if (stored === "failed") await responder(incoming).whisper(notice(failed));
      });
  }

  /** It could not be stored, so it must not look done. */
  async function refuse(event: ReceiverEvent, incoming: Incoming): Promise<void> {
    // Slack delivers events again that nobody acknowledged; what people typed and pressed it does not.
    if (isEvent(event)) throw new Error("not stored");
    const [field] = incoming.kind === "submit" ? Object.keys(incoming.values) : [];
    if (field !== undefined) return ack(event, { response_action: "errors", errors: { [field]: failed } });
    await ack(event, incoming.kind === "command" ? failed : undefined);
    if (incoming.kind !== "command") work("slack.refuse", () => responder(incoming).whisper(notice(failed)));
  }

  async function ack(event: ReceiverEvent, answer?: string | object): Promise<void> {
    try {
      await event.ack(answer);
    } catch (error) {
      // The socket broke just then. What was stored is done all the same; a second delivery is known by its ids.
      log.error("slack.ack", error);
    }
  }

  const receive = async (event: ReceiverEvent): Promise<void> => {
    const keys: unknown = event.customProperties?.["keys"];
    const read = readBody(event.body, Array.isArray(keys) ? keys.map(String) : [], self);
    switch (read.kind) {
      case "incoming":
        return take(event, read.incoming);
      case "channel":
        await ack(event);
        forget(read.channel);
        return work("slack.channel", () => inbound.channelChanged(read.channel));
      case "command-unknown":
        return ack(event, read.text);
      case "nothing":
        return ack(event);
    }
  };
  return Object.assign(receive, {
    async idle() {
      while (working.size > 0) await Promise.allSettled(working);
    },
  });
}

const isEvent = ({ body }: ReceiverEvent): boolean => "event" in body && !("command" in body);
const notice = (text: string): Card => ({ text, parts: [{ kind: "text", text }] });

async function atMost<Value>(ms: number, value: Promise<Value>): Promise<Value | "late"> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<"late">((resolve) => {
    timer = setTimeout(resolve, ms, "late");
  });
  try {
    return await Promise.race([value, late]);
  } finally {
    clearTimeout(timer);
  }
}
