import { createHmac } from "node:crypto";

export interface Signed {
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** A request as Slack signs it. `at`: the stamp, in ms of the wall clock. */
export function sign(
  secret: string,
  body: string,
  { at, type = "application/x-www-form-urlencoded" }: { at: number; type?: string },
): Signed {
  const stamp = String(Math.floor(at / 1000));
  const signature = createHmac("sha256", secret).update(`v0:${stamp}:${body}`).digest("hex");
  return {
    body,
    headers: {
      "content-type": type,
      "x-slack-request-timestamp": stamp,
      "x-slack-signature": `v0=${signature}`,
    },
  };
}

/** How interactions are sent: a form with one field. */
export const payloadForm = (payload: unknown): string =>
  new URLSearchParams({ payload: JSON.stringify(payload) }).toString();
