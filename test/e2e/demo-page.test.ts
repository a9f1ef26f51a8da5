import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Page as Served } from "#demo/page-server";
import { servePage } from "#demo/page-server";
import type { Card } from "#domain/card";
import { startChromium, withoutChromium } from "#test/support/chromium";
import { company, type OnDemoSlack, onDemoSlack } from "#test/support/slack";

const folder = mkdtempSync(join(tmpdir(), "stance-page-"));
let world: OnDemoSlack;
let served: Served;
const pressed: string[] = [];

beforeAll(() => {
  const compiler = ["node_modules/typescript/bin/tsc", "-p", "src/demo/page.tsconfig.json", "--outDir", folder];
  const { status, stdout } = spawnSync(process.execPath, compiler, { encoding: "utf8" });
  if (status !== 0) throw new Error(`the page does not compile: ${stdout}`);
  for (const name of ["index.html", "page.css", "icon.svg"]) cpSync(`src/demo/page/${name}`, join(folder, name));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

beforeEach(async () => {
  pressed.length = 0;
  world = await onDemoSlack();
  served = await servePage({
    slack: world.slack,
    people: company.people.slice(0, 3).map(({ id, name }) => ({ id, name, title: `works as ${name}` })),
    controls: [
      { id: "scan", label: "Scan now", hint: "Otherwise every hour" },
      { id: "break", label: "Break something", hint: "It will not work" },
    ],
    press: async (control) => {
      pressed.push(control);
      if (control === "break") throw new Error("the cloud is gone");
      return "Scanned: 3 findings open.";
    },
    token: "right-token",
    port: 0,
    story: ["Type `/posture summary` as *Tom*."],
    assets: folder,
  });
});
afterEach(async () => {
  await served.close();
  await world.close();
});

const at = (path: string): string => new URL(path, served.address).href;
const cookie = async (): Promise<string> =>
  (await fetch(served.address)).headers.get("set-cookie")?.split(";")[0] ?? "no cookie";
const post = async (path: string, body: string, headers: Readonly<Record<string, string>> = {}): Promise<Response> =>
  fetch(at(path), {
    method: "POST",
    body,
    headers: {
      cookie: await cookie(),
      origin: new URL(served.address).origin,
      "content-type": "application/json",
      ...headers,
    },
  });

describe("who is let in", () => {
  it("the address that was printed, and from then on the cookie it gave", async () => {
    expect(served.address).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/\?token=right-token$/);
    const page = await fetch(served.address);
    expect(page.status).toBe(200);
    expect(page.headers.get("set-cookie")).toMatch(/; Path=\/; HttpOnly; SameSite=Strict$/);
    expect((await fetch(at("/"), { headers: { cookie: await cookie() } })).status).toBe(200);
  });

  it.each([
    "/",
    "/?token=",
    "/?token=wrong",
    "/?token=right-token2",
    "/app.js",
    "/screen?as=U0TOM",
    "/events",
    "/setup?token=right-token",
  ])("nobody else: %s", async (path) => {
    const answer = await fetch(at(path), { headers: { cookie: "stance_demo_1=right-token" } });
    expect(answer.status).toBe(403);
    expect(answer.headers.get("set-cookie")).toBeNull();
    expect(await answer.text()).toContain("Use the address that the demo printed.");
  });

  it("not even with the cookie when the token given is wrong", async () => {
    expect((await fetch(at("/?token=wrong"), { headers: { cookie: await cookie() } })).status).toBe(403);
  });

  it.each(["evil.example", "127.0.0.1.evil.example", "[::1]"])("no page under another name: %s", async (host) => {
    const { status, text } = await getAs(host, await cookie());
    expect(status).toBeGreaterThanOrEqual(400);
    expect(text).not.toContain("<nav");
  });
  it("localhost is this machine too", async () => {
    expect((await getAs("localhost:1234", await cookie())).status).toBe(200);
  });

  function getAs(host: string, cookies: string): Promise<{ status: number; text: string }> {
    const { hostname, port } = new URL(served.address);
    return new Promise((resolve, reject) => {
      const asked = request({ hostname, port, path: "/", headers: { host, cookie: cookies } }, (answer) => {
        let text = "";
        answer.setEncoding("utf8").on("data", (part: string) => (text += part));
        answer.on("end", () => resolve({ status: answer.statusCode ?? 0, text }));
      });
      asked.once("error", reject).end();
    });
  }

  it("listens on this machine only, tells no other page, and lets no script make HTML", async () => {
    const { headers } = await fetch(served.address);
    expect(headers.get("content-security-policy")).toMatch(
      /^default-src 'none'; script-src 'self'; style-src 'self'; /,
    );
    expect(headers.get("content-security-policy")).toContain("require-trusted-types-for 'script'");
    expect(headers.get("content-security-policy")).not.toContain("unsafe");
    expect(headers.get("referrer-policy")).toBe("no-referrer");
    expect(headers.get("cross-origin-resource-policy")).toBe("same-origin");
    expect(headers.get("access-control-allow-origin")).toBeNull();
  });

  it.each(["/..%2fpage-server.ts", "/%2e%2e/page-server.ts", "/wire.ts", "/package.json", "/etc/passwd"])(
    "serves the page's own files and no others: %s",
    async (path) => {
      const answer = await fetch(at(path), { headers: { cookie: await cookie() } });
      expect([answer.status, await answer.json()]).toEqual([404, { error: "There is nothing here." }]);
    },
  );
});

describe("what is asked of it", () => {
  const whoami = JSON.stringify({ as: "U0TOM", act: { kind: "command", channel: "C0PAY", text: "whoami" } });

  it("an act of a person reaches the bot", async () => {
    expect(await (await post("/act", whoami)).json()).toEqual({ ok: true });
    expect(world.inbound.accepted).toMatchObject([{ person: "U0TOM", channel: "C0PAY", text: "whoami" }]);
  });

  it.each<[string, Readonly<Record<string, string>>, number]>([
    ["another page", { origin: "http://evil.example" }, 403],
    ["another server on this machine", { origin: "http://127.0.0.1:1" }, 403],
    ["a form", { "content-type": "text/plain" }, 415],
    ["somebody without the cookie", { cookie: "" }, 403],
  ])("not for %s", async (_, headers, status) => {
    const answer = await post("/act", whoami, headers);
    expect(answer.status).toBe(status);
    expect(world.inbound.accepted).toEqual([]);
  });

  it.each<[string, string, string, number]>([
    ["what is no JSON", "/act", "{", 400],
    ["an act nobody knows", "/act", JSON.stringify({ as: "U0TOM", act: { kind: "delete" } }), 400],
    [
      "more than belongs there",
      "/act",
      JSON.stringify({ as: "U0TOM", act: { kind: "close", view: "V1", more: 1 } }),
      400,
    ],
    [
      "somebody who is not there",
      "/act",
      JSON.stringify({ as: "U0EVIL", act: { kind: "command", channel: "C0PAY", text: "" } }),
      500,
    ],
    ["far too much", "/act", JSON.stringify({ as: "x".repeat(70_000) }), 413],
    ["a button that is not there", "/control", JSON.stringify({ control: "format" }), 404],
  ])("refuses %s with a sentence", async (_, path, body, status) => {
    const answer = await post(path, body);
    expect(answer.status).toBe(status);
    expect(await answer.json()).toEqual({ error: expect.stringMatching(/\w/) });
    expect(pressed).toEqual([]);
  });

  it("escapes what people type, as Slack's apps do", async () => {
    await post(
      "/act",
      JSON.stringify({ as: "U0TOM", act: { kind: "say", channel: "C0PAY", text: "<!channel> & <b>" } }),
    );
    expect(world.slack.state.messages("C0PAY").at(-1)?.text).toBe("&lt;!channel&gt; &amp; &lt;b&gt;");
  });
});

const hostile = [
  "<img src=x onerror=alert(1)>",
  "<script>alert(1)</script>",
  '"><svg onload=alert(1)>',
  "<!channel>",
  "<@U0ANA>",
  "<https://evil.example|Fix>",
  "https://evil.example",
  "javascript:alert(1)",
  "*bold* _it_ ~no~ `code` ```block```",
  "\u202Eevil",
  "=cmd()",
  "x".repeat(256),
];

const hostileCard: Card = {
  text: "Hostile names",
  parts: [
    { kind: "heading", text: ["🟥 CRITICAL · ", hostile[0] ?? ""] },
    { kind: "text", text: hostile.flatMap((name) => [name, " · "]) },
    { kind: "facts", facts: hostile.map((name) => [name, name] as const) },
    {
      kind: "rows",
      rows: hostile.map((name) => ({
        text: [{ code: name }, "  ", { bold: name }, "  ", name],
        action: { kind: "button", label: name, press: { command: "whoami" } },
      })),
    },
    { kind: "code", code: hostile.join("\n") },
    { kind: "note", text: hostile.join(" ") },
  ],
  actions: [{ kind: "menu", items: hostile.slice(0, 4).map((label) => ({ label, press: { command: "help" } })) }],
};

/** Every block and element that the page draws, as Slack takes them. */
const everyBlock = [
  { type: "header", text: { type: "plain_text", text: "A header with *no* markup" } },
  {
    type: "section",
    text: {
      type: "mrkdwn",
      text: "*bold* _italic_ ~gone~ `code` <https://acme.example/a|a page> <@U0TOM> <#C0PAY> <!subteam^S0LEADS>",
    },
  },
  {
    type: "section",
    fields: [
      { type: "mrkdwn", text: "*Owner*\nPayments" },
      { type: "plain_text", text: "*plain*" },
    ],
  },
  {
    type: "section",
    text: { type: "mrkdwn", text: "A row" },
    accessory: {
      type: "button",
      action_id: "open",
      text: { type: "plain_text", text: "Open" },
      value: '{"command":"show F-1a2b"}',
    },
  },
  { type: "divider" },
  { type: "section", text: { type: "mrkdwn", text: "```\nline *one*\n  line two\n```" } },
  { type: "section", text: { type: "mrkdwn", text: "&gt; quoted\n<!date^0^{date_num}|long ago>" } },
  {
    type: "context",
    elements: [
      { type: "mrkdwn", text: "the _grey_ line" },
      { type: "plain_text", text: "plain" },
    ],
  },
  {
    type: "actions",
    elements: [
      {
        type: "button",
        action_id: "approve",
        style: "primary",
        text: { type: "plain_text", text: "Approve" },
        value: '{"command":"approve R-1"}',
        confirm: {
          title: { type: "plain_text", text: "Approve R-1?" },
          text: { type: "plain_text", text: "It runs at once." },
          confirm: { type: "plain_text", text: "Approve it" },
          deny: { type: "plain_text", text: "Back" },
        },
      },
      {
        type: "button",
        action_id: "deny",
        style: "danger",
        text: { type: "plain_text", text: "Deny…" },
        value: '{"command":"deny R-1"}',
      },
      {
        type: "button",
        action_id: "console",
        text: { type: "plain_text", text: "Console" },
        url: "https://console.example/s3",
      },
      {
        type: "overflow",
        action_id: "more",
        options: ["why", "show"].map((word) => ({
          text: { type: "plain_text", text: word },
          value: `{"command":"${word} G-7k"}`,
        })),
      },
      {
        type: "static_select",
        action_id: "many",
        placeholder: { type: "plain_text", text: "More…" },
        options: ["mine", "status"].map((word) => ({
          text: { type: "plain_text", text: word },
          value: `{"command":"${word}"}`,
        })),
      },
    ],
  },
];

describe.skipIf(withoutChromium())("in a browser", () => {
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  const outside: string[] = [];
  const complaints: string[] = [];

  beforeAll(async () => {
    browser = await startChromium();
  });
  afterAll(() => browser.close());
  beforeEach(async () => {
    outside.length = 0;
    complaints.length = 0;
    context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
    page = await context.newPage();
    page.setDefaultTimeout(10_000);
    page.on("request", (asked) => {
      if (new URL(asked.url()).origin !== new URL(served.address).origin) outside.push(asked.url());
    });
    page.on("console", (message) => complaints.push(message.text()));
    page.on("pageerror", (error) => complaints.push(String(error)));
    page.on("dialog", (dialog) => {
      complaints.push(`a script asked: ${dialog.message()}`);
      void dialog.dismiss();
    });
    await page.goto(served.address);
    await page.locator("#channel-title").filter({ hasText: "team-payments" }).waitFor();
  });
  afterEach(async () => {
    await context.close();
    expect(outside).toEqual([]);
    expect(complaints).toEqual([]);
  });

  const messages = () => page.locator("#messages .message");
  const focused = () => page.evaluate<string>("document.activeElement?.id");
  const handled = () =>
    world.inbound.handled.map((incoming) =>
      "command" in incoming ? incoming.command : "text" in incoming ? incoming.text : "",
    );
  const eventually = (what: () => unknown, expected: unknown) =>
    expect.poll(what, { timeout: 5_000 }).toEqual(expected);
  const postBlocks = (blocks: readonly Readonly<Record<string, unknown>>[]) =>
    world.slack.state.addMessage({ channel: "C0PAY", author: company.bot.id, text: "All blocks", blocks });
  const become = (name: string) => page.getByRole("radio", { name: new RegExp(name) }).check({ force: true });
  const say = async (text: string) => {
    await page.locator("#composer-text").fill(text);
    await page.keyboard.press("Enter");
  };

  it("takes the token out of the address, and stays signed in when loaded again", async () => {
    expect(page.url()).toBe(at("/"));
    await page.reload();
    await page.getByText("You see it as Tom Beck").waitFor();
  });

  it("draws every block, and presses reach the bot with what was pressed", async () => {
    postBlocks(everyBlock);
    const message = messages().last();
    await message.getByRole("heading", { name: "A header with *no* markup" }).waitFor();
    expect(await message.locator("strong").allTextContents()).toEqual(["Stance", "bold", "Owner"]);
    expect(await message.locator("em").allTextContents()).toEqual(["italic", "grey"]);
    expect(await message.locator("s").allTextContents()).toEqual(["gone"]);
    expect(await message.locator("pre").allTextContents()).toEqual(["line *one*\n  line two"]);
    expect(await message.locator("blockquote").allTextContents()).toEqual(["quoted"]);
    expect(await message.locator(".section time").allTextContents()).toEqual(["1970-01-01"]);
    expect(await message.locator(".mention").allTextContents()).toEqual([
      "@Tom Beck",
      "#team-payments",
      "@payments-leads",
    ]);
    expect(await message.locator(".mention.mine").allTextContents()).toEqual(["@Tom Beck"]);
    expect(
      await message.locator("a").evaluateAll((all) => all.map((a) => [a.getAttribute("href"), a.getAttribute("rel")])),
    ).toEqual([
      ["https://acme.example/a", "noopener noreferrer"],
      ["https://console.example/s3", "noopener noreferrer"],
    ]);

    await message.getByRole("button", { name: "Open" }).click();
    await eventually(handled, ["show F-1a2b"]);
    await message.getByRole("button", { name: "More actions" }).click();
    await page.getByRole("menuitem", { name: "show" }).click();
    await eventually(handled, ["show F-1a2b", "show G-7k"]);
    await message.getByRole("button", { name: "More…" }).click();
    await page.getByRole("menuitem", { name: "status" }).click();
    await eventually(handled, ["show F-1a2b", "show G-7k", "status"]);
  });

  it("asks before a press that wants it: Back and Escape send nothing", async () => {
    postBlocks(everyBlock);
    const approve = messages().last().getByRole("button", { name: "Approve" });
    const dialog = page.getByRole("dialog", { name: "Approve R-1?" });
    await approve.click();
    await dialog.getByRole("button", { name: "Back" }).click();
    await dialog.waitFor({ state: "hidden" });
    await approve.click();
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "hidden" });
    await approve.click();
    await dialog.getByRole("button", { name: "Approve it" }).click();
    await eventually(handled, ["approve R-1"]);
  });

  it("a menu works by keyboard alone", async () => {
    postBlocks(everyBlock);
    await messages().last().getByRole("button", { name: "More actions" }).focus();
    await page.keyboard.press("Enter");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Escape");
    expect(await page.evaluate('document.activeElement?.getAttribute("aria-label")')).toBe("More actions");
    await page.keyboard.press("Enter");
    await page.keyboard.press("ArrowUp");
    await page.keyboard.press("Enter");
    await eventually(handled, ["show G-7k"]);
  });

  it("hostile names stay what they are: no script, no element, no link, no mention", async () => {
    await world.chat.post({ channel: "C0PAY", card: hostileCard, dedupe: "hostile" });
    const message = messages().last();
    await message.locator("pre").waitFor();
    expect(await message.locator("a, script, svg[onload], img:not(.avatar), .mention, iframe").count()).toBe(0);
    const words = (await message.locator(".message-body").textContent()) ?? "";
    for (const name of [
      "<img src=x onerror=alert(1)>",
      "<script>alert(1)</script>",
      "<!channel>",
      "<@U0ANA>",
      "<https://evil.example|Fix>",
    ])
      expect(words).toContain(name);
    await message.getByRole("button", { name: "More actions" }).click();
    expect(await page.getByRole("menuitem").first().textContent()).toBe("<img src=x onerror=alert(1)>");
    expect(words).not.toContain("\u202E");
  });

  it("what people type is hostile too", async () => {
    const typed = "<img src=x onerror=alert(1)> <!channel> <@U0ANA> &lt;b&gt; *b*";
    await say(typed);
    await messages().last().getByText("<!channel>").waitFor();
    expect(await messages().last().locator("a, img:not(.avatar), .mention").count()).toBe(0);
    expect(await messages().last().locator(".section-text").textContent()).toBe(typed.replace("*b*", "b"));
  });

  it("even what Slack itself would send wrong runs nothing", async () => {
    world.slack.state.addMessage({
      channel: "C0PAY",
      author: company.bot.id,
      text: "<javascript:alert(1)|a> <img src=x onerror=alert(1)> <data:text/html,<script>alert(1)</script>|b>",
      blocks: [],
    });
    await messages().last().getByText("onerror").waitFor();
    expect(await messages().last().locator("a, script, img:not(.avatar)").count()).toBe(0);
  });

  it("a message changes in place; the others, and what is being written, are not touched", async () => {
    const { ts } = postBlocks([{ type: "section", text: { type: "mrkdwn", text: "Waiting for approval" } }]);
    await messages().last().getByText("Waiting for approval").waitFor();
    await page.locator("#composer-text").fill("half a sent");
    world.slack.state.editMessage("C0PAY", ts, {
      blocks: [{ type: "section", text: { type: "mrkdwn", text: "Done and checked" } }],
    });
    await messages().last().getByText("Done and checked").waitFor();
    expect(await messages().count()).toBe(1);
    expect(await messages().last().textContent()).toContain("(edited)");
    expect(await page.locator("#messages .changed").count()).toBe(1);
    expect(await page.locator("#composer-text").inputValue()).toBe("half a sent");
    await eventually(() => page.locator("#live").textContent(), "Stance, changed: All blocks");
    world.slack.state.deleteMessage("C0PAY", ts);
    await page.getByText("Nothing was said here yet.").waitFor();
  });

  it("a private answer is there for one person, and can be put away", async () => {
    world.inbound.respond = async (_, responder) =>
      responder.whisper({ text: "Only Tom", parts: [{ kind: "text", text: "Only Tom" }] });
    await say("/posture whoami");
    await messages().last().getByText("Only visible to you").waitFor();
    await become("Ana Lima");
    await page.getByText("You see it as Ana Lima").waitFor();
    expect(await page.getByText("Only Tom").count()).toBe(0);
    await become("Tom Beck");
    await page.getByRole("button", { name: "Dismiss" }).click();
    await page.getByText("Nothing was said here yet.").waitFor();
  });

  it("another command than ours is not sent", async () => {
    await say("/invite everybody");
    await page.getByRole("alert").getByText("/invite is not a command here. Try /posture help.").waitFor();
    expect(world.inbound.accepted).toEqual([]);
  });

  it("offers commands while one types, by arrow keys too", async () => {
    const input = page.locator("#composer-text");
    await input.fill("/posture s");
    expect(await page.getByRole("option").allTextContents()).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^\/posture summary /),
        expect.stringMatching(/^\/posture status/),
      ]),
    );
    await input.fill("/posture who");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    expect(await input.inputValue()).toBe("/posture whoami");
    await page.keyboard.press("Enter");
    await eventually(handled, ["whoami"]);
  });

  it("people are changed by arrow keys, and what calls somebody is counted beside them", async () => {
    postBlocks([{ type: "section", text: { type: "mrkdwn", text: "A card" } }]);
    await messages().last().waitFor();
    await page.getByRole("radio", { name: /Tom Beck/ }).focus();
    world.slack.state.addMessage({
      channel: "C0SEC",
      author: company.bot.id,
      text: "Look, <!subteam^S0LEADS>",
      blocks: [],
    });
    await page.locator(".person", { hasText: "Ana Lima" }).locator(".count").getByText("1").waitFor();
    await page.keyboard.press("ArrowDown");
    await page.getByText("You see it as Ana Lima").waitFor();
    expect(await focused()).toBe("person-U0ANA");
    expect(await page.locator("#channel-title").textContent()).toContain("team-payments");
    expect(
      await page
        .getByRole("button", { name: /sec-posture/ })
        .locator(".count")
        .textContent(),
    ).toBe("1");
    await page.getByRole("button", { name: /sec-posture/ }).click();
    await page.locator(".mention.mine").getByText("@payments-leads").waitFor();
    expect(await page.locator(".count").count()).toBe(0);
  });

  it("answers stand below their message, and one can answer there", async () => {
    const { ts } = postBlocks([{ type: "section", text: { type: "mrkdwn", text: "A card" } }]);
    await messages().first().hover();
    await messages().first().getByRole("button", { name: "Reply in the thread" }).click();
    await page.getByRole("textbox", { name: "Reply in the thread" }).fill("@Stance show G-7k");
    await page.keyboard.press("Enter");
    await eventually(handled, ["show G-7k"]);
    expect(world.inbound.handled[0]?.thread).toBe(ts);
    const bar = page.getByRole("button", { name: "1 reply" });
    expect(await bar.getAttribute("aria-expanded")).toBe("true");
    await bar.click();
    expect(await page.locator(".answers .message").isVisible()).toBe(false);
  });

  it("a link to a message shows it here", async () => {
    postBlocks([{ type: "section", text: { type: "mrkdwn", text: "The card" } }]);
    const ts = world.slack.state.messages("C0PAY")[0]?.ts ?? "";
    const link = `${world.slack.address}/archives/C0PAY/p${ts.replace(".", "")}`;
    world.slack.state.addMessage({
      channel: "C0OUT",
      author: company.bot.id,
      text: `<${link}|continues here>`,
      blocks: [],
    });
    await page.getByRole("button", { name: /random/ }).click();
    await page.getByRole("link", { name: "continues here" }).click();
    await page.locator("#channel-title").filter({ hasText: "team-payments" }).waitFor();
    expect(await focused()).toBe(`message-${ts}`);
  });

  describe("forms", () => {
    const optionsOf = (count: number) =>
      Array.from({ length: count }, (_, index) => ({ value: `v${index}`, label: `Option ${index}` }));
    beforeEach(async () => {
      world.inbound.respond = async (incoming, responder) => {
        if (incoming.kind === "submit") return;
        await responder.form(
          Promise.resolve({
            title: "Fix G-7k",
            submit: "Ask for approval",
            state: "fix G-7k",
            parts: [
              { kind: "text", text: { bold: "Block public access" } },
              {
                kind: "choice",
                name: "which",
                label: "Which",
                pick: "many",
                options: [
                  { value: "F-1", label: "<b>one</b>", hint: "eu-west-1" },
                  { value: "F-2", label: "two" },
                ],
                value: ["F-1"],
              },
              { kind: "choice", name: "when", label: "When", pick: "one", options: optionsOf(3), value: ["v1"] },
              { kind: "choice", name: "where", label: "Where", pick: "one", options: optionsOf(12), optional: true },
              { kind: "choice", name: "many", label: "Many", pick: "many", options: optionsOf(12), optional: true },
              {
                kind: "input",
                name: "reason",
                label: "Reason",
                hint: "Whoever approves reads it",
                multiline: true,
                minLength: 3,
              },
              { kind: "input", name: "ticket", label: "Ticket", optional: true },
            ],
          }),
        );
      };
      postBlocks(everyBlock);
      await messages().last().getByRole("button", { name: "Open" }).click();
      await page.getByRole("dialog", { name: "Fix G-7k" }).getByLabel("Reason").waitFor();
    });
    const dialog = () => page.getByRole("dialog", { name: "Fix G-7k" });
    const send = () => dialog().getByRole("button", { name: "Ask for approval" }).click();

    it("sends what was filled in, as Slack would", async () => {
      await dialog().getByLabel("two").check();
      await dialog().getByLabel("Option 2").first().check();
      await dialog().getByLabel("Where").selectOption("v11");
      await dialog().getByRole("group", { name: "Many" }).getByLabel("Option 3").check();
      await dialog().getByLabel("Reason").fill("moved to signed links");
      await send();
      await dialog().waitFor({ state: "hidden" });
      await eventually(
        () => world.inbound.handled.at(-1),
        expect.objectContaining({
          kind: "submit",
          state: "fix G-7k",
          values: {
            which: "F-1,F-2",
            when: "v2",
            where: "v11",
            many: "v3",
            reason: "moved to signed links",
            ticket: "",
          },
        }),
      );
    });

    it("says what is wrong under the field, keeps the rest, and goes there", async () => {
      world.inbound.checkValues = ({ ticket }) =>
        ticket === "x" ? { ticket: "Give the ticket's whole key." } : undefined;
      await dialog().getByLabel("two").check();
      await send();
      await dialog().getByText("Please complete this required field.").waitFor();
      expect(await dialog().getByLabel("Reason").getAttribute("aria-invalid")).toBe("true");
      expect(await dialog().getByLabel("Reason").getAttribute("id")).toBe(await focused());
      await dialog().getByLabel("Reason").fill("moved");
      await dialog()
        .getByLabel(/^Ticket/)
        .fill("x");
      await send();
      await dialog().getByText("Give the ticket's whole key.").waitFor();
      expect(await dialog().getByText("Please complete this required field.").isVisible()).toBe(false);
      expect(await dialog().getByLabel("two").isChecked()).toBe(true);
      expect(await dialog().getByLabel("Reason").inputValue()).toBe("moved");
    });

    it("holds the focus, and Escape closes it without sending", async () => {
      for (let count = 0; count < 20; count++) {
        await page.keyboard.press("Tab");
        expect(await page.evaluate('document.activeElement.matches("dialog *, dialog, body")')).toBe(true);
      }
      await page.keyboard.press("Escape");
      await dialog().waitFor({ state: "hidden" });
      expect(world.slack.screen("U0TOM").views).toEqual([]);
      expect(world.inbound.accepted.map(({ kind }) => kind)).toEqual(["press"]);
    });

    it("what was typed stays when the form changes meanwhile", async () => {
      await dialog().getByLabel("Reason").fill("half a rea");
      const [view] = world.slack.screen("U0TOM").views;
      const blocks = view?.content["blocks"];
      world.slack.state.changeView(view?.id ?? "", {
        ...view?.content,
        blocks: [
          { type: "section", text: { type: "mrkdwn", text: "Something new" } },
          ...(Array.isArray(blocks) ? blocks : []),
        ],
      });
      await dialog().getByText("Something new").waitFor();
      expect(await dialog().getByLabel("Reason").inputValue()).toBe("half a rea");
    });
  });

  it("controls say what came of it, also when nothing did", async () => {
    await page.getByRole("button", { name: /Scan now/ }).click();
    await page.locator(".said").getByText("Scanned: 3 findings open.").waitFor();
    await page.getByRole("button", { name: /Break something/ }).click();
    await page.locator(".said").getByText("That did not work: the cloud is gone").waitFor();
    complaints.splice(0, complaints.length, ...complaints.filter((text) => !text.includes("status of 500")));
    await page.getByRole("button", { name: "/posture summary" }).click();
    expect(await page.locator("#composer-text").inputValue()).toBe("/posture summary");
  });

  it("says when the demo has ended", async () => {
    await served.close();
    await page.getByRole("alert").getByText("Start it again with npm run demo").waitFor();
    complaints.length = 0;
  });

  it.each([1280, 900])("fits a window %i wide, light and dark", async (width) => {
    await page.setViewportSize({ width, height: 800 });
    await world.chat.post({ channel: "C0PAY", card: hostileCard, dedupe: "wide" });
    postBlocks(everyBlock);
    await messages().nth(1).waitFor();
    const background = () => page.evaluate("getComputedStyle(document.body).backgroundColor");
    const light = await background();
    for (const selector of ["html", "#main", "#messages", "#sidebar"])
      expect(
        await page.locator(selector).evaluate((one) => one.scrollWidth - one.clientWidth),
        selector,
      ).toBeLessThanOrEqual(0);
    await page.emulateMedia({ colorScheme: "dark" });
    expect(await background()).not.toBe(light);
    if (width === 900) await page.getByRole("button", { name: "Try this" }).click();
    expect(await page.getByRole("button", { name: /Scan now/ }).isVisible()).toBe(true);
  });
});
