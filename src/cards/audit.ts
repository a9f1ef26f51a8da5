import { button, cardOf, code, facts, heading, line, minuteOf, note, para, rows, run, sameAs } from "#cards/text";
import type { AuditView } from "#cards/views";
import type { Card } from "#domain/card";

/** One entry as it is kept: machine words stand here as they stand in the chain. */
export function auditCard(view: AuditView): Card {
  const { seq, at, who, action, subject, texts, hash, intact } = view;
  const machine = Object.keys(view.facts).length > 0;
  return cardOf([
    heading(`#${seq} · ${action} · ${subject}`),
    facts(
      ["Who", who],
      ["When", minuteOf(at)],
      ...Object.entries(texts).map(([name, text]): readonly [string, string] => [name, text]),
    ),
    machine ? { kind: "code", code: JSON.stringify(view.facts, null, 2) } : undefined,
    intact === undefined
      ? undefined
      : para(intact ? "The chain up to here adds up." : "The chain does not add up. Tell an admin."),
    note(line("hash ", code(hash.slice(0, 16)))),
    sameAs(`audit #${seq}`),
  ]);
}

/** The latest entries of a subject, or of all. */
export function auditListCard(
  subject: string,
  entries: readonly Pick<AuditView, "seq" | "at" | "who" | "action" | "subject">[],
): Card {
  const of = subject === "" ? "the audit trail" : subject;
  return cardOf([
    heading(entries.length === 0 ? `Nothing is kept about ${of}` : `Latest of ${of}`),
    rows(
      entries.slice(0, 10).map((entry) => ({
        text: line(
          code(`#${entry.seq}`),
          "  ",
          minuteOf(entry.at),
          `  ${entry.who} · ${entry.action} · ${entry.subject}`,
        ),
        action: button(`Show #${entry.seq}`, run(`audit #${entry.seq}`)),
      })),
      entries.length - 10,
    ),
    sameAs(`audit ${subject}`.trim()),
  ]);
}
