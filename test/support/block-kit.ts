import { messageProblems, viewProblems } from "#demo/slack/validate";

/** What is wrong with a message for Slack, a line each; also a broadcast mention, which no message of ours may hold. */
export const validateMessage = (payload: { readonly text?: unknown; readonly blocks?: unknown }): string[] => [
  ...messageProblems(payload),
  ...(payload.text === undefined || payload.text === ""
    ? ["/text is missing: phones and screen readers get only that"]
    : []),
  ...broadcasts([{ type: "mrkdwn", text: payload.text }, payload.blocks]),
];

/** The same for a modal. */
export const validateView = (view: unknown): string[] => [...viewProblems(view), ...broadcasts(view)];

/** Only mrkdwn is read for mentions: labels and values may say what they like. */
function broadcasts(value: unknown): string[] {
  if (typeof value !== "object" || value === null) return [];
  const text = "type" in value && value.type === "mrkdwn" && "text" in value ? String(value.text) : "";
  const found = text.match(/<!(?:channel|here|everyone|group)\b[^>]*>/g) ?? [];
  return [...found.map((mention) => `${mention} calls everybody`), ...Object.values(value).flatMap(broadcasts)];
}
