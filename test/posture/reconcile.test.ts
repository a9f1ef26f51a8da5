import { describe, expect, test } from "vitest";
import type { Asset } from "#domain/asset";
import type { AnyCheck } from "#domain/check";
import { fail } from "#domain/check";
import type { Finding, Ownership } from "#domain/finding";
import { fingerprintOf } from "#domain/finding";
import type { Decision, Evaluated } from "#posture/evaluate";
import type { Draft, History, UnitLook } from "#posture/reconcile";
import { missing, reconcile } from "#posture/reconcile";

const check: AnyCheck = {
  id: "aws.ec2.volume-is-encrypted",
  title: "",
  topic: "volumes",
  severity: "medium",
  risk: "",
  controls: [],
  categories: ["encryption"],
  guidance: { console: [], cli: "", terraform: "" },
  asset: "aws.ec2.volume",
  facts: [],
  evaluate: () => fail({ message: "", row: "", evidence: {} }),
};
const asset = (name: string, more: Partial<Asset> = {}): Asset => ({
  type: "aws.ec2.volume",
  id: `arn:${name}`,
  cloud: "aws",
  account: "1",
  region: "eu-west-1",
  name,
  tags: {},
  ...more,
});
const failed: Decision = { status: "fail", message: "It is bad.", row: "bad", evidence: {} };
const passed: Decision = { status: "pass", message: "It is good." };
const notApplicable: Decision = { status: "not-applicable", message: "It is not concerned." };
const unknown: Decision = { status: "unknown", message: "Could not read it.", fact: "encrypted" };
const result = (of: Asset, decision: Decision, more: Partial<AnyCheck> = {}): Evaluated => ({
  check: { ...check, ...more },
  asset: of,
  decision,
});

/** The unit was read before, and nothing was found then. */
const usual: History = {
  firstRun: false,
  accountKnown: true,
  versions: new Map([[check.id, 1]]),
  regained: false,
  unknown: new Set(),
  closed: new Set(),
  scalingGroups: new Set(),
};
const nobody: Ownership = { source: "nobody", via: "" };
const look = (more: Partial<UnitLook>): UnitLook => ({
  at: 1_000,
  run: 2,
  complete: true,
  results: [],
  known: new Map(),
  gone: new Set(),
  history: usual,
  owned: () => nobody,
  environmentOf: () => undefined,
  ...more,
});
const stored = (of: Asset, more: Partial<Finding> = {}): Finding => {
  const [draft] = reconcile(look({ at: 500, results: [result(of, failed)] })).findings;
  if (!draft) throw new Error("no finding");
  return { ...draft, id: "F-0001", ...more };
};
const known = (...list: readonly Finding[]): ReadonlyMap<string, Finding> =>
  new Map(list.map((finding) => [finding.fingerprint, finding]));
const closedBy = (at: number, how: "passed" | "gone" = "passed"): Partial<Finding> => ({
  status: "resolved",
  closed: { at, how },
});
const kindsOf = ({ happened }: ReturnType<typeof reconcile>): readonly string[] =>
  happened.map(({ kind, cause }) => `${kind}: ${cause}`);
const a = asset("a");

describe("a finding closes", () => {
  test.each([
    ["when its check passes", passed, {}, "passed"],
    ["when its check is no longer concerned", notApplicable, {}, "not-applicable"],
    ["by a changed rule, where another version passes", passed, { version: 2 }, "rule-changed"],
  ] as const)("%s", (_, decision, more, how) => {
    const { closings, happened } = reconcile(look({ known: known(stored(a)), results: [result(a, decision, more)] }));
    expect(closings).toEqual([{ fingerprint: stored(a).fingerprint, how, at: 1_000 }]);
    expect(happened).toEqual([]);
  });

  test("when a complete list lacks it, and a read of its own did not find it either", () => {
    const { closings } = reconcile(look({ known: known(stored(a)), gone: new Set([a.id]) }));
    expect(closings).toEqual([{ fingerprint: stored(a).fingerprint, how: "gone", at: 1_000 }]);
  });

  test.each([
    ["the list broke off", { complete: false, gone: new Set([a.id]) }],
    ["a read of its own still finds it", { complete: true }],
    ["its result is unknown", { results: [result(a, unknown)], gone: new Set<string>() }],
  ])("not when %s: it stays open, and says since when nobody looked", (_, more) => {
    const { closings, findings, happened } = reconcile(look({ known: known(stored(a)), ...more }));
    expect(closings).toEqual([]);
    expect(happened).toEqual([]);
    expect(findings).toMatchObject([{ status: "open", uncheckedSince: 1_000, lastSeen: 500 }]);
  });

  test("not twice, and nothing is written of what is closed and still passes", () => {
    const before = stored(a, closedBy(600));
    expect(reconcile(look({ known: known(before), results: [result(a, passed)] }))).toEqual({
      findings: [],
      happened: [],
      closings: [],
    });
  });

  test("keeps the moment since when it is unchecked, and forgets it when it is seen again", () => {
    const before = stored(a, { uncheckedSince: 700 });
    expect(reconcile(look({ known: known(before), results: [result(a, unknown)] })).findings).toEqual([]);
    const [again] = reconcile(look({ known: known(before), results: [result(a, failed)] })).findings;
    expect(again).not.toHaveProperty("uncheckedSince");
  });
});

describe("a failing check", () => {
  test("makes a finding once, and keeps when it began", () => {
    const first = reconcile(look({ results: [result(a, failed)] }));
    expect(kindsOf(first)).toEqual(["new: change"]);
    const again = reconcile(look({ at: 2_000, known: known(stored(a)), results: [result(a, failed)] }));
    expect(kindsOf(again)).toEqual([]);
    expect(again.findings).toMatchObject([{ firstSeen: 500, since: 500, lastSeen: 2_000, returns: 0 }]);
  });

  test("opens what was closed: it came back", () => {
    const { findings, ...rest } = reconcile(
      look({ known: known(stored(a, closedBy(600))), results: [result(a, failed)] }),
    );
    expect(kindsOf({ findings, ...rest })).toEqual(["returned: change"]);
    expect(findings).toMatchObject([{ status: "open", firstSeen: 500, since: 1_000, returns: 1 }]);
    expect(findings[0]).not.toHaveProperty("closed");
  });

  test("read before something closed it says nothing: the fix was faster than this look", () => {
    const before = stored(a, closedBy(1_500));
    expect(reconcile(look({ known: known(before), results: [result(a, failed)] })).findings).toEqual([]);
  });

  test("keeps its finding under a former name of the check, and where its place stays", () => {
    const old = fingerprintOf("aws.ec2.former", a);
    const before: Finding = { ...stored(a), fingerprint: old, check: "aws.ec2.former" };
    const renamed = reconcile(
      look({ known: known(before), results: [result(a, failed, { aliases: ["aws.ec2.former"] })] }),
    );
    expect(renamed.findings).toMatchObject([{ fingerprint: old, check: check.id }]);
    expect(renamed.happened).toEqual([]);
    const placed = asset("i-1", { address: "asg/web/1" });
    const replaced = reconcile(
      look({ known: known(stored(placed)), results: [result({ ...placed, id: "arn:i-2" }, failed)] }),
    );
    expect(replaced.happened).toEqual([]);
    expect(replaced.closings).toEqual([]);
  });

  test("that is worse than before is told; better is not", () => {
    const high: Decision = { ...failed, severity: "high" };
    expect(kindsOf(reconcile(look({ known: known(stored(a)), results: [result(a, high)] })))).toEqual([
      "worse: change",
    ]);
    expect(kindsOf(reconcile(look({ known: known(stored(a)), results: [result(a, high, { version: 2 })] })))).toEqual([
      "worse: new-check",
    ]);
    expect(
      kindsOf(reconcile(look({ known: known(stored(a, { severity: "high" })), results: [result(a, failed)] }))),
    ).toEqual([]);
  });

  test("that changes hands and gets worse tells both, so that no count loses it", () => {
    const high: Decision = { ...failed, severity: "high" };
    const moved = reconcile(
      look({
        known: known(stored(a)),
        results: [result(a, high)],
        owned: () => ({ owner: "web", source: "tag", via: "" }),
      }),
    );
    expect(moved.happened.map(({ kind, from }) => [kind, from])).toEqual([
      ["worse", undefined],
      ["new-owner", ""],
    ]);
  });
});

describe("a finding that is set aside", () => {
  const seen: Decision = { ...failed, evidence: { ports: [22] } };
  const aside = {
    exception: "E-5",
    until: 9_000,
    by: "jo",
    was: { severity: "medium", exposed: false, row: "bad", evidence: { ports: [22] } },
  } as const;
  const snoozed = stored(a, { status: "snoozed", aside });
  const again = (decision: Decision, more: Partial<UnitLook> = {}, before: Finding = snoozed) =>
    reconcile(look({ known: known(before), results: [result(a, decision)], ...more }));

  test("stays so while it fails as before, or less", () => {
    for (const decision of [seen, { ...seen, evidence: {} }, { ...seen, severity: "low" as const }]) {
      const { findings, happened } = again(decision);
      expect(findings).toMatchObject([{ status: "snoozed", aside, lastSeen: 1_000 }]);
      expect(happened).toEqual([]);
    }
    // Better for a while, and as it was again: that is what was accepted.
    expect(kindsOf(again(seen, {}, { ...snoozed, severity: "low", evidence: {} }))).toEqual([]);
  });
  test.each<readonly [string, Decision]>([
    ["another port", { ...seen, evidence: { ports: [22, 3389] } }],
    ["a higher severity", { ...seen, severity: "high" }],
  ])("is open again at once, and news, with %s", (_, decision) => {
    const worse = again(decision);
    expect(worse.findings[0]).toMatchObject({ status: "open", since: snoozed.since });
    expect(worse.findings[0]?.aside).toBeUndefined();
    expect(kindsOf(worse)).toEqual(["woke: change", "worse: change"]);
  });
  test("is open again when the rule got stricter, which is no news", () => {
    const results = [result(a, { ...seen, severity: "high" }, { version: 2 })];
    expect(kindsOf(reconcile(look({ known: known(snoozed), results })))).toEqual([
      "woke: new-check",
      "worse: new-check",
    ]);
  });
  test("stays so when it cannot be read, and says since when", () => {
    expect(again(unknown).findings).toMatchObject([{ status: "snoozed", aside, uncheckedSince: 1_000 }]);
  });
  test("is closed by a pass, and by its end", () => {
    expect(again(passed).closings).toMatchObject([{ how: "passed" }]);
    expect(again(passed, { results: [], gone: new Set([a.id]) }).closings).toMatchObject([{ how: "gone" }]);
  });
  test("changes hands aside: no open count moves", () => {
    const moved = again(seen, { owned: () => ({ owner: "web", source: "tag", via: "" }) });
    expect(moved.happened).toMatchObject([{ kind: "new-owner", aside: true }]);
  });
  test("once closed is forgotten: it comes back open", () => {
    const { aside: _, ...closed } = stored(a, closedBy(900));
    const { findings } = again(seen, {}, closed);
    expect(findings[0]).toMatchObject({ status: "open" });
    expect(findings[0]?.aside).toBeUndefined();
  });
});

describe("only a changed resource is news", () => {
  const asg = asset("b", { tags: { "aws:autoscaling:groupName": "web" } });
  test.each([
    ["the resource", a, {}, "change"],
    ["the first scan", a, { firstRun: true }, "baseline"],
    ["a new account", a, { accountKnown: false }, "new-account"],
    ["a unit never read", a, { versions: new Map<string, number>() }, "new-account"],
    ["a check never run here", a, { versions: new Map([["another", 1]]) }, "new-check"],
    ["another version of the check", a, { versions: new Map([[check.id, 7]]) }, "new-check"],
    ["a unit that could not be read", a, { regained: true }, "regained"],
    ["a unit that could never be read", a, { regained: true, versions: new Map<string, number>() }, "regained"],
    ["an asset that could not be checked", a, { unknown: new Set([`${check.id}\narn:a`]) }, "regained"],
    ["another asset that could not be checked", a, { unknown: new Set([`${check.id}\narn:b`]) }, "change"],
    ["what the organisation closed", a, { closed: new Set([check.id]) }, "regained"],
    [
      "a member of a scaling group that failed before",
      asg,
      { scalingGroups: new Set([`${check.id}\nweb`]) },
      "replaced",
    ],
    ["a member of a scaling group that was fine", asg, {}, "change"],
    ["the same group name under another check", asg, { scalingGroups: new Set(["other\nweb"]) }, "change"],
  ] as const)("%s", (_, of, history, cause) => {
    const found = reconcile(look({ results: [result(of, failed)], history: { ...usual, ...history } }));
    expect(kindsOf(found)).toEqual([`new: ${cause}`]);
    expect(found.findings).toMatchObject([{ cause }]);
  });

  test.each([
    ["after the resource changed", {}, "change"],
    ["after coverage was lost", { regained: true }, "regained"],
    ["under another version of the check", { versions: new Map([[check.id, 7]]) }, "new-check"],
  ] as const)("what comes back %s", (_, history, cause) => {
    const found = reconcile(
      look({ known: known(stored(a, closedBy(600))), results: [result(a, failed)], history: { ...usual, ...history } }),
    );
    expect(kindsOf(found)).toEqual([`returned: ${cause}`]);
  });
});

test("what has to be read by name is what is open and was not listed", () => {
  const b = asset("b");
  const c = asset("c");
  const list = known(stored(a), stored(b), stored(c, closedBy(600)));
  expect(missing({ known: list }, new Set([a.id])).map(({ asset: { id } }) => id)).toEqual([b.id]);
});

test("drafts carry what cards and counts need", () => {
  const [draft]: readonly Draft[] = reconcile(
    look({
      results: [
        result(asset("a", { tags: { team: "web" } }), { ...failed, idle: true }, { categories: ["internet-exposed"] }),
      ],
      owned: () => ({ owner: "web", source: "tag", via: "tag team=web" }),
      environmentOf: () => "prod",
    }),
  ).findings;
  expect(draft).toMatchObject({
    topic: "volumes",
    severity: "medium",
    exposed: true,
    folded: true,
    environment: "prod",
    ownership: { owner: "web" },
    tags: { team: "web" },
  });
});
