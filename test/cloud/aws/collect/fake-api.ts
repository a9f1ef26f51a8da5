import type { AwsApi } from "#cloud/aws/api";
import { collectors } from "#cloud/aws/collect/all";
import { CloudError, type Session } from "#cloud/cloud";
import { openSession } from "#cloud/session";

export interface Asked {
  readonly operation: string;
  readonly region: string;
  readonly input: Readonly<Record<string, unknown>>;
}
/** What AWS answers, by operation: the same each time, or by what was asked. A CloudError is thrown. */
export type Answers = Readonly<Record<string, object | ((asked: Asked) => unknown)>>;

export const account = "111122223333";
export const denied = (operation: string, permission = operation): CloudError =>
  new CloudError({ kind: "denied", code: "AccessDenied", operation, message: "no", permission });
export const absent = (operation: string, code: string): CloudError =>
  new CloudError({ kind: "absent", code, operation, message: "there is none" });

/** An AWS that says exactly what the test says; a call nobody expects is an error. */
export function fakeSession(
  answers: Answers,
  regions: readonly string[] = ["us-east-1"],
): { readonly session: Session; readonly asked: Asked[] } {
  const asked: Asked[] = [];
  const apis = new Map<string, AwsApi>();
  const at = (region: string): AwsApi => {
    const api = apis.get(region) ?? make(region);
    apis.set(region, api);
    return api;
  };
  const make = (region: string): AwsApi => {
    const known = new Map<string, Promise<unknown>>();
    return {
      account,
      region,
      regions,
      at,
      async send(service, name, input) {
        const one = { operation: `${service}:${name}`, region, input: input as Asked["input"] };
        asked.push(one);
        if (!(one.operation in answers)) throw new Error(`${one.operation} was not expected`);
        const answer = answers[one.operation];
        const out = typeof answer === "function" ? answer(one) : answer;
        if (out instanceof CloudError) throw out;
        return out as never;
      },
      once<V>(key: string, read: () => Promise<V>) {
        const value = known.get(key) ?? read();
        known.set(key, value);
        return value as Promise<V>;
      },
    };
  };
  const session = openSession(collectors, {
    account: { cloud: "aws", id: account, name: "test", state: "active" },
    regions,
    at: (region) => at(region === "global" ? (regions[0] ?? "us-east-1") : region),
  });
  return { session, asked };
}

export async function all<V>(pages: AsyncIterable<readonly V[]>): Promise<V[]> {
  const items: V[] = [];
  for await (const page of pages) items.push(...page);
  return items;
}
