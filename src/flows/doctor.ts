import { verifyChain } from "#audit/chain";
import { messageOf } from "#domain/errors";
import { minute } from "#domain/time";
import type { Bot } from "#flows/bot";
import { brokenBecause, configuredChannels, learnChannels } from "#flows/channels";
import { freezeNow } from "#flows/freeze";
import { statusView } from "#flows/overview";

/** Everything that is broken, one sentence each, what to do included. Empty: nothing found. */
export async function problemsOf(bot: Bot): Promise<readonly string[]> {
  await learnChannels(bot);
  return [
    ...(await bot.chat.problems().catch((error: unknown) => [`The chat did not answer: ${messageOf(error)}`])),
    ...(await channelProblems(bot)),
    ...scanProblems(bot),
    ...storeProblems(bot),
  ];
}

async function channelProblems(bot: Bot): Promise<readonly string[]> {
  const names = configuredChannels(bot);
  if (names.size === 0) return ["No channels are configured, so nobody is told anything."];
  const found = await Promise.all(
    [...names].map(async (name) => {
      const channel = await bot.chat.channel(name);
      if (!channel)
        return `${name} does not exist, or the bot cannot see it. Invite the bot, or correct the configuration.`;
      const broken = brokenBecause(channel);
      if (broken !== undefined) return `${name}: ${broken}. Nothing is posted there.`;
      return channel.guests ? `${name} has guests: no names of things are posted there.` : undefined;
    }),
  );
  return found.filter((each) => each !== undefined);
}

function scanProblems(bot: Bot): readonly string[] {
  const { noScan, unread, gaps, now } = statusView(bot);
  const missing = gaps
    .slice(0, 10)
    .map(
      ({ permission, count, where }) =>
        `${permission} is missing or failed in ${where}: ${count} could not be checked.`,
    );
  const since = noScan?.since;
  return [
    ...(noScan && since === undefined ? ["No scan of everything has finished yet."] : []),
    ...(since === undefined ? [] : [`No scan has finished for ${Math.round((now - since) / minute)} minutes.`]),
    ...unread.map(({ account, why }) => `Account ${account.name} ${account.id} could not be read: ${why}`),
    ...missing,
  ];
}

function storeProblems(bot: Bot): readonly string[] {
  const freeze = freezeNow(bot);
  const chain = verifyChain(bot.store.auditRows());
  const late = bot.store.queued(bot.now()).filter(({ tries }) => tries > 3);
  return [
    ...(freeze
      ? [`${freeze.who} froze all changes: "${freeze.reason}". An admin ends it with /posture unfreeze.`]
      : []),
    ...(chain.ok ? [] : [`The audit trail does not add up at #${chain.seq}: ${chain.problem}.`]),
    ...(late.length === 0 ? [] : [`${late.length} messages could not be sent yet.`]),
  ];
}
