import { claimedThreadCard } from "#cards/answers";
import type { Finding } from "#domain/finding";
import type { Actor } from "#domain/person";
import type { Bot } from "#flows/bot";
import { commitFindings } from "#flows/commit-findings";
import { cardKey, refreshGroups } from "#flows/groups";
import { ownerName } from "#flows/ownership";
import type { Edge, FindingEvent } from "#store/store";

/** The findings' assets belong to the team from now on, whatever tags say. Number of findings that changed hands. */
export async function claim(
  bot: Bot,
  said: { readonly actor: Actor; readonly findings: readonly Finding[]; readonly team: string },
): Promise<number> {
  let affected = 0;
  await commitFindings(bot, () => {
    const edge = claimEdge(bot, said);
    affected = edge.findings.length;
    return edge;
  });
  await refreshGroups(bot, said.findings);
  bot.wake();
  return affected;
}

function claimEdge(
  bot: Bot,
  { actor, findings, team }: { readonly actor: Actor; readonly findings: readonly Finding[]; readonly team: string },
): Edge & Required<Pick<Edge, "findings">> {
  const at = bot.now();
  const assets = new Set(findings.map(({ asset }) => asset.id));
  const affected = [...assets].flatMap((asset) =>
    bot.store.findings({ asset, status: ["open", "snoozed", "accepted"] }),
  );
  const events = affected.flatMap((finding): readonly Omit<FindingEvent, "id">[] => {
    const { fingerprint, topic, severity, folded, ownership } = finding;
    const aside = finding.aside !== undefined;
    const event = { at, run: 0, fingerprint, cause: "new-owner", topic, severity, folded, aside } as const;
    return [
      { ...event, kind: "new-owner", owner: team },
      { ...event, kind: "left", owner: ownership.owner ?? "", told: "count" },
    ];
  });
  const group = findings[0] && bot.store.groups({ topic: findings[0].topic, owner: "" })[0];
  const teamName = ownerName(bot, team) ?? team;
  return {
    claims: [...assets].map((asset) => ({ asset, owner: team, human: actor.human.id, at })),
    findings: affected.map((finding) => ({ ...finding, ownership: { owner: team, source: "claim", via: "claimed" } })),
    events,
    ...(group?.postedAt !== undefined && {
      outbox: [
        {
          key: cardKey(group),
          channel: group.channel,
          kind: "thread",
          card: claimedThreadCard(actor.human.name, group.id, teamName),
        },
      ],
    }),
    audit: affected.map(({ id }) => ({
      at,
      actor: actor.human.id,
      action: "finding.claimed",
      subject: id,
      facts: { owner: team },
    })),
  };
}
