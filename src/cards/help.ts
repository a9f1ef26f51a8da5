import { bold, button, cardOf, code, heading, line, note, para, rows, run, sameAs } from "#cards/text";
import type { HelpEntry } from "#cards/views";
import type { Card, Row } from "#domain/card";

/** The dozen that people use daily, each with a button that runs it; the rest by name. */
export function helpCard(entries: readonly HelpEntry[]): Card {
  const daily = entries.filter((entry) => entry.daily);
  const others = entries.filter((entry) => !entry.daily).map(({ word }) => word);
  return cardOf([
    heading("What you can ask"),
    rows(daily.map(row)),
    others.length > 0
      ? para(`Also: ${others.join(", ")}. `, code("/posture help <word>"), " explains one.")
      : undefined,
    note("Answers are for you alone. Ids work everywhere: F-1a2b a finding, G-7k a card, R-12 a request."),
    sameAs("help"),
  ]);
}

/** What needs an argument explains itself instead of running into a refusal. */
const row = ({ word, usage, summary }: HelpEntry): Row => ({
  text: line(bold(word), "  ", summary),
  action: needsMore(usage) ? button("How", run(`help ${word}`)) : button("Run", run(word)),
});
const needsMore = (usage: string): boolean => /^\S+\s+[^\s[]/.test(usage);

export function helpWordCard({ word, usage, summary, example }: HelpEntry): Card {
  return cardOf(
    [
      heading(`${word}: ${summary}`),
      para("Say  ", code(`/posture ${usage}`)),
      para("For example  ", code(`/posture ${example}`)),
      sameAs(`help ${word}`),
    ],
    { actions: [needsMore(usage) ? undefined : button(`Run ${word}`, run(word)), button("All commands", run("help"))] },
  );
}
