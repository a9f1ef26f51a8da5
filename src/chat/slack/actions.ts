import type { types } from "@slack/bolt";
import type { Draft } from "#chat/slack/draft";
import { plainText, webAddress } from "#chat/slack/mrkdwn";
import { pressValue } from "#chat/slack/press";
import type { Action, Button, Confirm, Menu } from "#domain/card";
import { unreachable } from "#domain/errors";

export type Element = types.Button | types.Overflow | types.StaticSelect;

const maxLabel = 75;
const maxOverflow = 5;
const maxSelect = 100;

export const plain = (text: string, limit: number, empty = "…"): types.PlainTextElement => ({
  type: "plain_text",
  text: plainText(text, limit) || empty,
  emoji: false,
});

/** The elements an action becomes: one, none when it cannot be drawn, more when menu items need a place of their own. */
function elementsOf(action: Action, draft: Draft): readonly Element[] {
  switch (action.kind) {
    case "button":
      return button(action, draft);
    case "link": {
      const url = webAddress(action.url);
      if (url === undefined) draft.lose("button");
      return url === undefined
        ? []
        : [{ type: "button", action_id: draft.nextId(), text: plain(action.label, maxLabel), url }];
    }
    case "menu":
      return menu(action, draft);
    default:
      return unreachable(action);
  }
}

function button({ label, press, style, confirm }: Omit<Button, "kind">, draft: Draft): readonly types.Button[] {
  const value = pressValue(press, "button");
  if (value === undefined) {
    draft.lose("button");
    return [];
  }
  return [
    {
      type: "button",
      action_id: draft.nextId(),
      text: plain(label, maxLabel),
      value,
      ...(style && { style }),
      ...(confirm && { confirm: dialog(confirm, style) }),
    },
  ];
}

const dialog = ({ title, text, ok, cancel }: Confirm, style: Button["style"]): types.ConfirmationDialog => ({
  title: plain(title, 100),
  text: plain(text, 300),
  confirm: plain(ok, 30, "OK"),
  deny: plain(cancel, 30, "Back"),
  ...(style && { style }),
});

/**
 * The ⋯ menu holds five; more become a list to choose from. An option carries 150 characters, a button 2,000: items
 * with more to say stand as buttons of their own.
 */
function menu({ items }: Menu, draft: Draft): readonly Element[] {
  const fitting = items.filter(({ press }) => pressValue(press, "option") !== undefined);
  const buttons = items.filter((item) => !fitting.includes(item)).flatMap((item) => button(item, draft));
  const [only] = fitting;
  if (!only) return buttons;
  if (fitting.length === 1) return [...button(only, draft), ...buttons];
  draft.lose("item", fitting.length - maxSelect);
  const options = fitting.slice(0, maxSelect).map(({ label, press }) => ({
    text: plain(label, maxLabel),
    value: pressValue(press, "option") ?? "",
  }));
  const action_id = draft.nextId();
  return options.length <= maxOverflow
    ? [{ type: "overflow", action_id, options }, ...buttons]
    : [{ type: "static_select", action_id, placeholder: plain("More…", maxLabel), options }, ...buttons];
}

/** What a block of actions can hold of them, in blocks. */
export function actionBlocks(actions: readonly Action[], draft: Draft): readonly types.ActionsBlock[] {
  const elements = actions.flatMap((action) => elementsOf(action, draft));
  const blocks: types.ActionsBlock[] = [];
  for (let at = 0; at < elements.length; at += 25)
    blocks.push({ type: "actions", elements: elements.slice(at, at + 25) });
  return blocks;
}

/** At a row's end there is room for one. */
export function accessoryOf(action: Action, draft: Draft): Element | undefined {
  const [first, ...others] = elementsOf(action, draft);
  draft.lose("button", others.length);
  return first;
}
