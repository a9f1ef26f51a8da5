/** A named set of controls. A check names a control as `<framework id>:<control>`. */
export interface Framework {
  readonly id: string;
  readonly title: string;
  /** What is left out, in a sentence. Absent: it is whole. */
  readonly partial?: string;
  /** By id, in the framework's order. */
  readonly controls: Readonly<Record<string, Control>>;
}

export interface Control {
  readonly title: string;
  /** The part of the framework it stands in. */
  readonly section: string;
  /** How the framework's authors mean it to be assessed. Nothing of Stance covers a manual one. */
  readonly assessed: "automated" | "manual";
}
