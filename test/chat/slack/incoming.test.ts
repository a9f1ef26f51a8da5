import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { readBody } from "#chat/slack/incoming";
import { channelEvents, events, scopes } from "#chat/slack/scopes";
import { readOrigin, writeOrigin } from "#chat/slack/view";

const self = { team: "T1", botUser: "U0STANCE", command: "/posture" };
const event = (more: object): unknown => ({ type: "event_callback", team_id: "T1", event_id: "Ev1", event: more });

describe("a mention", () => {
  const said = (text: string): unknown => {
    const read = readBody(event({ type: "app_mention", user: "U1", channel: "C1", ts: "1.1", text }), [], self);
    return read.kind === "incoming" && read.incoming.kind === "command" ? read.incoming.text : read.kind;
  };
  test.each([
    ["<@U0STANCE> show F-1a2b", "show F-1a2b"],
    ["  <@U0STANCE|Stance>   fix G-7k  ", "fix G-7k"],
    ["please <@U0STANCE> summary", "please   summary"],
    ["<@U0STANCE> rollout <#C0PAY|team-payments> live", "rollout #team-payments live"],
    ["<@U0STANCE> rollout <#C0PAY> live", "rollout C0PAY live"],
    ["<@U0STANCE> assign F-1 <@U2|tom>", "assign F-1 @U2"],
    ["<@U0STANCE> fix F-1 reason=&quot;a &lt; b &amp;amp; c", "fix F-1 reason=&quot;a < b &amp; c"],
    ["<@U0STANCE> see <https://x.example/a|label>", "see https://x.example/a"],
    ["<@U0STANCE>", ""],
  ])("%s", (text, expected) => {
    expect(said(text)).toBe(expected);
  });

  test("starts a thread where there is none, and stays in one where there is", () => {
    const thread = (more: object): unknown => {
      const read = readBody(
        event({ type: "app_mention", user: "U1", channel: "C1", ts: "2.2", text: "x", ...more }),
        [],
        self,
      );
      return read.kind === "incoming" && read.incoming.thread;
    };
    expect(thread({})).toBe("2.2");
    expect(thread({ thread_ts: "1.1" })).toBe("1.1");
  });

  test("by a bot, by us or by nobody is nothing", () => {
    const kind = (more: object): string =>
      readBody(event({ type: "app_mention", channel: "C1", ts: "1.1", text: "x", ...more }), [], self).kind;
    expect([kind({ user: "U0STANCE" }), kind({ user: "U1", bot_id: "B1" }), kind({})]).toEqual([
      "nothing",
      "nothing",
      "nothing",
    ]);
    expect(kind({ user: "U1" })).toBe("incoming");
  });

  test("from a shared channel is a stranger's by any of Slack's three ways to say so", () => {
    for (const key of ["user_team", "source_team", "team"])
      expect(
        readBody(
          event({ type: "app_mention", user: "U1", channel: "C1", ts: "1.1", text: "x", [key]: "T9" }),
          [],
          self,
        ),
      ).toMatchObject({
        incoming: { team: "T9", person: "T9/U1" },
      });
  });
});

test("every event the manifest asks for is heard, and no other channel event", () => {
  for (const type of channelEvents)
    expect(readBody(event({ type, channel: { id: "C1" }, user: "U0STANCE" }), [], self)).toEqual({
      kind: "channel",
      channel: "C1",
    });
  expect(readBody(event({ type: "member_joined_channel", channel: "C1", user: "U1" }), [], self).kind).toBe("nothing");
  expect(readBody(event({ type: "channel_created", channel: "C1" }), [], self).kind).toBe("nothing");
});

test("the manifest says what the code says", () => {
  const manifest = parse(readFileSync(new URL("../../../manifest.yml", import.meta.url), "utf8"));
  expect(manifest.oauth_config.scopes.bot).toEqual(Object.keys(scopes));
  expect(manifest.settings).toMatchObject({ socket_mode_enabled: true, event_subscriptions: { bot_events: events } });
  expect(manifest.features.slash_commands).toMatchObject([{ command: "/posture" }]);
});

test("whatever is sent is read without failing", () => {
  fc.assert(
    fc.property(fc.json(), fc.constantFrom("block_actions", "view_submission", "event_callback", "x"), (text, type) => {
      const body: unknown = JSON.parse(text);
      expect(() => readBody(body, [], self)).not.toThrow();
      for (const key of ["event", "command", "view", "actions", "user", "container"])
        expect(() => readBody({ type, [key]: body, command: undefined }, [], self)).not.toThrow();
    }),
  );
});

test("a form's origin and state survive the way there and back", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme", maxLength: 500 }), fc.boolean(), (state, threaded) => {
      const origin = {
        channel: "C1",
        ...(threaded && { thread: "1.1", answerTo: "https://hooks.slack.com/actions/T/1/2" }),
      };
      expect(readOrigin(writeOrigin(origin, state))).toEqual({ ...origin, state });
    }),
  );
});
