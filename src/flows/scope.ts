import type { Exception } from "#domain/exception";
import type { Finding } from "#domain/finding";
import { parseId } from "#domain/ids";
import type { Bot } from "#flows/bot";
import { ownersOf } from "#flows/channels";
import type { Invocation } from "#flows/command";
import { newsFirst } from "#flows/groups";
import { ownerName } from "#flows/ownership";

/** Whose findings an answer is about. */
export interface Scope {
  /** Keys of `owners`, "" for nobody; undefined: the whole estate. */
  readonly owners: readonly string[] | undefined;
  readonly name: string;
  /** What says the same: "team=payments", "all". */
  readonly text: string;
}

/** `all`, `team=payments`, `owner=nobody`; else the channel's team; else the person's; else everything. */
export function scopeOf(
  bot: Bot,
  { args, channel, actor }: Pick<Invocation, "args" | "channel" | "actor">,
): Scope | undefined {
  const asked = args.options["team"] ?? args.options["owner"];
  if (args.words.includes("all") || asked === "all") return estate;
  if (asked !== undefined) return teamScope(bot, asked);
  const stored = bot.store.channel(channel);
  const here = stored ? ownersOf(bot, stored).filter((owner) => owner !== "") : [];
  const teams = here.length > 0 ? here : actor.human.teams;
  const [first, ...rest] = teams;
  if (first === undefined) return estate;
  if (rest.length === 0) return teamScope(bot, first);
  const names = teams.flatMap((team) => ownerName(bot, team) ?? []);
  return { owners: teams, name: names.join(", "), text: `team=${teams.join(",")}` };
}

const estate: Scope = { owners: undefined, name: "All teams", text: "all" };

function teamScope(bot: Bot, asked: string): Scope | undefined {
  if (asked === "nobody") return { owners: [""], name: "Nobody's", text: "team=nobody" };
  const teams = asked.split(",").map((each) => each.trim().toLowerCase());
  const known = teams.flatMap((each) => {
    const found = Object.entries(bot.config.owners).find(
      ([key, { name }]) => key === each || name.toLowerCase() === each,
    );
    return found ? [found[0]] : [];
  });
  if (known.length !== teams.length) return undefined;
  return {
    owners: known,
    name: known.flatMap((team) => ownerName(bot, team) ?? []).join(", "),
    text: `team=${known.join(",")}`,
  };
}

export const findingsIn = (
  bot: Bot,
  { owners }: Scope,
  filter: Parameters<Bot["store"]["findings"]>[0],
): readonly Finding[] =>
  owners === undefined
    ? bot.store.findings(filter)
    : owners.flatMap((owner) => bot.store.findings({ ...filter, owner }));

/** The exceptions an id means: E- one, F- the one that sets it aside, G- those of its findings. Undefined: no such id. */
export function exceptionsOf(bot: Bot, word: string): readonly Exception[] | undefined {
  const parsed = parseId(word);
  if (parsed?.kind === "E") {
    const stored = bot.store.exception(parsed.id);
    return stored && [stored.exception];
  }
  const group = parsed?.kind === "G" ? bot.store.group(parsed.id) : undefined;
  const findings = group
    ? bot.store.findings({ topic: group.topic, owner: group.owner, status: ["snoozed", "accepted"] })
    : findingsOf(bot, word)?.findings;
  const ids = new Set(findings?.flatMap(({ aside }) => aside?.exception ?? []));
  return findings && [...ids].flatMap((id) => bot.store.exception(id)?.exception ?? []);
}

/**
 * The findings an id means: F- one, G- those of its card that are open, R- and E- those of the request, the exception.
 * Undefined: no such id.
 */
export function findingsOf(
  bot: Bot,
  word: string,
): { readonly id: string; readonly findings: readonly Finding[] } | undefined {
  const parsed = parseId(word);
  switch (parsed?.kind) {
    case "F": {
      const finding = bot.store.finding(parsed.id);
      return finding && { id: parsed.id, findings: [finding] };
    }
    case "G": {
      const group = bot.store.group(parsed.id);
      // In the order of the card: what it told of is what people mean.
      return (
        group && {
          id: group.id,
          findings: newsFirst(bot.store.findings({ topic: group.topic, owner: group.owner, status: ["open"] })),
        }
      );
    }
    case "R": {
      const request = bot.store.request(parsed.id)?.request;
      return (
        request && {
          id: request.id,
          findings: request.items.flatMap(({ finding }) => bot.store.finding(finding) ?? []),
        }
      );
    }
    case "E": {
      const exception = bot.store.exception(parsed.id)?.exception;
      return (
        exception && {
          id: exception.id,
          findings: exception.members.flatMap(({ finding }) => bot.store.finding(finding) ?? []),
        }
      );
    }
    default:
      return undefined;
  }
}
