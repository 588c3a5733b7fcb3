/** Where a value stands in a JSON document: `temperature`, `values[0].v`, `probes[name=T1].v`. */
import * as z from "zod";

const NAME = String.raw`[^.[\]=]+`;
const STEP = String.raw`\[\d+\]|\[${NAME}=[^\]]+\]`;

export const pathSchema = z.string().max(200).regex(
  new RegExp(`^(${NAME}|${STEP})([.]${NAME}|${STEP})*$`),
  "want a path such as temperature, DS18B20.Temperature, values[0].v or probes[name=T1].v",
);

/** A name or an index, or the one element of a list that has this value under this name. */
type Step = string | { readonly name: string; readonly value: string };

/** Paths come from profiles, so there are few; each is taken apart once. */
const known = new Map<string, readonly Step[]>();

export function stepsOf(path: string): readonly Step[] {
  let steps = known.get(path);
  if (steps === undefined) {
    steps = Array.from(
      path.matchAll(/\[([^=\]]+)=([^\]]+)\]|[^.[\]]+/g),
      ([whole, name, value]) => name === undefined || value === undefined ? whole : { name, value },
    );
    known.set(path, steps);
  }
  return steps;
}

/** The value at a path; `undefined` where there is none. */
export function at(document: unknown, path: string): unknown {
  let value = document;
  for (const step of stepsOf(path)) {
    value = typeof step === "string" ? own(value, step) : selected(value, step);
    if (value === undefined) return undefined;
  }
  return value;
}

/** Only what the document itself has: every object has a "constructor". */
function own(value: unknown, name: string): unknown {
  if (typeof value !== "object" || value === null || !Object.hasOwn(value, name)) return undefined;
  return Reflect.get(value, name);
}

/** Where two elements answer to it, nobody knows which is meant. */
function selected(list: unknown, { name, value }: Exclude<Step, string>): unknown {
  if (!Array.isArray(list)) return undefined;
  const found = list.filter((element) => {
    const its = own(element, name);
    return ["string", "number", "bigint"].includes(typeof its) && String(its) === value;
  });
  return found.length === 1 ? found[0] : undefined;
}

/** Sets the place at a path, making what is missing on the way. */
export function put(document: object, path: string, value: unknown): void {
  const steps = stepsOf(path);
  let place = document;
  for (const [index, step] of steps.entries()) {
    const next = steps.at(index + 1);
    if (typeof step !== "string") {
      const element = selected(place, step);
      if (typeof element === "object" && element !== null) place = element;
      else if (Array.isArray(place)) {
        const made = { [step.name]: step.value };
        place.push(made);
        place = made;
      }
      continue;
    }
    if (next === undefined) return void Reflect.set(place, step, value);
    let inner: unknown = Reflect.get(place, step);
    if (typeof inner !== "object" || inner === null) {
      inner = typeof next !== "string" || /^\d+$/.test(next) ? [] : {};
      Reflect.set(place, step, inner);
    }
    if (typeof inner === "object" && inner !== null) place = inner;
  }
}
