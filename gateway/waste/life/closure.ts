/**
 * Which entries decide where one bag stands, and which bags an entry concerns: so that tables need
 * not fold a year of them for every bag that is sealed. An entry is found by its keys.
 */
import { type EventOf, isMove, ofKind, type WasteEvent } from "../entry/event.ts";

/** Kinds of keys; behind it the code of a bag, a load, a manifest, an entry's id or place. */
type KeyKind = "bag" | "load" | "into" | "manifest" | "about" | "of" | "id" | "reading";

const keyOf = (kind: KeyKind, code: string) => `${kind}/${code}`;

/** Gives all entries that have one of these keys, in any order. */
export type Fetch = (keys: readonly string[]) => Promise<readonly WasteEvent[]>;

/** Under which an entry has to be found. */
export function keysOf(event: WasteEvent): string[] {
  const keys = [keyOf("id", event.body.id)];
  const put = (kind: KeyKind, codes: readonly string[]) =>
    keys.push(...codes.map((code) => keyOf(kind, code)));
  if ("bag" in event.body) put("bag", [event.body.bag]);
  if ("bags" in event.body) put("bag", event.body.bags);
  if ("loads" in event.body) put("load", event.body.loads);
  if ("manifest" in event.body) put("manifest", [event.body.manifest]);
  if ("of" in event.body) put("of", [event.body.of]);
  if (event.kind === "waste-boxed") {
    const { load, outOf } = event.body;
    // What left a load was moved by it until then, also where nobody told that it was put there.
    put("into", outOf === null ? [load] : [load, outOf]);
  }
  if ("weight" in event.body && event.body.weight.from === "scale") {
    put("reading", [event.body.weight.reading]);
  }
  if (event.kind === "waste-stored") put("bag", event.body.missing.map(({ bag }) => bag));
  if (event.kind === "waste-resolution") put("about", [event.body.subject]);
  return [...new Set(keys)];
}

/** What stands somewhere: codes of each. */
export interface Standings {
  readonly bags: readonly string[];
  readonly loads: readonly string[];
  readonly manifests: readonly string[];
}

/**
 * All entries by which these stand where they do: the ledger of these has the same standing of
 * them as the ledger of all. Of others it says nothing.
 */
export async function closureOf(
  { bags, loads, manifests }: Partial<Standings>,
  fetch: Fetch,
): Promise<WasteEvent[]> {
  const gathered = new Gathered(fetch);
  await gathered.add([
    ...(bags ?? []).flatMap((bag) => [keyOf("bag", bag), keyOf("about", bag)]),
    ...(loads ?? []).flatMap(loadKeys),
    ...(manifests ?? []).map((manifest) => keyOf("manifest", manifest)),
  ]);
  for (let loads = gathered.loads(); loads.length > 0; loads = gathered.loads()) {
    // What a load bears, where it was put, and what else was put into it says which box it is.
    await gathered.add(loads.flatMap(loadKeys));
  }
  await gathered.add(gathered.manifests().map((manifest) => keyOf("manifest", manifest)));
  for (let ids = gathered.ids(); ids.length > 0; ids = gathered.ids()) {
    await gathered.add(ids.map((id) => keyOf("of", id)));
  }
  return gathered.events;
}

/** What confirms or reverses these entries, what confirms or reverses that, and so on. */
export async function correctionsOf(ids: readonly string[], fetch: Fetch): Promise<WasteEvent[]> {
  const gathered = new Map<string, WasteEvent>();
  for (let fresh = ids; fresh.length > 0;) {
    const found = (await fetch(fresh.map((id) => keyOf("of", id))))
      .filter(({ place }) => !gathered.has(place));
    found.forEach((event) => gathered.set(event.place, event));
    fresh = found.map(({ body }) => body.id);
  }
  return [...gathered.values()];
}

function loadKeys(load: string): string[] {
  return [keyOf("load", load), keyOf("about", load), keyOf("into", load)];
}

/** What may stand elsewhere because of these entries; all sorted. */
export async function touchedBy(events: readonly WasteEvent[], fetch: Fetch): Promise<Standings> {
  const bags = new Set<string>();
  const loads = new Set<string>();
  const manifests = new Set<string>();
  const seen = new Set<string>();
  const waiting = [...events];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (seen.has(next.place)) continue;
    seen.add(next.place);
    const { own, keys } = reachOf(next);
    own.forEach((bag) => bags.add(bag));
    loadsPlacedBy(next).forEach((load) => loads.add(load));
    if ("manifest" in next.body) manifests.add(next.body.manifest);
    if (keys.length > 0) waiting.push(...await fetch(keys));
  }
  const [own, inner, forms] = [bags, loads, manifests].map((codes) => [...codes].sort());
  return { bags: own, loads: inner, manifests: forms };
}

/** Loads of which it says where they stand, or which box they fill. */
function loadsPlacedBy(event: WasteEvent): string[] {
  if (event.kind === "waste-boxed") return [event.body.load, ...event.body.loads];
  const isAbout = event.kind === "waste-resolution" && event.body.about === "box";
  return isAbout ? [event.body.subject] : [];
}

/** Bags that readings of a scale, by their places, are told to be the weight of. */
export async function bagsWeighedBy(readings: readonly string[], fetch: Fetch): Promise<string[]> {
  const events = await fetch(readings.map((reading) => keyOf("reading", reading)));
  return [
    ...new Set(events.flatMap(({ body }) => "bag" in body ? [body.bag] : [])),
  ].sort();
}

/** What an entry names itself, and where what it concerns through others is found. */
function reachOf(event: WasteEvent): { own: readonly string[]; keys: readonly string[] } {
  const { body } = event;
  switch (event.kind) {
    case "waste-sealed":
    case "waste-weighed":
      return { own: [event.body.bag], keys: [] };
    case "waste-confirmation":
    case "waste-reversal":
      return { own: [], keys: [keyOf("id", event.body.of)] };
    case "waste-resolution": {
      const { subject } = event.body;
      return { own: [subject], keys: [keyOf("into", subject)] };
    }
    case "waste-disposed":
      return { own: [], keys: [keyOf("manifest", event.body.manifest)] };
    case "waste-received": {
      // What left on the manifest and is not named has not come.
      const { bags, loads, manifest } = event.body;
      const keys = [...loads.map((load) => keyOf("into", load)), keyOf("manifest", manifest)];
      return { own: bags, keys };
    }
    case "waste-manifest-number":
      return { own: [], keys: [] };
    default: {
      const missing = event.kind === "waste-stored" ? event.body.missing : [];
      const bags = "bags" in body ? body.bags : [];
      const loads = "loads" in body ? body.loads : [];
      return {
        own: [...bags, ...missing.map(({ bag }) => bag)],
        keys: loads.map((load) => keyOf("into", load)),
      };
    }
  }
}

class Gathered {
  readonly #fetch: Fetch;
  readonly #events = new Map<string, WasteEvent>();
  readonly #asked = new Set<string>();

  constructor(fetch: Fetch) {
    this.#fetch = fetch;
  }

  get events(): WasteEvent[] {
    return [...this.#events.values()];
  }

  async add(keys: readonly string[]): Promise<void> {
    const fresh = [...new Set(keys)].filter((key) => !this.#asked.has(key));
    if (fresh.length === 0) return;
    for (const key of fresh) this.#asked.add(key);
    for (const event of await this.#fetch(fresh)) this.#events.set(event.place, event);
  }

  /** Loads that the bag may lie in and that were not asked for yet. */
  loads(): string[] {
    const loads = ofKind(this.events, "waste-boxed").flatMap(around);
    return [...new Set(loads)].filter((load) => !this.#asked.has(keyOf("load", load)));
  }

  manifests(): string[] {
    const moves = this.events.filter(isMove).flatMap(({ body }) =>
      "manifest" in body ? [body.manifest] : []
    );
    return [...new Set(moves)];
  }

  ids(): string[] {
    return this.events.map(({ body }) => body.id).filter((id) => !this.#asked.has(keyOf("of", id)));
  }
}

function around({ body: { load, outOf } }: EventOf<"waste-boxed">): string[] {
  return outOf === null ? [load] : [load, outOf];
}
