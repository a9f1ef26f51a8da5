/**
 * A reader of Slack's mrkdwn that knows nothing of our renderer. Generous on purpose: wherever Slack might see markup, it
 * sees markup.
 */
export interface Seen {
  /** What stands between < and >, in order. */
  readonly marks: readonly string[];
  readonly code: readonly string[];
  readonly bold: number;
  readonly italic: number;
  readonly struck: number;
  readonly emoji: readonly string[];
  readonly quoted: boolean;
  /** Bare < > or & that belong to nothing. */
  readonly stray: readonly string[];
}

export function parse(text: string): Seen {
  const marks: string[] = [];
  const code: string[] = [];
  const outsideCode = text
    .replaceAll(/```([\s\S]*?)```/g, (_, inner: string) => `${code.push(inner) && ""}\u0000`)
    .replaceAll(/`([^`\n]+)`/g, (_, inner: string) => `${code.push(inner) && ""}\u0000`);
  const rest = outsideCode.replaceAll(/<([^<>]*)>/g, (_, inner: string) => `${marks.push(inner) && ""}\u0001`);
  const words = rest.replaceAll(/&(?:amp|lt|gt);/g, "\u0002");
  const pairs = (mark: string): number =>
    [
      ...words.matchAll(
        new RegExp(`(?<![\\p{L}\\p{N}])[${mark}](?=\\S)[^\\n${mark}]*?(?<=\\S)[${mark}](?![\\p{L}\\p{N}])`, "gu"),
      ),
    ].length;
  return {
    marks,
    code,
    bold: pairs("*"),
    italic: pairs("_"),
    struck: pairs("~"),
    emoji: words.match(/:[\p{L}\p{N}_+'-]+:/gu) ?? [],
    quoted: /^\s*(?:>|&gt;)/m.test(text),
    stray: [
      ...(words.match(/[<>&]/g) ?? []),
      ...code.flatMap((inner) => inner.replaceAll(/&(?:amp|lt|gt);/g, "").match(/[<>&]/g) ?? []),
    ],
  };
}

/** Every string under a mrkdwn object, and every plain one, of a payload. */
export function textsOf(payload: unknown): { readonly mrkdwn: readonly string[]; readonly plain: readonly string[] } {
  const mrkdwn: string[] = [];
  const plain: string[] = [];
  const walk = (value: unknown): void => {
    if (typeof value !== "object" || value === null) return;
    if ("type" in value && "text" in value && typeof value.text === "string") {
      if (value.type === "mrkdwn") mrkdwn.push(value.text);
      if (value.type === "plain_text") plain.push(value.text);
    }
    for (const child of Object.values(value)) walk(child);
  };
  walk(payload);
  return { mrkdwn, plain };
}
