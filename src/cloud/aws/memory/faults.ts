import { CloudError } from "#cloud/cloud";

/** What goes wrong on purpose, and for which calls. */
export interface Fault {
  /** `ec2:DescribeVolumes`. Absent: any. */
  readonly operation?: string;
  readonly account?: string;
  readonly region?: string;
  /** So many matching calls pass first: 1 stops a list after its first page. */
  readonly after?: number;
  /** How many calls it hits. Absent: one. */
  readonly times?: number;
  /**
   * `fail` and `throttle` come before any effect; `lose-answer` after it, as when the connection breaks; `before` and
   * `after` hold the call until their promise is kept, on either side of its effect.
   */
  readonly does:
    | { readonly kind: "fail"; readonly code?: string; readonly as?: CloudError["kind"] }
    | { readonly kind: "throttle" | "lose-answer" }
    | { readonly kind: "before" | "after"; wait(): Promise<void> };
}

interface Sent {
  readonly operation: string;
  readonly account: string;
  readonly region: string;
}
export interface Faults {
  /** The answer takes the fault away again. */
  add(fault: Fault): () => void;
  /** What the faults do to one call, before and after its effect. */
  on(sent: Sent): { before(): Promise<void>; after(): Promise<void> };
}

interface Armed {
  readonly fault: Fault;
  passed: number;
  hit: number;
}

export function faultsOf(): Faults {
  const armed = new Set<Armed>();
  /** Every matching call counts, so that "the third call" means the third. */
  const takes = (one: Armed): boolean => {
    if (one.passed < (one.fault.after ?? 0)) {
      one.passed += 1;
      return false;
    }
    one.hit += 1;
    if (one.hit >= (one.fault.times ?? 1)) armed.delete(one);
    return true;
  };
  const matches = ({ fault }: Armed, sent: Sent): boolean =>
    (fault.operation ?? sent.operation) === sent.operation &&
    (fault.account ?? sent.account) === sent.account &&
    (fault.region ?? sent.region) === sent.region;
  return {
    add(fault) {
      const one: Armed = { fault, passed: 0, hit: 0 };
      armed.add(one);
      return () => void armed.delete(one);
    },
    on(sent) {
      const taken = [...armed].filter((one) => matches(one, sent) && takes(one)).map(({ fault }) => fault.does);
      return {
        async before() {
          for (const does of taken) {
            if (does.kind === "before") await does.wait();
            if (does.kind === "throttle" || does.kind === "fail") throw errorOf(does, sent);
          }
        },
        async after() {
          for (const does of taken) {
            if (does.kind === "after") await does.wait();
            if (does.kind === "lose-answer") throw errorOf(does, sent);
          }
        },
      };
    },
  };
}

function errorOf(does: Exclude<Fault["does"], { readonly kind: "before" | "after" }>, { operation }: Sent): CloudError {
  switch (does.kind) {
    case "fail":
      return new CloudError({
        kind: does.as ?? "failed",
        code: does.code ?? "InternalError",
        operation,
        message: "An internal error has occurred.",
      });
    case "throttle":
      return new CloudError({ kind: "throttled", code: "Throttling", operation, message: "Rate exceeded" });
    case "lose-answer":
      return new CloudError({ kind: "failed", code: "TimeoutError", operation, message: "The connection was closed." });
  }
}
