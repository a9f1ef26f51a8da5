import type { Incoming, Responder } from "#chat/chat";
import { codeOf } from "#chat/slack/errors";
import type { SlackLog } from "#chat/slack/log";
import { renderCard } from "#chat/slack/render";
import type { Sender } from "#chat/slack/send";
import type { Origin } from "#chat/slack/view";
import { loadingView, renderCardView, renderForm } from "#chat/slack/view";
import type { Web } from "#chat/slack/web";
import type { Card, Form } from "#domain/card";

export interface RespondOptions {
  web(): Promise<Web>;
  readonly sender: Sender;
  /** Where besides slack.com answers may be sent: the host of a Slack of one's own. */
  readonly apiUrl?: string;
  readonly log: SlackLog;
}

const timeout = 5_000;

export function responderFor(incoming: Incoming, { web, sender, apiUrl, log }: RespondOptions): Responder {
  const origin: Origin = {
    channel: incoming.channel,
    ...(incoming.thread !== undefined && { thread: incoming.thread }),
    ...(incoming.answerTo !== undefined && { answerTo: incoming.answerTo }),
  };

  /** Works also where we are not in the channel: five times within half an hour. */
  async function answer(card: Card): Promise<boolean> {
    const { answerTo } = origin;
    if (answerTo === undefined || !isSlack(answerTo, apiUrl)) return false;
    const { text, blocks } = renderCard(card);
    try {
      const response = await fetch(answerTo, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({
          response_type: "ephemeral",
          replace_original: false,
          text,
          blocks,
          ...(origin.thread !== undefined && { thread_ts: origin.thread }),
        }),
        redirect: "error",
        signal: AbortSignal.timeout(timeout),
      });
      if (!response.ok) log.warn("slack.answer", { status: response.status });
      return response.ok;
    } catch (error) {
      log.error("slack.answer", error);
      return false;
    }
  }

  async function whisper(card: Card): Promise<void> {
    if (!(await answer(card))) await sender.whisper(origin, incoming.person, card);
  }

  /** Opens the view while the trigger lives; undefined: it is too late, or there is none. */
  async function open(trigger: string): Promise<string | undefined> {
    const view = loadingView(origin);
    const inView = incoming.kind === "press" && incoming.message === undefined;
    try {
      const opened = await (await web()).write(inView ? "views.push" : "views.open", (client) =>
        inView ? client.views.push({ trigger_id: trigger, view }) : client.views.open({ trigger_id: trigger, view }),
      );
      return opened.view?.id;
    } catch (error) {
      log.error("slack.form", error);
      return undefined;
    }
  }

  return {
    whisper,
    async form(content) {
      const opened = incoming.trigger === undefined ? undefined : await open(incoming.trigger);
      const shown = await content;
      if (opened === undefined) return whisper(isForm(shown) ? openAgain(incoming, shown) : shown);
      const { view, dropped } = isForm(shown) ? renderForm(shown, origin) : renderCardView(shown, origin);
      if (dropped.length > 0) log.info("slack.shortened", { dropped, form: view.title.text });
      try {
        await (await web()).write("views.update", (client) => client.views.update({ view_id: opened, view }));
      } catch (error) {
        // Somebody who closed the form wants no form, but an answer is an answer.
        if (codeOf(error) !== "not_found") throw error;
        if (!isForm(shown)) await whisper(shown);
      }
    },
  };
}

const isForm = (shown: Form | Card): shown is Form => "state" in shown;

/** A form opens only at a press. A mention has none, and a press lives three seconds: so here is a button. */
function openAgain(incoming: Incoming, form: Form): Card {
  const press =
    incoming.kind === "command"
      ? { command: incoming.text, form: true as const }
      : incoming.kind === "press" && incoming.command !== undefined
        ? { command: incoming.command, form: true as const }
        : undefined;
  const text = press ? `${form.title}: open the form to go on.` : "That took too long to open. Press the button again.";
  return {
    text,
    parts: [{ kind: "text", text }],
    ...(press && { actions: [{ kind: "button", label: "Open the form…", press }] }),
  };
}

/** The address comes from a signed request; it is held to Slack's hosts all the same. */
function isSlack(address: string, apiUrl: string | undefined): boolean {
  if (!URL.canParse(address)) return false;
  const { protocol, hostname, host } = new URL(address);
  if (apiUrl !== undefined && host === new URL(apiUrl).host) return true;
  return protocol === "https:" && /(^|\.)slack(-gov)?\.com$/.test(hostname);
}
