import { emptyGroups, groupTroubles, policyTroubles } from "#config/approvers";
import type { Draft } from "#config/draft";
import { absent, missing, twice, unknownIds } from "#config/names";
import type { Trouble } from "#config/words";
import { shown } from "#config/words";
import type { Path } from "#config/yaml";
import { fold } from "#posture/owners";
import { millisecondsOf } from "#posture/zone";

/** Ids that only the program knows. Absent: not checked. */
export interface KnownIds {
  readonly checks?: readonly string[];
  readonly remediations?: readonly string[];
}

/** What no schema can say: that names which point at one another exist, and that what is written can work. */
export const crossCheck = (draft: Draft, known: KnownIds = {}): readonly Trouble[] => [
  ...accountTroubles(draft),
  ...ownerTroubles(draft),
  ...peopleTroubles(draft),
  ...groupTroubles(draft),
  ...policyTroubles(draft, known.remediations),
  ...timeTroubles(draft),
  ...channelTroubles(draft),
  ...unknownIds(["scan", "checks", "exclude"], { words: draft.excluded, known: known.checks, what: "checks" }),
];

function accountTroubles({ accounts, owners }: Draft): readonly Trouble[] {
  const ids = accounts.flatMap(({ path, value: { id } }) =>
    id === undefined ? [] : [{ word: id, path: [...path, "id"], of: path.join() }],
  );
  return [
    ...twice(ids, (id) => `account ${id} is listed twice; keep one`),
    ...accounts.flatMap(({ path, value: { id, owner, owners: others = [], role, writeRole } }): readonly Trouble[] => [
      ...(owner === undefined || owners.has(owner)
        ? []
        : [missing([...path, "owner"], { word: owner, from: owners.keys(), where: "owners" })]),
      ...absent([...path, "owners"], others, { from: owners, where: "owners" }),
      ...foreignRole([...path, "role"], role, id),
      ...foreignRole([...path, "writeRole"], writeRole, id),
      ...(role !== undefined && role === writeRole
        ? [
            {
              path: [...path, "writeRole"],
              message: "reading and writing need roles of their own; write another one here",
            },
          ]
        : []),
    ]),
  ];
}

function foreignRole(path: Path, arn: string | undefined, id: string | undefined): readonly Trouble[] {
  const theirs = arn?.split(":")[4];
  return theirs === undefined || id === undefined || theirs === id
    ? []
    : [{ path, message: `this role is in account ${theirs}, and the account here is ${id}` }];
}

function ownerTroubles({ owners, people, groups }: Draft): readonly Trouble[] {
  const all = [...owners].map(([key, entry]) => ({ key, ...entry }));
  const words = [
    ...all.map(({ key, path }) => ({ word: fold(key), path, of: key })),
    ...all.map(({ key, path, value: { name = "" } }) => ({ word: fold(name), path: [...path, "name"], of: key })),
    ...all.flatMap(({ key, path, value: { tags = [] } }) =>
      tags.map((tag, index) => ({ word: fold(tag), path: [...path, "tags", index], of: key })),
    ),
  ].filter(({ word }) => word !== "");
  const fallbacks = all.flatMap(({ key, path, value }) =>
    value.fallback === true ? [{ word: "fallback", path: [...path, "fallback"], of: key }] : [],
  );
  return [
    ...twice(fallbacks, (_, first) => `${first} is the fallback already; only one owner may be`),
    ...twice(
      words,
      (word, first) => `the tag value ${shown(word)} would also mean the owner ${first}; only one may have it`,
    ),
    ...all.flatMap(({ path, value: { people: members = [], approvers = [], mention } }): readonly Trouble[] => [
      ...absent([...path, "people"], members, { from: people, where: "people" }),
      ...absent([...path, "approvers"], approvers, { from: groups, where: "groups" }),
      ...emptyGroups([...path, "approvers"], approvers, groups),
      ...mentionTroubles([...path, "mention"], mention, people),
    ]),
  ];
}

function mentionTroubles(path: Path, mention: string | undefined, people: Draft["people"]): readonly Trouble[] {
  if (mention === undefined || people.has(mention) || /^@[^\s@]+$/.test(mention)) return [];
  const hence = ', and a chat group is written as "@handle"';
  return [missing(path, { word: mention, from: people.keys(), where: "people", hence })];
}

function peopleTroubles({ people }: Draft): readonly Trouble[] {
  const all = [...people].map(([key, entry]) => ({ key, ...entry }));
  const addresses = all.flatMap(({ key, path, value: { email } }) =>
    email === undefined ? [] : [{ word: email.toLowerCase(), path: [...path, "email"], of: key }],
  );
  const accounts = all.flatMap(({ key, path, value: { slack } }) =>
    slack === undefined ? [] : [{ word: slack, path: [...path, "slack"], of: key }],
  );
  const aliases = all.flatMap(({ key, path, value: { aliases: words = [] } }) =>
    words.map((alias, index) => ({ word: fold(alias), path: [...path, "aliases", index], of: key })),
  );
  const same = (word: string, first: string): string =>
    `${shown(word)} is ${first}'s already; somebody who matches two people may do nothing`;
  return [
    ...twice(addresses, same),
    ...twice(accounts, same),
    ...twice(aliases, (word, first) => `the tag value ${shown(word)} would also mean ${first}; only one may have it`),
  ];
}

function timeTroubles({ hours, channels }: Draft): readonly Trouble[] {
  const spans: readonly { path: Path; span: { from: string; to: string } | undefined }[] = [
    { path: ["hours", "to"], span: hours },
    ...Object.entries(channels?.times ?? {}).map(([name, times]) => ({
      path: ["channels", "times", name, "hours", "to"],
      span: times.hours,
    })),
  ];
  return spans.flatMap(({ path, span }) =>
    span === undefined || millisecondsOf(span.from) < millisecondsOf(span.to)
      ? []
      : [{ path, message: `working hours end (${span.to}) before they begin (${span.from}); both are on one day` }],
  );
}

function channelTroubles({ speechless, channels, owners }: Draft): readonly Trouble[] {
  const entries = [...owners.values()];
  const used = [channels?.admin, channels?.approvals, ...entries.map(({ value }) => value.channel)].filter(
    (name) => name !== undefined,
  );
  const where = "the channels of owners, channels.admin and channels.approvals";
  return [
    ...(speechless
      ? [
          {
            path: ["channels"],
            message: "with slack, channels.admin is needed: the one channel that hears from a new database",
          },
        ]
      : []),
    ...Object.keys(channels?.times ?? {}).flatMap((name): readonly Trouble[] =>
      entries.some(({ broken }) => broken) || used.includes(name)
        ? []
        : [{ ...missing(["channels", "times", name], { word: name, from: used, where }), at: "key" }],
    ),
  ];
}
