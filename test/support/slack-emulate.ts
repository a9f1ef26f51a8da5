import type { IncomingMessage } from "node:http";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createEmulator } from "emulate";
import { at, text } from "#chat/slack/incoming";
import { slackChat } from "#chat/slack/slack";
import { payloadForm, sign } from "#demo/slack/sign";
import type { Cannot, ChatDouble, SeenMessage } from "#test/contracts/chat";
import { labelled, logged, markup, payloadProblems, readOf, recordingInbound, viewOf } from "#test/support/slack";

/** Why some of the contract is not tried on it. */
export const emulateCannot: Cannot = {
  groups: "emulate has no user groups",
  kinds: "emulate has no guests, deactivated people or strangers",
  sharing: "emulate has no shared channels",
};

const token = "xoxb-local-test";
const secret = "0123456789abcdef0123456789abcdef";
const granted =
  "chat:write,channels:read,groups:read,channels:history,groups:history,users:read,users:read.email,metadata.message:read";

interface Call {
  readonly method: string;
  readonly args: Record<string, string>;
  readonly answer: unknown;
}

/**
 * The package `emulate` as a double. A small proxy before it keeps what it does not show (private messages, open views),
 * takes the answers that Slack's response_url would, names the token's scopes, and can lose an answer.
 */
export async function emulateDouble(): Promise<ChatDouble> {
  const emulator = await createEmulator({ service: "slack", port: await freePort(), seed: { slack: seed } });
  const proxy = await proxyTo(emulator.url);
  const { log } = logged();
  const inbound = recordingInbound();
  const chat = slackChat({
    botToken: token,
    apiUrl: `${proxy.address}/api/`,
    connection: { mode: "http", port: 0, host: "127.0.0.1", signingSecret: secret },
    log,
    now: Date.now,
  });
  const api = async (method: string, args: Record<string, string> = {}): Promise<unknown> => {
    const response = await fetch(`${emulator.url}/api/${method}`, {
      method: "POST",
      headers: { authorization: `Bearer ${token}` },
      body: new URLSearchParams(args),
    });
    return response.json();
  };
  const list = (answer: unknown, key: string): readonly unknown[] => {
    const found = at(answer, key);
    return Array.isArray(found) ? found : [];
  };
  const users = new Map(list(await api("users.list"), "members").map((user) => [text(user, "name"), text(user, "id")]));
  const channels = new Map(
    list(await api("conversations.list"), "channels").map((each) => [text(each, "name"), text(each, "id")]),
  );
  const id = (from: ReadonlyMap<string, string>, name: string): string => from.get(name) ?? "";
  const home = id(channels, "team-payments");
  await api("conversations.join", { channel: home });
  const team = text(await api("auth.test"), "team_id");
  await chat.start(inbound);

  const post = async (body: string, type?: string): Promise<{ status: number; body: string }> => {
    const signed = sign(secret, body, { at: Date.now(), ...(type !== undefined && { type }) });
    const response = await fetch(`http://127.0.0.1:${chat.port()}/slack/events`, { method: "POST", ...signed });
    return { status: response.status, body: await response.text() };
  };
  const interact = async (person: string, payload: object): Promise<string> => {
    const { body } = await post(
      payloadForm({
        user: { id: person, team_id: team },
        team: { id: team },
        trigger_id: await trigger(person),
        ...payload,
      }),
    );
    return body;
  };
  const trigger = async (person: string): Promise<string> =>
    text(await api("views.generateTriggerId", { user_id: person }), "trigger_id");
  const answerTo = (person: string): string => `${proxy.address}/answer/${person}`;
  const openView = (): unknown => at(proxy.calls.findLast(({ method }) => method.startsWith("views."))?.answer, "view");
  const messageOf = (channel: string, message: unknown): SeenMessage => ({
    id: text(message, "ts"),
    channel,
    ...readOf({ text: text(message, "text"), blocks: list(message, "blocks") }),
    ...(text(message, "thread_ts") &&
      text(message, "thread_ts") !== text(message, "ts") && { thread: text(message, "thread_ts") }),
  });
  const messages = async (channel: string): Promise<readonly SeenMessage[]> => {
    const parents = list(await api("conversations.history", { channel, limit: "200" }), "messages");
    const children = await Promise.all(
      parents
        .filter((parent) => Number(at(parent, "reply_count") ?? 0) > 0)
        .map(async (parent) =>
          list(await api("conversations.replies", { channel, ts: text(parent, "ts") }), "messages").slice(1),
        ),
    );
    return [...parents.toReversed(), ...children.flat()].map((message) => messageOf(channel, message));
  };

  return {
    chat,
    people: { member: id(users, "tom"), other: id(users, "ana"), bot: "U0STANCE" },
    email: { member: "tom@acme.example", nobody: "nobody@acme.example" },
    group: { handle: "@payments-leads", id: "S0LEADS", members: [] },
    channels: { home, outside: id(channels, "random") },
    homeName: "team-payments",
    team,
    onIncoming: (respond) => {
      inbound.respond = respond;
    },
    onCheck: (check) => {
      inbound.checkValues = check;
    },
    messages,
    whispers: async (person) =>
      proxy.whispers.filter(({ to }) => to === person).map(({ message }) => messageOf(home, message)),
    async view() {
      const view = openView();
      return view === undefined ? undefined : viewOf(view);
    },
    async command(person, channel, said) {
      const body = new URLSearchParams({
        command: "/posture",
        text: said,
        team_id: team,
        user_id: person,
        channel_id: channel,
        response_url: answerTo(person),
        trigger_id: await trigger(person),
      });
      await post(body.toString());
    },
    async mention(person, channel, said, thread) {
      const event = {
        type: "app_mention",
        user: person,
        channel,
        text: `<@U0STANCE> ${said}`,
        ts: `${Date.now() / 1000}`,
        thread_ts: thread,
      };
      await post(
        JSON.stringify({ type: "event_callback", team_id: team, event_id: `Ev${Date.now()}`, event }),
        "application/json",
      );
    },
    async press(person, on, label) {
      const view = openView();
      const message =
        on === "view"
          ? undefined
          : (list(await api("conversations.history", { channel: on.channel, limit: "200" }), "messages").find(
              (each) => text(each, "ts") === on.message,
            ) ?? proxy.whispers.find((each) => text(each.message, "ts") === on.message)?.message);
      const found = labelled(message === undefined ? at(view, "blocks") : at(message, "blocks"), label);
      if (!found) throw new Error(`nothing is labelled ${label}`);
      await interact(person, {
        type: "block_actions",
        ...(on === "view"
          ? { view }
          : {
              container: {
                message_ts: on.message,
                channel_id: on.channel,
                thread_ts: text(message, "thread_ts") || undefined,
              },
              channel: { id: on.channel },
              message,
            }),
        response_url: answerTo(person),
        actions: [
          {
            action_id: found.action,
            ...(found.choice === undefined ? { value: found.value } : { selected_option: { value: found.choice } }),
          },
        ],
      });
    },
    async submit(person, values) {
      const view = openView();
      const filled = Object.fromEntries(
        list(view, "blocks")
          .filter((block) => text(block, "type") === "input")
          .map((block) => {
            const name = text(block, "block_id");
            const options = list(at(block, "element"), "options");
            const chosen = options.find((option) => text(option, "value") === values[name]);
            return [name, { value: chosen === undefined ? { value: values[name] } : { selected_option: chosen } }];
          }),
      );
      const answer = await interact(person, {
        type: "view_submission",
        view: { ...Object(view), state: { values: filled } },
      });
      return answer === "" ? {} : JSON.parse(answer).errors;
    },
    delete: async (channel, message) => void (await api("chat.delete", { channel, ts: message })),
    loseNextAnswer: proxy.loseNext,
    markup,
    problems: () => payloadProblems(proxy.calls),
    async close() {
      await chat.stop();
      await proxy.close();
      await emulator.close();
    },
  };
}

const seed = {
  team: { name: "Acme", domain: "acme" },
  users: [
    { name: "tom", real_name: "Tom Beck", email: "tom@acme.example" },
    { name: "ana", real_name: "Ana Lima", email: "ana@acme.example" },
  ],
  channels: [{ name: "team-payments" }],
  oauth_apps: [
    {
      client_id: "1.2",
      client_secret: "unused",
      app_id: "A0STANCE",
      name: "Stance",
      redirect_uris: ["http://127.0.0.1/"],
      scopes: granted.split(","),
      bot_id: "B0STANCE",
      bot_user_id: "U0STANCE",
      bot_name: "stance",
    },
  ],
  tokens: [
    {
      token,
      type: "bot",
      app_id: "A0STANCE",
      user_id: "U0STANCE",
      bot_id: "B0STANCE",
      bot_user_id: "U0STANCE",
      scopes: [...granted.split(","), "channels:join"],
    },
  ],
  signing_secret: secret,
};

interface Proxy {
  readonly address: string;
  readonly calls: Call[];
  readonly whispers: { readonly to: string; readonly message: unknown }[];
  loseNext(): void;
  close(): Promise<void>;
}

async function proxyTo(target: string): Promise<Proxy> {
  const calls: Call[] = [];
  const whispers: { to: string; message: unknown }[] = [];
  let lose = false;
  const server = createServer((request, response) => {
    void (async () => {
      const body = await bodyOf(request);
      const [, area, name = ""] = /^\/(api|answer)\/(.+)$/.exec(request.url ?? "") ?? [];
      if (area === "answer") {
        whispers.push({ to: name, message: { ts: `${Date.now()}.${whispers.length}`, ...JSON.parse(body) } });
        response.writeHead(200).end("ok");
        return;
      }
      const args = Object.fromEntries(new URLSearchParams(body));
      const answered = await fetch(`${target}/api/${name}`, {
        method: "POST",
        headers: {
          authorization: request.headers.authorization ?? "",
          "content-type": "application/x-www-form-urlencoded",
        },
        body,
      });
      const answer: unknown = await answered.json();
      calls.push({ method: name, args, answer });
      if (name === "chat.postEphemeral" && at(answer, "ok") === true)
        whispers.push({
          to: args["user"] ?? "",
          message: {
            ts: text(answer, "message_ts"),
            text: args["text"],
            thread_ts: args["thread_ts"] ?? "",
            blocks: JSON.parse(args["blocks"] ?? "[]"),
          },
        });
      if (lose && name === "chat.postMessage") {
        lose = false;
        request.socket.destroy();
        return;
      }
      response
        .writeHead(answered.status, { "content-type": "application/json", "x-oauth-scopes": granted })
        .end(JSON.stringify(answer));
    })();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    whispers,
    loseNext: () => {
      lose = true;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString();
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
