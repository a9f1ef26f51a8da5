import { type Attachment, type Rules, ruleKey } from "#cloud/aws/ec2";

/** Rules as `[protocol, from, to, source]`. */
export const rules = (...list: readonly (readonly [string, number, number, string])[]): Rules =>
  Object.fromEntries(
    list.map(([protocol, from, to, source], i) => {
      const rule = { id: `sgr-${i + 1}`, protocol, from, to, source };
      return [ruleKey(rule), rule];
    }),
  );

export const attached = (to: string, reachable: boolean): Attachment => ({
  networkInterface: `eni-${to.replaceAll(/\W+/g, "-")}`,
  to,
  publicAddress: reachable ? "198.51.100.7" : undefined,
  reachable,
});
