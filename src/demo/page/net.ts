import type { Act, Outcome, Screen, Setup } from "./wire.ts";

/** The server said no; the message is for people. */
export class Refused extends Error {}

const gone = "The demo does not answer. Start it again with npm run demo, and open the address that it prints.";

async function ask(path: string, body?: unknown): Promise<unknown> {
  const response = await fetch(path, {
    ...(body !== undefined && {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    }),
  }).catch((error: unknown) => {
    throw new Refused(gone, { cause: error });
  });
  const answer: unknown = await response.json();
  if (response.ok) return answer;
  const said = typeof answer === "object" && answer !== null && "error" in answer ? String(answer.error) : gone;
  throw new Refused(said);
}

// The server holds its answers to the same types (page-server.ts), so they are not checked again here.
export const getSetup = async (): Promise<Setup> => (await ask("/setup")) as Setup;
export const getScreen = async (person: string): Promise<Screen> =>
  (await ask(`/screen?as=${encodeURIComponent(person)}`)) as Screen;
export const act = async (person: string, what: Act): Promise<Outcome> =>
  (await ask("/act", { as: person, act: what })) as Outcome;
export const pressControl = async (control: string): Promise<string> =>
  ((await ask("/control", { control })) as { said: string }).said;

/** Calls back whenever something changed, and with false when the demo is gone. */
export function listen(changed: (connected: boolean) => void): void {
  const events = new EventSource("/events");
  events.addEventListener("message", () => changed(true));
  events.addEventListener("error", () => changed(false));
}
