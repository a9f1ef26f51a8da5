import type { Severity } from "#domain/check";
import type { Instant } from "#domain/time";

/**
 * A message, platform-free. Adapters (`chat/<platform>/`) draw it within the platform's published limits and report
 * what they dropped. Text is a tree: adapters escape it once, so nothing a cloud says can become markup or a mention.
 */
export interface Card {
  /** What the phone shows: the first line without markup. Required: screen readers get only this. */
  readonly text: string;
  readonly parts: readonly Part[];
  /** At most two buttons and a menu. */
  readonly actions?: readonly Action[];
  /** Colours the card where the platform can; the word stands in the heading in any case. */
  readonly severity?: Severity;
}

export type Inline =
  | string
  | { readonly bold: Text }
  | { readonly code: string }
  /** Resolved people only: an id the platform knows. Never built from a tag's text. */
  | { readonly mention: string; readonly name: string }
  /** A group handle or team whose platform id is configured. */
  | { readonly group: string; readonly name: string }
  | { readonly channel: string; readonly name: string }
  /** Absolute http(s) address on a host we chose. */
  | { readonly link: string; readonly label: string }
  /** A moment, drawn in the reader's zone. `style` "date": Mon 23 Nov; "minute": Mon 23 Nov 09:12; "time": 09:12. */
  | { readonly at: Instant; readonly style: "date" | "minute" | "time" };
export type Text = Inline | readonly Inline[];

export type Part =
  | { readonly kind: "heading"; readonly text: Text }
  | { readonly kind: "text"; readonly text: Text }
  /** "Owner  Payments": label and value, one a line. */
  | { readonly kind: "facts"; readonly facts: readonly (readonly [label: string, value: Text])[] }
  /** Rows of a list. More than the platform takes are dropped from the end, and `rest` is told how many. */
  | {
      readonly kind: "rows";
      readonly rows: readonly Row[];
      /** Rows the sender already left out: "and 7 more". */
      readonly more?: number;
    }
  | { readonly kind: "code"; readonly code: string }
  /** The grey line: ids and time of check. */
  | { readonly kind: "note"; readonly text: Text }
  | { readonly kind: "divider" };

export interface Row {
  readonly text: Text;
  /** One button at the row's right end: [Open]. */
  readonly action?: Action;
}

export type Action = Button | Menu | LinkButton;
export interface Button {
  readonly kind: "button";
  readonly label: string;
  readonly style?: "primary" | "danger";
  readonly press: Press;
  readonly confirm?: Confirm;
}
export interface Menu {
  readonly kind: "menu";
  readonly items: readonly { readonly label: string; readonly press: Press }[];
}
export interface LinkButton {
  readonly kind: "link";
  readonly label: string;
  readonly url: string;
}
/** Title ≤ 100, text ≤ 300, buttons ≤ 30 characters. */
export interface Confirm {
  readonly title: string;
  readonly text: string;
  readonly ok: string;
  readonly cancel: string;
}

/**
 * What a press does: a command line, as if the person had typed `/posture …`, or the random id of a stored action.
 * State-changing presses carry a nonce: 128 random bits, used once per person, whose meaning is in the store.
 */
export type Press = ({ readonly command: string } | { readonly nonce: string }) & {
  /** The answer is a form (labels that end with …): the platform opens it while the bot still works on its content. */
  readonly form?: true;
};

/** A form (modal, dialog). Values come back as strings under the field's name. */
export interface Form {
  /** ≤ 24 characters. */
  readonly title: string;
  readonly submit: string;
  /** Given back with the values: which command asked, and about what. ≤ 2,000 characters. */
  readonly state: string;
  readonly parts: readonly (Part | Field)[];
}
export type Field =
  | {
      readonly kind: "input";
      readonly name: string;
      readonly label: string;
      readonly hint?: string;
      readonly multiline?: boolean;
      readonly minLength?: number;
      readonly maxLength?: number;
      readonly value?: string;
      readonly optional?: boolean;
    }
  | {
      readonly kind: "choice";
      readonly name: string;
      readonly label: string;
      /** One (radio buttons, a select above 10), or several (tick boxes; the values come back joined by a comma). */
      readonly pick: "one" | "many";
      readonly options: readonly { readonly value: string; readonly label: string; readonly hint?: string }[];
      readonly value?: readonly string[];
      readonly optional?: boolean;
    };

export const isField = (part: Part | Field): part is Field => part.kind === "input" || part.kind === "choice";
