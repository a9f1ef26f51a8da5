import { button, cardOf, heading, line, listed, minuteOf, note, para, run } from "#cards/text";
import type { EpochView } from "#cards/views";
import { count, regular } from "#cards/words";
import type { Card, Text } from "#domain/card";

/** The admin channel, once after the bot took up a database that is not as the bot left it. */
export function epochCard(view: EpochView): Card {
  const { requests, messages, clicks, from, published } = view;
  const ended = [
    requests > 0 && `${count(requests, regular("request"))} ended`,
    messages > 0 && `${count(messages, regular("queued message"))} not posted`,
    clicks > 0 && `${count(clicks, { one: "click", many: "clicks" })} not answered`,
  ].filter((part) => part !== false);
  return cardOf(
    [
      heading("Frozen: the database is not the one the bot left. Nothing is changed until an admin ends that"),
      para(causeOf(view)),
      ended.length === 0 ? undefined : para(`Nothing of before is carried out: ${listed(ended)}.`),
      para(
        published === undefined
          ? `The audit trail goes on after #${from}.`
          : `The audit trail goes on after #${from}; it had come to #${published} before. What happened in between is not known here: look at the requests in this channel and at the clouds.`,
      ),
      para("Channels, claims and owners are as they were then. The next scan says what is open now."),
      note("began ", minuteOf(view.at)),
    ],
    { actions: [button("All channels", run("rollout"))] },
  );
}

function causeOf({ why, taken }: EpochView): Text {
  switch (why) {
    case "backup":
      return taken === undefined
        ? "It was restored from a backup."
        : line("It was restored from a backup of ", minuteOf(taken), ".");
    case "unmarked":
      return "It was put here from elsewhere: the file beside it that says it is the bot's own is not there, or another's.";
    case "older":
      return "It is older than what the bot has done since: an earlier state was put in its place.";
    case "copied":
      return "It is a copy of the file the bot worked on. Stop the other bot if there is one.";
  }
}
