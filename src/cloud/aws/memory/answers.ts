import type { AnyAnswer } from "#cloud/aws/memory/answer";
import { defineRead } from "#cloud/aws/memory/answer";
import { cloudtrailAnswers } from "#cloud/aws/memory/cloudtrail";
import { ec2Answers } from "#cloud/aws/memory/ec2";
import { iamAnswers } from "#cloud/aws/memory/iam";
import { rdsAnswers } from "#cloud/aws/memory/rds";
import { s3Answers } from "#cloud/aws/memory/s3";

const signIn = defineRead("sts", "GetCallerIdentity", ({ account }) => ({
  Account: account.id,
  Arn: `arn:aws:sts::${account.id}:assumed-role/stance-read/stance`,
  UserId: "AROASTANCE:stance",
}));

/** Everything the embedded cloud can be asked, by operation. */
export const answers: ReadonlyMap<string, AnyAnswer> = new Map(
  [signIn, ...s3Answers, ...iamAnswers, ...ec2Answers, ...rdsAnswers, ...cloudtrailAnswers].map((answer) => [
    answer.operation,
    answer,
  ]),
);
