import type { types } from "@slack/bolt";
import { plain } from "#chat/slack/actions";
import type { Draft } from "#chat/slack/draft";
import { newDraft } from "#chat/slack/draft";
import type { Block, Piece } from "#chat/slack/layout";
import { context, layout, section } from "#chat/slack/layout";
import { clean, cleanLines, mrkdwn, size, take } from "#chat/slack/mrkdwn";
import { actionPieces, piecesOf } from "#chat/slack/render";
import type { Card, Field, Form } from "#domain/card";
import { isField } from "#domain/card";

export interface RenderedView {
  readonly view: types.ModalView;
  readonly dropped: readonly string[];
}

/** Name of the one element of a field's block; the block is named like the field. */
export const fieldAction = "value";
export const formCallback = "stance.form";
const cardCallback = "stance.card";

const maxOption = 75;
const maxValue = 150;
const maxTicks = 10;
const maxSelect = 100;
const maxInput = 3000;

/** What a view carries besides the form's state: a submission does not say where it was asked for. */
export interface Origin {
  readonly channel: string;
  readonly thread?: string;
  readonly answerTo?: string;
}

/** Lines, not JSON: escaping could take a state of 2,000 characters over the 3,000 that Slack keeps. */
export const writeOrigin = ({ channel, thread, answerTo }: Origin, state: string): string =>
  take([channel, thread ?? "", answerTo ?? "", state].join("\n"), 3000);

export function readOrigin(metadata: string): Origin & { readonly state: string } {
  const [channel = "", thread = "", answerTo = "", ...state] = metadata.split("\n");
  return { channel, ...(thread && { thread }), ...(answerTo && { answerTo }), state: state.join("\n") };
}

export function renderForm(form: Form, origin: Origin): RenderedView {
  const draft = newDraft();
  const pieces = form.parts.flatMap((part) => (isField(part) ? field(part, draft) : piecesOf([part], draft)));
  return {
    view: {
      type: "modal",
      callback_id: formCallback,
      title: plain(form.title, 24, "Stance"),
      submit: plain(form.submit, 24, "OK"),
      close: plain("Cancel", 24),
      private_metadata: writeOrigin(origin, form.state),
      blocks: filled(layout(pieces, "view", draft)),
    },
    dropped: draft.dropped(),
  };
}

/** A card in a form's place: nothing to submit. */
export function renderCardView(card: Card, origin: Origin): RenderedView {
  const draft = newDraft();
  const blocks = layout([...piecesOf(card.parts, draft), ...actionPieces(card, draft)], "view", draft);
  return {
    view: {
      type: "modal",
      callback_id: cardCallback,
      title: plain("Stance", 24),
      close: plain("Close", 24),
      private_metadata: writeOrigin(origin, ""),
      blocks: filled(blocks),
    },
    dropped: draft.dropped(),
  };
}

export const loadingView = (origin: Origin): types.ModalView =>
  renderCardView({ text: "One moment…", parts: [{ kind: "text", text: "One moment…" }] }, origin).view;

const filled = (blocks: Block[]): Block[] => (blocks.length > 0 ? blocks : [section("…")]);

function field(part: Field, draft: Draft): readonly Piece[] {
  const { element, note } = part.kind === "input" ? { element: input(part), note: undefined } : choice(part, draft);
  if (!element)
    return [{ kind: "blocks", blocks: [context(mrkdwn([part.label, ": nothing to choose from"], 300).text)] }];
  const block: types.InputBlock = {
    type: "input",
    block_id: part.name,
    label: plain(part.label, 200),
    element,
    optional: part.optional ?? false,
    ...(part.kind === "input" && part.hint !== undefined && part.hint.trim() !== "" && { hint: plain(part.hint, 500) }),
  };
  return [{ kind: "blocks", blocks: note === undefined ? [block] : [block, context(note)], must: true }];
}

function input({ multiline, minLength, maxLength, value }: Field & { kind: "input" }): types.PlainTextInput {
  const most = Math.min(Math.max(maxLength ?? maxInput, 1), maxInput);
  return {
    type: "plain_text_input",
    action_id: fieldAction,
    multiline: multiline ?? false,
    max_length: most,
    ...(minLength !== undefined && { min_length: Math.min(Math.max(minLength, 0), most) }),
    ...(value !== undefined &&
      value !== "" && { initial_value: take(multiline ? cleanLines(value) : clean(value), most) }),
  };
}

type Choice = types.RadioButtons | types.StaticSelect | types.Checkboxes | types.MultiStaticSelect;

function choice(
  { pick, options, value = [] }: Field & { kind: "choice" },
  draft: Draft,
): { readonly element: Choice | undefined; readonly note: string | undefined } {
  const usable = options.filter((option) => option.value !== "" && size(option.value) <= maxValue);
  const shown = usable.slice(0, maxSelect).map(({ value: key, label, hint }) => ({
    text: plain(label, maxOption),
    value: key,
    ...(hint !== undefined && hint.trim() !== "" && { description: plain(hint, maxOption) }),
  }));
  const left = options.length - shown.length;
  draft.lose("option", left);
  const note = left > 0 ? `and ${left} more that cannot be shown here` : undefined;
  if (shown.length === 0) return { element: undefined, note };
  const chosen = shown.filter((option) => value.includes(option.value));
  const few = shown.length <= maxTicks;
  const [first] = chosen;
  if (pick === "one") {
    const common = { action_id: fieldAction, options: shown, ...(first && { initial_option: first }) };
    return { element: few ? { type: "radio_buttons", ...common } : { type: "static_select", ...common }, note };
  }
  const common = { action_id: fieldAction, options: shown, ...(first && { initial_options: chosen }) };
  return { element: few ? { type: "checkboxes", ...common } : { type: "multi_static_select", ...common }, note };
}
