#!/usr/bin/env node
import { processIo } from "#cli/io";
import { runCli } from "#cli/program";

// Standard error is for people who run Stance; which Node it runs on is ours to say (`engines`).
process.env["AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED"] ??= "true";
process.exitCode = await runCli(process.argv.slice(2), processIo());
