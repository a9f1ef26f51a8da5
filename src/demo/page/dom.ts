/** The few words we need to build elements. Text becomes text nodes: there is no way here to write HTML. */
export type Child = Node | string | false | undefined | readonly Child[];
type Listeners = { readonly [Type in keyof HTMLElementEventMap]?: (event: HTMLElementEventMap[Type]) => void };
export interface Props {
  readonly class?: string;
  readonly on?: Listeners;
  /** Attributes; true is one without a value, false and undefined are none. */
  readonly [attribute: string]: string | number | boolean | undefined | Listeners;
}

export function el<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  { class: name, on = {}, ...attributes }: Props = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[Tag] {
  const made = document.createElement(tag);
  if (name) made.className = name;
  for (const [attribute, value] of Object.entries(attributes))
    if (value !== undefined && value !== false && typeof value !== "object")
      made.setAttribute(attribute, value === true ? "" : String(value));
  for (const [type, listen] of Object.entries(on)) made.addEventListener(type, listen as EventListener);
  append(made, children);
  return made;
}

function append(parent: Node, children: readonly Child[]): void {
  for (const child of children) {
    if (typeof child === "string") parent.appendChild(document.createTextNode(child));
    else if (child instanceof Node) parent.appendChild(child);
    else if (child) append(parent, child);
  }
}

export function fill(parent: Element, ...children: readonly Child[]): void {
  parent.replaceChildren();
  append(parent, children);
}

/** Makes `nodes` the children; those already in place are not touched, and keep focus and scrolling. */
export function arrange(parent: Element, nodes: readonly Element[]): void {
  for (const [index, node] of nodes.entries())
    if (parent.children[index] !== node) parent.insertBefore(node, parent.children[index] ?? null);
  while (parent.children.length > nodes.length) parent.lastElementChild?.remove();
}

/** Draws anew, and gives the focus back to what has the same id. */
export function redraw(parent: Element, ...children: readonly Child[]): void {
  const focused = parent.contains(document.activeElement) ? document.activeElement?.id : undefined;
  fill(parent, ...children);
  if (focused) document.getElementById(focused)?.focus();
}

/** An element of index.html. */
export function byId(id: string): HTMLElement {
  const found = document.getElementById(id);
  if (!found) throw new Error(`index.html has no #${id}`);
  return found;
}

const svgSpace = "http://www.w3.org/2000/svg";
const paths = {
  lock: "M5 7V5a3 3 0 0 1 6 0v2h1v6H4V7h1Zm1.5 0h3V5a1.5 1.5 0 0 0-3 0v2Z",
  eye: "M8 3.5C4.5 3.5 2 6.3 1 8c1 1.700 3.500 4.500 7 4.500S14 9.700 15 8c-1-1.700-3.500-4.500-7-4.500Zm0 7A2.500 2.500 0 1 1 8 5.500a2.500 2.500 0 0 1 0 5Z",
  reply: "M6.500 3 2 7l4.500 4V8.500c3.500 0 5.500 1 7.500 4 0-4.500-2.500-7-7.500-7.200V3Z",
  send: "M2 2.500 14.500 8 2 13.500 3.500 8.800 9 8 3.500 7.200 2 2.500Z",
  close: "m4 3 4 4 4-4 1 1-4 4 4 4-1 1-4-4-4 4-1-1 4-4-4-4 1-1Z",
  down: "m3 5.500 5 5 5-5-1.100-1.100L8 8.300 4.100 4.400 3 5.500Z",
  more: "M3 6.500a1.500 1.500 0 1 1 0 3 1.500 1.500 0 0 1 0-3Zm5 0a1.500 1.500 0 1 1 0 3 1.500 1.500 0 0 1 0-3Zm5 0a1.500 1.500 0 1 1 0 3 1.500 1.500 0 0 1 0-3Z",
} as const;

/** Decoration only: what it means stands beside it, or in the label of its button. */
export function icon(name: keyof typeof paths): SVGSVGElement {
  const svg = document.createElementNS(svgSpace, "svg");
  svg.setAttribute("viewBox", "0 0 16 16");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(svgSpace, "path");
  path.setAttribute("d", paths[name]);
  svg.append(path);
  return svg;
}
