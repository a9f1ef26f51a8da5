import type { Draft, Entry } from "#config/draft";
import { absent, missing, unknownIds } from "#config/names";
import type { GroupConfig } from "#config/schema";
import type { Trouble } from "#config/words";
import { shown } from "#config/words";
import type { Path } from "#config/yaml";

export const groupTroubles = ({ groups, people }: Draft): readonly Trouble[] =>
  [...groups].flatMap(([key, { path, value }]): readonly Trouble[] => [
    ...(key === "owner"
      ? [
          {
            path,
            at: "key" as const,
            message: "`owner` in a policy means the team that owns the resource; call the group something else",
          },
        ]
      : []),
    ...absent([...path, "people"], value.people ?? [], { from: people, where: "people" }),
    ...(value.people ?? []).flatMap((person, index): readonly Trouble[] => {
      const roles = people.get(person)?.value.roles;
      if (roles === undefined || roles.some((role) => role === "member" || role === "approver")) return [];
      const message = `${person} has only the role ${roles.join(", ")} and could not approve; add approver to the roles`;
      return [{ path: [...path, "people", index], message }];
    }),
  ]);

export function policyTroubles(draft: Draft, fixes: readonly string[] | undefined): readonly Trouble[] {
  const { policies, accounts, openEnded } = draft;
  const names = accounts.flatMap(({ value: { id, name } }) => [id, name].filter((word) => word !== undefined));
  const allKnown = accounts.every(({ broken }) => !broken);
  const whole = policies.findIndex(
    ({ value: { severity, environment, account, remediation }, broken }) =>
      !broken && !severity && !environment && !account && !remediation,
  );
  return policies.flatMap(({ path, value, broken }, index): readonly Trouble[] => [
    ...(whole >= 0 && index > whole
      ? [
          {
            path,
            message: `is never used: policies[${whole}] fits everything, and the first that fits counts; put this above it`,
          },
        ]
      : []),
    ...approverTroubles([...path, "approvers"], value.approvers ?? [], draft),
    ...(broken ? [] : needTroubles(path, { approvers: value.approvers ?? [], need: value.need ?? 1 }, draft)),
    ...(value.account ?? []).flatMap((word, at) =>
      !allKnown || names.includes(word) || (openEnded && /^\d{12}$/.test(word))
        ? []
        : [missing([...path, "account", at], { word, from: names, where: "accounts" })],
    ),
    ...unknownIds([...path, "remediation"], { words: value.remediation ?? [], known: fixes, what: "fixes" }),
  ]);
}

function approverTroubles(
  path: Path,
  approvers: readonly string[],
  { groups, people, owners }: Draft,
): readonly Trouble[] {
  const unknown = approvers.flatMap((key, index): readonly Trouble[] => {
    const here = [...path, index];
    if (key === "owner" || groups.has(key)) return [];
    if (people.has(key))
      return [{ path: here, message: `${shown(key)} is a person; approvers are groups, so put them into one` }];
    if (owners.has(key)) return [{ path: here, message: `${shown(key)} is an owner; write owner, or a group` }];
    return [
      missing(here, {
        word: key,
        from: [...groups.keys(), "owner"],
        where: "groups",
        hence: ", so nobody could approve",
      }),
    ];
  });
  return [...unknown, ...emptyGroups(path, approvers, groups)];
}

/** Groups that exist, with nobody in them. */
export const emptyGroups = (path: Path, keys: readonly string[], groups: Draft["groups"]): readonly Trouble[] =>
  keys.flatMap((key, index) => {
    const group = groups.get(key);
    return group && isEmpty(group)
      ? [
          {
            path: [...path, index],
            message: `nobody is in ${shown(key)}, so nobody could approve; give the group people, or a slack group`,
          },
        ]
      : [];
  });

const isEmpty = ({ value: { people, slack }, broken }: Entry<GroupConfig>): boolean =>
  !broken && people?.length === 0 && slack === undefined;

/** More approvers asked for than there are people, where all groups are lists. With `owner`, the best team counts. */
function needTroubles(
  path: Path,
  { approvers, need }: { readonly approvers: readonly string[]; readonly need: number },
  { groups, owners }: Draft,
): readonly Trouble[] {
  const fixed = approvers.filter((key) => key !== "owner");
  const teams = approvers.includes("owner") ? [...owners.values()].map(({ value }) => value.approvers ?? []) : [];
  const most = Math.max(...[[], ...teams].map((team) => sizeOf([...fixed, ...team].map((key) => groups.get(key)))));
  // Empty and unknown groups are reported by name.
  if (most >= need || (most === 0 && fixed.length > 0)) return [];
  const people = `${need} different ${need === 1 ? "person" : "people"}`;
  const there = most === 0 ? "no owner has approvers" : `its groups have only ${most}`;
  return [{ path, message: `can never be met: it needs ${people}, and ${there}` }];
}

/** How many people are in these groups; no bound where only the chat can say. */
const sizeOf = (groups: readonly (Entry<GroupConfig> | undefined)[]): number =>
  groups.some((group) => group && (group.broken || group.value.slack !== undefined))
    ? Infinity
    : new Set(groups.flatMap((group) => group?.value.people ?? [])).size;
