import type { Bot } from "#flows/bot";

/**
 * Once, after all that could end has ended: marks a scan that did not as broken off by us, and says, a sentence each, what
 * the next start goes on with.
 */
export async function leave(bot: Bot): Promise<readonly string[]> {
  const { store } = bot;
  await store.breakOff(bot.now());
  const last = store.runs(1)[0];
  const requests = store.requests({ state: ["approved", "executing"] });
  const clicks = store.unhandled().length;
  const messages = store.queued(bot.now()).length;
  return [
    ...(last?.state === "aborted" && last.facts["stopped"] === true ? ["The scan broke off and begins again."] : []),
    ...requests.map(({ id, state }) =>
      state === "executing" ? `${id} is under way and goes on.` : `${id} is approved and will be begun.`,
    ),
    ...(clicks > 0 ? [`${clicks} things that people did will be answered.`] : []),
    ...(messages > 0 ? [`${messages} messages will be sent.`] : []),
  ];
}
