import { describe, expect, test } from "vitest";
import { awsConsoleUrl } from "#cards/console";
import { evidenceLines } from "#cards/evidence";
import { groupCard } from "#cards/group";
import { requestCard } from "#cards/request";
import { howToFixCard } from "#cards/show";
import { managedBy, past, still, thirdPerson } from "#cards/words";
import type { Card } from "#domain/card";
import { cardText } from "#test/cards/as-text";
import { cards, showView } from "#test/cards/gallery";
import * as s from "#test/cards/samples";

const lines = (card: Card | undefined): readonly string[] => (card ? cardText(card).split("\n") : []);

/** Line by line what `design/messages.md` writes, less what a later version adds (due dates, who changed it). */
describe("cards read as they were designed", () => {
  test("a grouped finding", () => {
    expect(lines(cards["group open"])).toEqual([
      "*🟧 HIGH · 3 S3 buckets can be read by anyone on the internet*",
      "Owner Payments (tag team=payments) @payments-oncall · prod · payments-prod 111122223333",
      "Anyone who has or guesses an address can download the files.",
      "`F-1a2b`  *pay-receipts-eu*  eu-west-1 · policy lets everyone read · changed since Sun 22 Nov 06:02",
      "`F-1a2c`  *pay-exports*  eu-west-1 · ACL lets everyone read · changed since Sun 22 Nov 06:02",
      "`F-1a2d`  *pay-static-old*  us-east-1 · policy lets everyone read · there before · managed by Terraform",
      "Next: only the daily digest repeats it until they are fixed.",
      "[Fix…]  [Snooze…]  [⋯ Accept risk… · Not ours… · Wrong finding… · Why · Open in AWS]",
      "G-7k · check: S3 bucket is not public · checked Mon 23 Nov 06:02",
    ]);
  });

  test("the same card when two are fixed, and when all are", () => {
    expect(lines(cards["group part fixed"]).slice(0, 4)).toEqual([
      "*🟧 HIGH · 1 of 3 S3 buckets can still be read by anyone on the internet*",
      "Owner Payments (tag team=payments) · prod · payments-prod 111122223333",
      "`F-1a2d`  *pay-static-old*  us-east-1 · policy lets everyone read · there before · managed by Terraform",
      "Fixed `F-1a2b` pay-receipts-eu, `F-1a2c` pay-exports · Mon 23 Nov 09:40 · R-12",
    ]);
    expect(lines(groupCard({ ...s.group, open: [], closed: [s.closed(s.receipts), s.closed(s.exported)] }))).toEqual([
      "*Closed: 2 fixed · 2 S3 buckets could be read by anyone on the internet* · Payments · G-7k",
    ]);
  });

  test("came back, nobody's, no automatic fix", () => {
    expect(lines(cards["group came back"])[0]).toBe(
      "*🟧 HIGH · came back: pay-receipts-eu can be read by anyone on the internet*",
    );
    expect(lines(cards["group nobody's"])).toContain(
      "Owner nobody (no tag, no account owner) · prod · payments-prod 111122223333",
    );
    expect(lines(cards["group without automatic fix"]).join()).toMatch(
      /encryption needs a new database.*\[How to fix\]/,
    );
  });

  test("an approval, its confirmation, and what became of it", () => {
    expect(lines(cards["request waiting"])).toEqual([
      "*R-12 · Waiting for approval · Tom Beck asks to block public access on 2 S3 buckets*",
      "For 🟧 HIGH · can be read by anyone on the internet · G-7k · Owner Payments · prod · payments-prod 111122223333",
      "What changes",
      "`F-1a2b`  *pay-receipts-eu*  eu-west-1 · block public access: 0 of 4 settings on → 4 of 4",
      "`F-1a2c`  *pay-exports*  eu-west-1 · block public access: 2 of 4 settings on → 4 of 4",
      "Who may notice  anonymous readers lose access at once",
      "pay-receipts-eu  website configuration: configured as a website (index.html): its address stops answering",
      "pay-exports  website configuration: no data (access denied)",
      "Managed by  nothing found in tags (no proof)",
      "Cost  none",
      "Undo  yes, until Wed 23 Dec 2026",
      `Tom's reason  "receipts moved to signed links on Friday"`,
      "Needs 1 approval from @payments-leads or @cloud-sec, not Tom. Ends Tue 24 Nov 09:31 (8 working hours); then nothing happens.",
      "Runs at once, one after the other, stops at the first problem.",
      "[Approve 2 changes]  [Deny…]  [⋯ Exact calls · Open G-7k]",
      "R-12 · plan 9f3c21ab · state read Mon 23 Nov 09:31",
    ]);
    expect(cards["request waiting"]?.actions?.[0]).toMatchObject({
      press: { nonce: "a1b2c3" },
      confirm: {
        title: "Approve R-12?",
        text: "Blocks public access on pay-receipts-eu and pay-exports in payments-prod 111122223333 (prod). Anonymous readers lose access at once.",
        ok: "Approve 2 changes",
        cancel: "Back",
      },
    });
    expect(lines(cards["request done"])).toEqual([
      "*R-12 · Done and checked · public access blocked on 2 S3 buckets*",
      "Tom Beck asked Mon 23 Nov 09:31 · Ana Lima approved 09:40 · changed 09:40 · checked again 09:40: fixed",
      "For G-7k · Owner Payments · prod · payments-prod 111122223333 · checked again at 09:50 and Tue 24 Nov 09:40",
      "[Undo…]",
      "R-12 · plan 9f3c21ab · audit #1234",
    ]);
    expect(cards["request stopped"]?.text).toBe("R-12 · Stopped after 1 of 2 · pay-exports was not changed");
    expect(cards["refusal own"]?.text).toBe(
      "You asked for R-12, so someone else must approve it: @payments-leads or @cloud-sec.",
    );
  });

  test("the digest and its quiet day", () => {
    expect(lines(cards.digest)[0]).toBe(
      "*Payments, Monday: 14 open, 3 fewer than Friday* · 🟧 4 high · 🟨 7 medium · ⬜ 3 low",
    );
    expect(lines(cards["digest quiet day"])).toEqual([
      "Payments: nothing new, nothing due. 14 open. Checked Mon 23 Nov 06:02.",
    ]);
  });

  test("the summary, with the score where it belongs", () => {
    expect(lines(cards.summary).slice(0, 4)).toEqual([
      "*Payments: 14 open* · 🟧 4 high · 🟨 7 medium · ⬜ 3 low",
      "Since Mon 16 Nov 2026: 2 new · 5 fixed · 1 came back",
      "*Do these first*",
      "1  🟧 HIGH · 3 S3 buckets can be read by anyone on the internet · prod · since Sun 22 Nov 2026 · G-7k  [Open]",
    ]);
    expect(lines(cards["summary all"])).toContain(
      "Score: passed 61,204 of 69,216 checked (88 %), 1,310 could not be checked",
    );
    expect(lines(cards.summary).at(-1)).toBe("same as /posture summary team=payments");
  });
});

describe("words", () => {
  test("bend with their number and time", () => {
    expect(still("can be read")).toBe("can still be read");
    expect(still("are not encrypted")).toBe("are still not encrypted");
    expect(still("allow SSH")).toBe("still allow SSH");
    expect([past(s.databases, 1), past(s.databases, 4)]).toEqual(["was not encrypted", "were not encrypted"]);
    expect(["block public access", "turn on logs", "copy it", "fix it"].map(thirdPerson)).toEqual([
      "Blocks public access",
      "Turns on logs",
      "Copies it",
      "Fixes it",
    ]);
  });

  test("what tags say manages a thing", () => {
    expect(managedBy({ "aws:cloudformation:stack-name": "web" })).toBe("CloudFormation");
    expect(managedBy({ ManagedBy: "terraform" })).toBe("Terraform");
    expect(managedBy({ terraform: "true" })).toBe("Terraform");
    expect(managedBy({ terraform: "false" })).toBeUndefined();
    expect(managedBy({ team: "terraform" })).toBeUndefined();
  });

  test("evidence leaf by leaf", () => {
    expect(
      evidenceLines({
        publicAccessBlock: { blockPublicAcls: false },
        ports: [22, 3389],
        owner: undefined,
        rules: [{ from: 1 }],
      }),
    ).toEqual(["public access block · block public acls: no", "ports: 22, 3389", "owner: none", "rules · 1 · from: 1"]);
    const many = Object.fromEntries(Array.from({ length: 20 }, (_, n) => [`k${n}`, n]));
    expect(evidenceLines(many)).toHaveLength(13);
    expect(evidenceLines(many).at(-1)).toBe("and 8 more");
  });
});

describe("links and lines to paste", () => {
  test("lead to the console's own hosts alone", () => {
    expect(awsConsoleUrl("arn:aws:s3:::a b&c=#")).toBe(
      "https://console.aws.amazon.com/go/view?arn=arn%3Aaws%3As3%3A%3A%3Aa%20b%26c%3D%23",
    );
    expect(awsConsoleUrl("arn:aws-cn:ec2:cn-north-1:1:vpc/vpc-1")).toMatch(
      /^https:\/\/console\.amazonaws\.cn\/go\/view/,
    );
    expect(awsConsoleUrl("arn:aws:iam::111122223333:root")).toBe(
      "https://console.aws.amazon.com/iam/home#/security_credentials",
    );
    expect(awsConsoleUrl("arn:aws:ec2:eu-west-1:111122223333:region")).toBe(
      "https://console.aws.amazon.com/ec2/home?region=eu-west-1",
    );
    for (const arn of [
      "",
      "arn:",
      "arn:evil.example:s3:::b",
      "arn:__proto__:s3:::b",
      "https://evil.example",
      "arn:aws:s3",
    ])
      expect(awsConsoleUrl(arn)).toBeUndefined();
  });

  test("a name that a shell would run is not put into a command", () => {
    const named = (name: string): string => cardText(howToFixCard({ ...showView, finding: s.finding("F-1a2b", name) }));
    expect(named("pay-receipts")).toContain("--bucket pay-receipts");
    expect(named("x; rm -rf ~")).toContain("--bucket {name}");
    expect(named('x" }\nresource "a"')).toContain('bucket = "{name}"');
  });
});

describe("a request's card", () => {
  test("names what happened to each item only when they differ", () => {
    expect(cardText(cards["request stopped"] ?? requestCard(s.requestView))).toMatch(/done and checked\n.*not changed/);
    expect(cardText(cards["request not confirmed"] ?? requestCard(s.requestView))).not.toMatch(/`F-1a2b`/);
  });

  test("offers no undo where there is none, or when it was used", () => {
    const labels = (card: Card): readonly string[] =>
      (card.actions ?? []).map((each) => (each.kind === "menu" ? "" : each.label));
    expect(labels(requestCard(s.later({}, s.verified)))).toEqual(["Undo…"]);
    expect(labels(requestCard({ ...s.later({}, s.verified), undo: { none: "gone is gone." } }))).toEqual([]);
    expect(labels(requestCard(s.later({ undoneBy: "R-14" }, s.verified)))).toEqual([]);
  });

  test("says so when nobody may approve, and shows no button that could", () => {
    const text = cardText(cards["request nobody may approve"] ?? requestCard(s.requestView));
    expect(text).toContain("Nobody may approve it: the policy names nobody who could.");
    expect(text).not.toContain("[Approve");
  });
});
