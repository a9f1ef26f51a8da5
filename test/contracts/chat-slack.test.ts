import { chatContract } from "#test/contracts/chat";
import { demoDouble } from "#test/support/slack";
import { emulateCannot, emulateDouble } from "#test/support/slack-emulate";

chatContract("slack on the demo's Slack", demoDouble);
chatContract("slack on emulate", emulateDouble, emulateCannot);
