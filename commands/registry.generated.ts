// Written by `npm run generate`. Do not edit.
import { command as auditShow } from "#commands/audit-show";
import { command as botDoctor } from "#commands/bot-doctor";
import { command as channelDigest } from "#commands/channel-digest";
import { command as channelQuiet } from "#commands/channel-quiet";
import { command as channelRollout } from "#commands/channel-rollout";
import { command as exceptionList } from "#commands/exception-list";
import { command as exceptionRevoke } from "#commands/exception-revoke";
import { command as findingClaim } from "#commands/finding-claim";
import { command as findingList } from "#commands/finding-list";
import { command as findingMine } from "#commands/finding-mine";
import { command as findingNotOurs } from "#commands/finding-not-ours";
import { command as findingOpen } from "#commands/finding-open";
import { command as findingRetire } from "#commands/finding-retire";
import { command as findingShow } from "#commands/finding-show";
import { command as findingSnooze } from "#commands/finding-snooze";
import { command as findingUnsnooze } from "#commands/finding-unsnooze";
import { command as findingWhy } from "#commands/finding-why";
import { command as findingWrong } from "#commands/finding-wrong";
import { command as personWhoami } from "#commands/person-whoami";
import { command as postureFreeze } from "#commands/posture-freeze";
import { command as postureHelp } from "#commands/posture-help";
import { command as postureSummary } from "#commands/posture-summary";
import { command as postureUnfreeze } from "#commands/posture-unfreeze";
import { command as requestAccept } from "#commands/request-accept";
import { command as requestApprove } from "#commands/request-approve";
import { command as requestCancel } from "#commands/request-cancel";
import { command as requestClose } from "#commands/request-close";
import { command as requestDeny } from "#commands/request-deny";
import { command as requestFix } from "#commands/request-fix";
import { command as requestUndo } from "#commands/request-undo";
import { command as scanBrake } from "#commands/scan-brake";
import { command as scanStart } from "#commands/scan-start";
import { command as scanStatus } from "#commands/scan-status";
import type { Command } from "#flows/command";

export const commands = [
  auditShow,
  botDoctor,
  channelDigest,
  channelQuiet,
  channelRollout,
  exceptionList,
  exceptionRevoke,
  findingClaim,
  findingList,
  findingMine,
  findingNotOurs,
  findingOpen,
  findingRetire,
  findingShow,
  findingSnooze,
  findingUnsnooze,
  findingWhy,
  findingWrong,
  personWhoami,
  postureFreeze,
  postureHelp,
  postureSummary,
  postureUnfreeze,
  requestAccept,
  requestApprove,
  requestCancel,
  requestClose,
  requestDeny,
  requestFix,
  requestUndo,
  scanBrake,
  scanStart,
  scanStatus,
] as const satisfies readonly Command[];
export type CommandId = (typeof commands)[number]["id"];
