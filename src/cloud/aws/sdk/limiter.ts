import type { Service } from "#cloud/aws/api";
import type { Instant } from "#domain/time";

/** Requests that may come at once, and how many a second after that: per account, region and action. */
export interface Rate {
  readonly burst: number;
  readonly perSecond: number;
}

/**
 * EC2's are published (docs.aws.amazon.com/ec2/latest/devguide/ec2-api-throttling.html; its lower rate for requests with
 * neither filter nor page size does not apply: we always send one). The others are what works in practice. S3 publishes
 * none for bucket settings: there the number in flight is the limit.
 */
const rates: Readonly<Record<Service, { readonly read: Rate; readonly write: Rate }>> = {
  cloudtrail: { read: { burst: 10, perSecond: 10 }, write: { burst: 1, perSecond: 1 } },
  ec2: { read: { burst: 100, perSecond: 20 }, write: { burst: 50, perSecond: 5 } },
  iam: { read: { burst: 15, perSecond: 15 }, write: { burst: 5, perSecond: 5 } },
  organizations: { read: { burst: 8, perSecond: 4 }, write: { burst: 1, perSecond: 1 } },
  rds: { read: { burst: 20, perSecond: 20 }, write: { burst: 5, perSecond: 5 } },
  s3: { read: { burst: 500, perSecond: 500 }, write: { burst: 10, perSecond: 10 } },
  s3control: { read: { burst: 20, perSecond: 20 }, write: { burst: 1, perSecond: 1 } },
  sts: { read: { burst: 50, perSecond: 50 }, write: { burst: 10, perSecond: 10 } },
  tag: { read: { burst: 15, perSecond: 15 }, write: { burst: 5, perSecond: 5 } },
};
const inFlight = 20;
const isRead = /^(Describe|Generate|Get|Head|List|Search|Assume)/;

export interface Scope {
  readonly account: string;
  readonly region: string;
  readonly service: Service;
  readonly operation: string;
}
export interface Limiter {
  /** Runs the request when its turn has come. `throttled`: the cloud said slow down, even if it answered in the end. */
  run<V>(scope: Scope, request: () => Promise<V>, throttled: (result: PromiseSettledResult<V>) => boolean): Promise<V>;
}

export interface Time {
  now(): Instant;
  sleep(ms: number): Promise<void>;
}

/** A bucket of tokens per account, region and action; and so many requests in flight per account and service. */
export function limiter(time: Time): Limiter {
  const buckets = new Map<string, Bucket>();
  const gates = new Map<string, Gate>();
  const bucketOf = ({ account, region, service, operation }: Scope): Bucket => {
    const { read, write } = rates[service];
    return entry(buckets, `${account} ${region} ${service}:${operation}`, () =>
      tokenBucket(isRead.test(operation) ? read : write, time),
    );
  };
  return {
    async run(scope, request, throttled) {
      const bucket = bucketOf(scope);
      const gate = entry(gates, `${scope.account} ${scope.service}`, () => openGate(inFlight));
      const wait = bucket.take();
      if (wait > 0) await time.sleep(wait);
      await gate.enter();
      try {
        const [result] = await Promise.allSettled([request()]);
        if (throttled(result)) bucket.slowDown();
        if (result.status === "rejected") throw result.reason;
        return result.value;
      } finally {
        gate.leave();
      }
    },
  };
}

interface Bucket {
  /** Takes a token, on credit where there is none, and says how many milliseconds to wait until it is paid. */
  take(): number;
  slowDown(): void;
}
/** Halves its rate when told to, and wins back 5 % of the full rate a second. */
export function tokenBucket({ burst, perSecond }: Rate, time: Pick<Time, "now">): Bucket {
  let tokens = burst;
  let rate = perSecond;
  let at = time.now();
  const catchUp = (): void => {
    const seconds = Math.max(0, time.now() - at) / 1000;
    tokens = Math.min(burst, tokens + seconds * rate);
    rate = Math.min(perSecond, rate + seconds * perSecond * 0.05);
    at = time.now();
  };
  return {
    take() {
      catchUp();
      tokens -= 1;
      return tokens >= 0 ? 0 : Math.ceil((-tokens / rate) * 1000);
    },
    slowDown() {
      catchUp();
      tokens = Math.min(tokens, 0);
      rate = Math.max(perSecond / 32, rate / 2);
    },
  };
}

interface Gate {
  enter(): Promise<void>;
  leave(): void;
}
/** First come, first served. */
function openGate(places: number): Gate {
  let free = places;
  const waiting: (() => void)[] = [];
  return {
    async enter() {
      if (free > 0) free -= 1;
      else await new Promise<void>((admit) => waiting.push(admit));
    },
    leave() {
      const next = waiting.shift();
      if (next) next();
      else free += 1;
    },
  };
}

function entry<V>(map: Map<string, V>, key: string, make: () => V): V {
  const value = map.get(key) ?? make();
  map.set(key, value);
  return value;
}
