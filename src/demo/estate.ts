import type { ByHand } from "#cloud/aws/memory/by-hand";
import type { Estate } from "#cloud/aws/memory/estate";
import { billingLegacy } from "#demo/estate/billing";
import { allOff, demoAccounts, ireland, letEveryone } from "#demo/estate/parts";
import { paymentsDev, paymentsProd, receipts } from "#demo/estate/payments";
import { security } from "#demo/estate/security";
import { webProd } from "#demo/estate/web";
import { day, hour, type Instant } from "#domain/time";

/** "Make it public": what an engineer in a hurry does in the console. */
export function openReceipts(account: ByHand): void {
  account.setPublicAccessBlock(receipts.bucket, undefined);
  account.putBucketPolicy(receipts.bucket, letEveryone("s3:GetObject", receipts.bucket));
}
/** "Change it behind the bot's back": an approval that waits is then about a state that is gone. */
export function meddleWithReceipts(account: ByHand): void {
  account.setPublicAccessBlock(receipts.bucket, { ...allOff, blockPublicAcls: true });
}

/** The demo's company as it is on its first day, `now`. The same day gives the same estate. */
export function demoEstate(now: Instant): Estate {
  const ago = (days: number): string => new Date(Math.floor(now / day) * day - days * day + 9 * hour).toISOString();
  return {
    accounts: [
      security(ago),
      paymentsProd(ago),
      paymentsDev(ago),
      webProd(ago),
      billingLegacy(ago),
      { id: demoAccounts.sandbox, name: "sandbox-2023", state: "suspended", regions: [ireland] },
    ],
  };
}
