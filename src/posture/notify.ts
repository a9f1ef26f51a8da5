import type { Severity } from "#domain/check";
import { severities } from "#domain/check";
import type { EventKind, Finding } from "#domain/finding";
import type { Instant } from "#domain/time";
import { day } from "#domain/time";

/** What a scan saw happen to one finding, and how the finding stands now. Times and modes are looked up before. */
export interface Happening {
  readonly event: number;
  readonly kind: EventKind;
  readonly finding: Finding;
  /** Whose channel hears of it: the finding's owner, or the one it left. */
  readonly owner: string;
  /** The cause of this happening (a return may have another one than the first appearance). */
  readonly news: boolean;
}

export interface ChannelState {
  readonly id: string;
  readonly mode: "off" | "preview" | "digest" | "live";
  readonly quiet: boolean;
  /** Archived, shared, the bot is not in it: nothing is posted, it is said in `rollout` and `doctor`. */
  readonly broken: boolean;
  readonly working: boolean;
  /** Now, while they run. */
  readonly workStartsAt: Instant;
  /** Its local days now and when working hours begin. */
  readonly today: string;
  readonly workday: string;
  /** Cards of one of its days, also those that still wait for it. */
  cardsOn(day: string): number;
}

export interface GroupState {
  readonly id: string;
  readonly topic: string;
  readonly owner: string;
  readonly channel: string;
  readonly postedAt?: Instant;
  readonly closed: boolean;
  /** Its card is queued for the channel's hours: nobody has seen it, so it can still be drawn anew. */
  readonly waiting: boolean;
}

export interface NotifyInput {
  readonly now: Instant;
  readonly happenings: readonly Happening[];
  channelOf(owner: string): ChannelState;
  groupOf(topic: string, owner: string, channel: string): GroupState | undefined;
  /** Whom a live card of this owner mentions; undefined: nobody, or already mentioned on that day. */
  mentionOf(owner: string, day: string): string | undefined;
  readonly limits: {
    readonly cardsPerChannelAndDay: number;
    readonly brakeCards: number;
    readonly brakePeople: number;
  };
  /** The admin said "post" to a held scan. */
  readonly released: boolean;
}

/**
 * One card to post (`start`, `continue`), a living one to edit with a line in its thread (`edit`), or one that waits for
 * the channel's hours and says it then (`redraw`: no further card, no further mention).
 */
export interface CardPlan {
  readonly kind: "start" | "continue" | "edit" | "redraw";
  readonly topic: string;
  readonly owner: string;
  readonly channel: string;
  readonly preview: boolean;
  readonly severity: Severity;
  readonly news: readonly Finding[];
  /** What all of it has in common; else it is just new. */
  readonly what: "new" | "returned" | "worse";
  /** The events it tells of: told with the card, or not at all. */
  readonly events: readonly number[];
  readonly mention?: string;
  /** HIGH and below wait for the channel's working hours. */
  readonly notBefore?: Instant;
  /** The channel's local day on which it will be seen. */
  readonly day: string;
}
export interface NotifyPlan {
  readonly cards: readonly CardPlan[];
  /** Events that no card tells of. */
  readonly told: readonly { readonly id: number; readonly how: "card" | "digest" | "count" }[];
  /** Groups whose living card shows something that changed, without news. */
  readonly refresh: readonly string[];
  /** Too much at once: nothing of this is posted until an admin has said what to do. */
  readonly held?: { readonly cards: number; readonly channels: number; readonly people: number };
}

const cardLife = 7 * day;

/** Who hears of what after a scan (`design/messages.md`, "When the bot keeps quiet"). Nothing is lost: every event ends in a card, a digest or a count. */
export function planNotices(input: NotifyInput): NotifyPlan {
  const told: { id: number; how: "card" | "digest" | "count" }[] = [];
  const refresh = new Set<string>();
  const wanted = new Map<string, { owner: string; topic: string; channel: ChannelState; happenings: Happening[] }>();
  const worstTopic = worstTopics(
    input.happenings.filter((each) => hearing(each, input.channelOf(each.owner)) === "card"),
  );
  for (const happening of input.happenings) {
    const { finding, event, owner } = happening;
    const channel = input.channelOf(owner);
    const group = input.groupOf(finding.topic, owner, channel.id);
    if (group?.postedAt !== undefined) refresh.add(group.id);
    const how = hearing(happening, channel);
    // One change of one thing is told once: by its worst topic. What else it brought stands in the digest.
    if (how !== "card" || worstTopic.get(finding.asset.id) !== finding.topic) {
      told.push({ id: event, how: how === "card" ? untoldIn(channel) : how });
      continue;
    }
    const key = [finding.topic, owner, channel.id].join("\n");
    const entry = wanted.get(key) ?? { owner, topic: finding.topic, channel, happenings: [] };
    entry.happenings.push(happening);
    wanted.set(key, entry);
  }
  const { cards, folded } = withinCaps(input, [...wanted.values()]);
  for (const happening of folded) told.push({ id: happening.event, how: untoldIn(input.channelOf(happening.owner)) });
  const people = new Set(cards.flatMap(({ mention }) => (mention === undefined ? [] : [mention])));
  const posts = cards.filter(({ kind }) => kind !== "redraw");
  if (!input.released && (posts.length > input.limits.brakeCards || people.size > input.limits.brakePeople)) {
    const channels = new Set(posts.map(({ channel }) => channel)).size;
    return { cards: [], told, refresh: [...refresh], held: { cards: posts.length, channels, people: people.size } };
  }
  return { cards, told, refresh: [...refresh] };
}

/** Where what no card tells of is found: only a channel that gets digests has it there. */
export const untoldIn = ({ mode }: ChannelState): "digest" | "count" =>
  mode === "digest" || mode === "live" ? "digest" : "count";

/** The topic of each asset's worst finding. */
function worstTopics(happenings: readonly Happening[]): ReadonlyMap<string, string> {
  const found = new Map<string, Finding>();
  for (const { finding } of happenings) {
    const known = found.get(finding.asset.id);
    if (!known || severities.indexOf(finding.severity) < severities.indexOf(known.severity))
      found.set(finding.asset.id, finding);
  }
  return new Map([...found].map(([asset, { topic }]) => [asset, topic]));
}

function hearing({ kind, finding, news }: Happening, channel: ChannelState): "card" | "digest" | "count" {
  if (channel.mode === "off" || channel.broken) return "count";
  const tells =
    (kind === "new" || kind === "returned" || kind === "worse") && news && !finding.folded && finding.status === "open";
  if (channel.mode === "preview") return tells ? "card" : "count";
  return channel.mode === "live" && tells && !channel.quiet ? "card" : "digest";
}

type Wanted = {
  readonly owner: string;
  readonly topic: string;
  readonly channel: ChannelState;
  readonly happenings: readonly Happening[];
};

/** Worst first; what is over the channel's day folds into the digest. */
function withinCaps(
  input: NotifyInput,
  wanted: readonly Wanted[],
): { readonly cards: readonly CardPlan[]; readonly folded: readonly Happening[] } {
  const used = new Map<string, number>();
  const mentioned = new Set<string>();
  const cards: CardPlan[] = [];
  const folded: Happening[] = [];
  for (const { owner, topic, channel, happenings } of [...wanted].sort((a, b) => rank(a) - rank(b))) {
    const severity = worst(happenings.map(({ finding }) => finding.severity));
    const preview = channel.mode === "preview";
    const waits = severity !== "critical" && !preview && !channel.working;
    const date = waits ? channel.workday : channel.today;
    const kind = lifeOf(input.groupOf(topic, owner, channel.id), { now: input.now, waits });
    const place = `${channel.id}\n${date}`;
    const count = used.get(place) ?? channel.cardsOn(date);
    if (kind !== "redraw" && count >= input.limits.cardsPerChannelAndDay) {
      folded.push(...happenings);
      continue;
    }
    if (kind !== "redraw") used.set(place, count + 1);
    const who = preview || kind === "redraw" ? undefined : input.mentionOf(owner, date);
    const mention = who !== undefined && !mentioned.has(`${who}\n${date}`) ? who : undefined;
    if (mention !== undefined) mentioned.add(`${mention}\n${date}`);
    cards.push({
      kind,
      topic,
      owner,
      channel: channel.id,
      preview,
      severity,
      news: happenings.map(({ finding }) => finding),
      what: (["returned", "worse"] as const).find((what) => happenings.every(({ kind }) => kind === what)) ?? "new",
      events: happenings.map(({ event }) => event),
      day: date,
      ...(mention !== undefined && { mention }),
      ...(waits && { notBefore: channel.workStartsAt }),
    });
  }
  return { cards, folded };
}

/** A card lives 7 days; after that, or once it was closed, a new one continues the group. */
function lifeOf(
  group: GroupState | undefined,
  { now, waits }: { readonly now: Instant; readonly waits: boolean },
): CardPlan["kind"] {
  if (group?.postedAt === undefined) return "start";
  // What cannot wait takes the place of what does.
  if (group.waiting) return waits ? "redraw" : "start";
  return group.closed || now - group.postedAt > cardLife ? "continue" : "edit";
}

export const worst = (list: readonly Severity[]): Severity =>
  severities.find((severity) => list.includes(severity)) ?? "low";
const rank = ({ happenings }: Wanted): number =>
  severities.indexOf(worst(happenings.map(({ finding }) => finding.severity)));
