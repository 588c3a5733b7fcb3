/** One entry in the life of waste, with what was said of it since. */
import type { Rows } from "../../sql/sql.ts";
import type { WasteEvent } from "../entry/event.ts";
import { closureOf } from "../life/closure.ts";
import { type Effect, Effects } from "../life/effect.ts";
import { StoredWords } from "../record/stored_words.ts";

export interface KnownEntry {
  readonly event: WasteEvent;
  readonly effect: Effect;
  /** Confirmations and reversals of it. */
  readonly about: readonly WasteEvent[];
}

/** `null`: there is none here under this id. */
export async function entryOf(rows: Rows, id: string): Promise<KnownEntry | null> {
  const stored = new StoredWords(rows);
  const [event] = await stored.events([`id/${id}`]);
  if (event === undefined) return null;
  const events = new Map<string, WasteEvent>([[event.place, event]]);
  const asked = new Set<string>();
  for (let ids = [id]; ids.length > 0;) {
    ids.forEach((one) => asked.add(one));
    const found = await stored.events(ids.map((one) => `of/${one}`));
    for (const one of found) events.set(one.place, one);
    ids = found.map(({ body }) => body.id).filter((one) => !asked.has(one));
  }
  const effects = new Effects([...events.values()]);
  const about = [...events.values()].filter(({ body }) => "of" in body && body.of === id);
  return { event, effect: effects.of(event), about };
}

/** Persons of entries, by the ids of the entries: whoever confirmed them, in their order. */
export async function personsBy(
  rows: Rows,
  bag: string,
): Promise<ReadonlyMap<string, readonly string[]>> {
  const events = await closureOf({ bags: [bag] }, new StoredWords(rows).events);
  const persons = new Map<string, string[]>();
  const put = (id: string, names: readonly string[]) =>
    persons.set(id, [...persons.get(id) ?? [], ...names]);
  for (const event of events) put(event.body.id, personsIn(event));
  for (const { kind, body } of events) {
    if (kind === "waste-confirmation" && "of" in body) put(body.of, persons.get(body.id) ?? []);
  }
  return persons;
}

export function personsIn({ body }: WasteEvent): string[] {
  const given = "confirmations" in body
    ? body.confirmations
    : "confirmation" in body
    ? [body.confirmation, ...("second" in body && body.second !== undefined ? [body.second] : [])]
    : [];
  return given.map(({ person: { id, name } }) => name === undefined ? id : `${name} (${id})`);
}
