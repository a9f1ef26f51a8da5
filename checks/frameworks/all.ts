import { framework as awsFsbp } from "#checks/frameworks/aws-fsbp";
import { framework as cisAws3 } from "#checks/frameworks/cis-aws-3.0";
import type { Framework } from "#checks/frameworks/framework";

export const frameworks: readonly Framework[] = [awsFsbp, cisAws3];
