import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { renderCard } from "#chat/slack/render";
import { renderForm } from "#chat/slack/view";
import { checks } from "#checks";
import type { Card, Form } from "#domain/card";
import { validateMessage, validateView } from "#test/support/block-kit";
import { mentionsIn } from "#test/support/cards";
import type { Company, Kind } from "#test/support/company";
import {
  accountId,
  company,
  companyChannels,
  companyConfig,
  companyPeople,
  dice,
  faults,
  kinds,
} from "#test/support/company";
import type { World } from "#test/support/harness";
import { buttons, isForm, world } from "#test/support/harness";

/** What people write into names and tags, to be read by everybody else: through the whole bot, as Slack would get it. */
const hostile = [
  "<!channel>",
  "<!here|everyone> <@UCHIEF> <#CADMIN>",
  "=cmd()|' /C calc'!A0",
  "<https://evil.example|approve here>",
  "*bold* _it_ ~no~ `code` ```block```",
  "\u202Egnp.exe\u202C \u2066x\u2069 \u200Bzero\u200B",
  "one\ntwo\r\nOwner nobody\u2028three\u0000",
  "𝔘𝔫𝔦𝔠𝔬𝔡𝔢 👩‍👩‍👧‍👦 𠜎",
  "x".repeat(256),
  "😀".repeat(128),
  "&lt;!channel&gt; &amp;amp;",
  ":rotating_light: :tada:",
  "${jndi:ldap://x} {name} %s",
  "[Approve](https://evil.example)",
  "> quoted\n> more",
];

const account = accountId(0);
let it: Company;
let w: World;
/** All answers people got. */
let answers: (Card | Form)[];
beforeEach(async () => {
  answers = [];
  it = company(dice(3));
  // The cloud's own name of an account is as foreign as the rest.
  it.accounts.push({ cloud: "aws", id: account, name: "<!channel> prod", state: "active" });
  const used = kinds.flatMap((kind): readonly string[] =>
    faults[kind].map((fault) => `${kind.split(".").slice(0, 2).join(".")}.${fault}`),
  );
  w = await world({
    config: companyConfig(
      1,
      1,
      checks.map(({ id }) => id).filter((id) => !used.includes(id)),
    ),
    clouds: () => [it.cloud],
    people: companyPeople(1),
    channels: companyChannels(1),
    // Working hours in the channel's zone.
    start: Date.parse("2026-11-23T15:00:00Z"),
  });
  w.config.owners["team-01"] = {
    ...w.config.owners["team-01"],
    name: "Team 1",
    tags: [],
    people: ["person-1"],
    approvers: [],
    channel: "#team-01",
    mention: "person-1",
  };
});
afterEach(() => w.close());

const tell = async (who: string, text: string): Promise<Card | Form | undefined> => {
  const answer = await w.say(who, text, "Cteam-01");
  if (answer) answers.push(answer);
  return answer;
};
async function scan(): Promise<void> {
  w.time.now += 3_600_000;
  await w.heart.scan();
  await w.settle();
}
const badThing = (kind: Kind, name: string, tags: Readonly<Record<string, string>>): unknown =>
  it.add({ kind, account, name, tags, wrong: new Set(faults[kind]) });

/** Every mrkdwn text of a payload. */
function mrkdwnOf(value: unknown): readonly string[] {
  if (typeof value !== "object" || value === null) return [];
  const own = "type" in value && value.type === "mrkdwn" && "text" in value ? [String(value.text)] : [];
  return [...own, ...Object.values(value).flatMap(mrkdwnOf)];
}
/** What may stand in angle brackets: people and channels of ours, times, and addresses we made. */
const ours = /^<(@UP1|@UADMIN|#C[A-Za-z0-9-]+|!date\^\d+\^[^|>]*\|[^>]*|https:\/\/chat\.example\/m\d+(\|[^>]*)?)>$/;

function checkCard(card: Card): void {
  const { text, blocks } = renderCard(card);
  expect(validateMessage({ text, blocks })).toEqual([]);
  checkTexts([text, ...mrkdwnOf(blocks)]);
}
function checkTexts(texts: readonly string[]): void {
  for (const text of texts) {
    for (const [bracket] of text.matchAll(/<[^>]*>/g)) expect(bracket).toMatch(ours);
    expect(text).not.toMatch(/[\u202A-\u202E\u2066-\u2069\u200B]/);
    expect(text).not.toContain("\0");
    expect(text).not.toMatch(/(?<!&lt;)!channel>/);
  }
}
function checkEverything(): void {
  const cards = [
    ...w.said.flatMap(({ card, history }) => [...history, card]),
    ...answers.filter((each): each is Card => !isForm(each)),
  ];
  for (const card of cards) checkCard(card);
  for (const form of answers.filter(isForm)) {
    const { view } = renderForm(form, { channel: "C1" });
    expect(validateView(view)).toEqual([]);
    checkTexts(mrkdwnOf(view));
  }
}

describe("hostile names and tags", () => {
  test("pass through every card, answer and form as words, and call nobody", async () => {
    for (const [n, kind] of kinds.entries())
      badThing(kind, hostile[n] ?? "", { team: hostile[n] ?? "", "managed-by": hostile[n] ?? "" });
    await scan();
    await w.say("UADMIN", "rollout #team-01 live --yes", "CADMIN");
    await w.say("UADMIN", "rollout #sec-posture live --yes", "CADMIN");
    for (const [n, name] of hostile.entries()) {
      const kind = kinds[n % kinds.length] ?? "aws.ec2.volume";
      badThing(kind, name, {
        team: "team-01",
        "managed-by": name,
        environment: name,
        "aws:cloudformation:stack-name": name,
      });
      badThing(kind, name, { owner: name, contact: name });
    }
    await scan();
    w.time.now += 24 * 3_600_000;
    await scan();
    for (const thing of it.all(({ name }) => name.length < 200)) thing.wrong = new Set();
    await scan();
    expect(w.in("#team-01").length).toBeGreaterThan(2);

    const [finding] = w.store.findings({ owner: "team-01", status: ["open"] });
    const [nobody] = w.store.findings({ owner: "" });
    const [group] = w.store.groups({ owner: "team-01", open: true });
    for (const id of [finding?.id, nobody?.id, group?.id])
      for (const word of ["show", "why", "fix", "open", "wrong", "not-ours", "findings", "claim"])
        await tell("UP1", `${word} ${id}`);
    for (const text of [
      "summary",
      "summary all",
      "findings all",
      "findings status=resolved all",
      "mine",
      "digest",
      "digest #sec-posture",
      "status",
      "whoami",
    ])
      await tell("UP1", text);
    for (const text of ["rollout", "rollout #team-01", "doctor", "audit", `audit ${finding?.id}`])
      await tell("UADMIN", text);
    for (const text of hostile) await tell("UP1", text);
    for (const text of hostile) await tell("UP1", `show ${text}`);
    for (const text of hostile) await tell("UP1", `findings team=${text} severity=${text} account=${text}`);
    expect(answers.length).toBeGreaterThan(60);

    checkEverything();
    const told = w.said.flatMap(({ card, history }) => mentionsIn(history[0] ?? card));
    expect(new Set(told)).toEqual(new Set(["UP1"]));
    const all = w.said
      .flatMap(({ card, history }) => [...history, card])
      .map((card) => JSON.stringify(renderCard(card).blocks));
    for (const shown of ["&lt;!channel&gt;", "=cmd()", "&lt;https://evil.example|approve here&gt;"])
      expect(
        all.some((text) => text.includes(shown)),
        shown,
      ).toBe(true);
  });

  test("of what people write: reasons and reports are words, too", async () => {
    badThing("aws.ec2.volume", "plain", { team: "team-01" });
    await scan();
    const [finding] = w.store.findings({});
    for (const text of hostile) {
      w.time.now += 60_000;
      const form = await tell("UP1", `not-ours ${finding?.id}`);
      if (!isForm(form)) throw new Error("no form");
      const answer = await w.submit("UP1", form, { reason: text, owner: text }, "Cteam-01");
      if (answer) answers.push(answer);
      await w.settle();
    }
    expect(w.in("#sec-posture").length).toBeGreaterThan(hostile.length);
    checkEverything();
  });
});

describe("a group of 500 findings", () => {
  test("is one card, shortened, and says so; nothing about it is too big for Slack", async () => {
    await scan();
    await w.say("UADMIN", "rollout #team-01 live --yes", "CADMIN");
    for (let n = 0; n < 500; n++)
      it.add({
        kind: "aws.s3.bucket",
        account,
        tags: { team: "team-01" },
        wrong: new Set(["bucket-blocks-public-access"]),
      });
    await scan();
    const cards = w.in("#team-01").filter(({ key }) => key.startsWith("G-"));
    expect(cards).toHaveLength(1);
    const card = cards[0]?.card as Card;
    const { blocks, text } = renderCard(card);
    expect(text).toContain("500 S3 buckets");
    expect(JSON.stringify(blocks)).toContain("and 495 more");
    expect(buttons(card).map((each) => ("label" in each ? each.label : ""))).toContain("All 500");

    const id = w.store.groups({ owner: "team-01" })[0]?.id ?? "";
    for (const word of [
      `show ${id}`,
      `findings ${id}`,
      `findings ${id} page=50`,
      `why ${id}`,
      `fix ${id}`,
      `wrong ${id}`,
      `not-ours ${id}`,
      `open ${id}`,
      "summary",
      "digest",
    ])
      await tell("UP1", word);
    checkEverything();
    const form = answers.find((each) => isForm(each) && each.state.startsWith("fix "));
    if (!form || !isForm(form)) throw new Error("no form");
    expect(JSON.stringify(renderForm(form, { channel: "C1" }).view)).toMatch(/\d+ (more|others)|first \d+|most/i);

    // All of them are put right: still one card.
    for (const thing of it.all(() => true)) thing.wrong = new Set();
    await scan();
    checkEverything();
  });
});
