import type { Io, Out } from "#cli/io";

export interface FakeIo extends Io {
  readonly out: () => string;
  readonly err: () => string;
  readonly stop: (reason: string) => void;
}

/** The command line without a process. */
export function fakeIo(more: Partial<Pick<Io, "cwd" | "env">> & { readonly terminal?: number } = {}): FakeIo {
  const stop = new AbortController();
  const texts = { out: "", err: "" };
  const out = (name: "out" | "err"): Out => ({
    isTerminal: more.terminal !== undefined,
    columns: more.terminal,
    async write(text) {
      texts[name] += text;
    },
  });
  let time = 1_764_000_000_000;
  return {
    stdout: out("out"),
    stderr: out("err"),
    env: more.env ?? {},
    cwd: more.cwd ?? "/nowhere",
    now: () => (time += 1000),
    stopped: () => stop.signal,
    crashed: () => {},
    end: () => {},
    out: () => texts.out,
    err: () => texts.err,
    stop: (reason) => stop.abort(reason),
  };
}
