/** A page of the console, described once for the row of tabs, for answering and for following. */
import type { Text } from "../../drivers/profile_parts.ts";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import type { ApiParts } from "../api_route.ts";
import type { Actor } from "../people/actor.ts";
import type { Right } from "../people/roles.ts";
import type { Tab } from "./layout.ts";
import type { Html, View } from "./view.ts";

/** What stands in the places of a path. */
export type Places = Readonly<Record<string, string>>;

/** Who looks at a page, and what its address asks beside its path. */
export interface Visit {
  readonly actor: Actor;
  readonly query: URLSearchParams;
}

export interface Page {
  /** Roles that have it; none: both. */
  readonly role?: "site" | "county";
  /** With places, as in `/devices/{device}`: each is one part of the path. */
  readonly path: string;
  /** Its name in the row of tabs; none: it is reached from other pages. */
  readonly tab?: Text;
  /** What its reader needs beside the right to read. */
  readonly right?: Right;
  /** It does not follow the node: a form is being filled in, or it costs much to draw. */
  readonly still?: true;
  /** Its own style and script, by their names below `/assets/`. */
  readonly assets?: readonly string[];
  /**
   * What stands inside `main`, or `null` where there is no such page. It is drawn anew whenever the
   * tables have changed, for each reader.
   */
  readonly render: (
    view: View,
    places: Places,
    parts: ApiParts,
    visit: Visit,
  ) => Promise<Html | null>;
  /** Forms on it, by the last part of the path to which they are sent: `/equality/NODE/repair`. */
  readonly forms?: Readonly<Record<string, PageForm>>;
}

export interface PageForm {
  /** What who sends it needs. */
  readonly right: Right;
  /** Where it has a file: bytes of the whole form; none: as forms of words have. */
  readonly bytesMax?: number;
  /** Does what the form asks; resolves with the path to go to, or with what is said at once. */
  readonly send: (
    form: FormData,
    places: Places,
    parts: ApiParts,
    actor: Actor,
    view: View,
  ) => Promise<string | Said>;
}

/** An answer that is shown in the place of the form's page, such as why nothing was done. */
export interface Said {
  readonly main: Html;
  readonly status: ContentfulStatusCode;
}

/** In the order of the pages, the first page of all first. */
export function tabsOf(pages: readonly Page[]): Tab[] {
  const sorted = pages.toSorted((one, other) => rank(one) - rank(other));
  return sorted.flatMap(({ path, tab, right }) =>
    tab === undefined ? [] : [{ path, text: tab, right }]
  );
}

function rank({ path }: Page): number {
  return path === "/" ? 0 : 1;
}

/** What stands in the places of a pattern, or `null` where the path is none of it. */
export function placesOf(pattern: string, path: string): Places | null {
  const [wanted, found] = [pattern.split("/"), path.split("/")];
  if (wanted.length !== found.length) return null;
  const places: Record<string, string> = {};
  for (const [index, part] of wanted.entries()) {
    const name = /^\{(\w+)\}$/.exec(part)?.[1];
    if (name === undefined) {
      if (part !== found[index]) return null;
    } else {
      const value = decoded(found[index]);
      if (value === null || value === "") return null;
      places[name] = value;
    }
  }
  return places;
}

function decoded(part: string): string | null {
  try {
    return decodeURIComponent(part);
  } catch {
    return null;
  }
}
