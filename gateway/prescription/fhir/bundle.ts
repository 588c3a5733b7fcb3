/** The resources of a Bundle, and what they say of one another (bundle.html#references, R4). */
import type * as z from "zod";
import type { Path } from "../../dig.ts";
import { issueFaults, type PathFault } from "../../schema_faults.ts";
import { jsonWording } from "../checked_prescription.ts";
import {
  type AnyResource,
  bundle,
  isOf,
  isRead,
  type Reference,
  type Resource,
  resource,
  type ResourceOf,
  type ResourceType,
} from "./resources.ts";

/** With more nobody looks at the resources behind: telling all takes everybody's time. */
const FAULTS_ENOUGH = 200;

/** Where a resource stands, such as `entry[3].resource`. */
export interface Place {
  readonly at: Path;
  /** What stands before `Type/id` in the address of its entry, or nothing. */
  readonly root: string;
}

export interface Located<T extends ResourceType = ResourceType> extends Place {
  readonly resource: ResourceOf<T>;
}

export type ReadBundle =
  | { readonly kind: "bundle"; readonly bundle: FhirBundle }
  | { readonly kind: "faults"; readonly faults: readonly PathFault[] };

/** Looks at the form of each resource; at what they mean looks nobody yet. */
export function readBundle(document: unknown): ReadBundle {
  const result = bundle.safeParse(document);
  if (!result.success) return { kind: "faults", faults: faultsOf(result.error, document, []) };
  const made = new FhirBundle();
  for (const [index, { fullUrl, resource }] of result.data.entry.entries()) {
    if (made.faults.length > FAULTS_ENOUGH) break;
    made.add(resource, ["entry", index, "resource"], fullUrl ?? null);
  }
  return made.faults.length > 0
    ? { kind: "faults", faults: made.faults }
    : { kind: "bundle", bundle: made };
}

export class FhirBundle {
  readonly faults: PathFault[] = [];
  readonly #whole: boolean;
  readonly #all: Located[] = [];
  readonly #addresses = new Set<string>();
  /** By every name that a reference may have for it; `null`: two have this name. */
  readonly #named = new Map<string, Located | null>();

  /** Whole: all that is named in it has to be in it. */
  constructor(whole = true) {
    this.#whole = whole;
  }

  /** Takes a resource, and what it contains, as far as its type is read. */
  add(document: AnyResource, at: Path, url: string | null): void {
    const { resourceType, id } = document;
    const relative = id === undefined ? null : `${resourceType}/${id}`;
    if (this.#whole && isRead(resourceType)) this.#takeAddress(url ?? relative, at, url !== null);
    const root = relative !== null && url?.endsWith(`/${relative}`)
      ? url.slice(0, -relative.length)
      : "";
    this.#take(document, at, root, [url, relative]);
    for (const [index, inner] of (document.contained ?? []).entries()) {
      const place = [...at, "contained", index];
      this.#take(inner, place, root, [`${at.join()}#${inner.id}`], false);
    }
  }

  /** Two of one address are one resource twice, or two versions of it (bdl-7, bundle.html, R4). */
  #takeAddress(address: string | null, at: Path, isUrl: boolean): void {
    if (address === null) return;
    if (this.#addresses.has(address)) {
      const path = isUrl ? [...at.slice(0, -1), "fullUrl"] : [...at, "id"];
      const message = `found "${address.slice(0, 100)}", which another entry is too; want it once`;
      this.faults.push({ path, message });
    }
    this.#addresses.add(address);
  }

  #take(
    document: { readonly resourceType: string },
    at: Path,
    root: string,
    names: readonly (string | null)[],
    listed = true,
  ): void {
    if (!isRead(document.resourceType)) return;
    const result = resource.safeParse(document);
    if (!result.success) {
      this.faults.push(...faultsOf(result.error, document, at));
      return;
    }
    const located = { resource: result.data, at, root };
    if (listed) this.#all.push(located);
    for (const name of names) {
      if (name !== null) this.#named.set(name, this.#named.has(name) ? null : located);
    }
  }

  /** Those of a type, in the order of the entries. */
  of<T extends ResourceType>(type: T): Located<T>[] {
    return this.#all.flatMap((one) => narrowed(one, type) ?? []);
  }

  /**
   * What a reference names, of one of `types`; where that is nothing, a fault at `place`. A
   * reference of which only an identifier is given names nothing in the bundle.
   */
  resolve<T extends ResourceType>(
    { reference }: Reference,
    from: Place,
    place: Path,
    ...types: readonly T[]
  ): Located<T> | null {
    const path = [...place, "reference"];
    if (reference === undefined) {
      this.faults.push({ path, message: `it is missing; want one of a ${types.join(" or ")}` });
      return null;
    }
    const found = this.#find(reference, from);
    const shown = reference.slice(0, 100);
    if (found === null) {
      this.faults.push({ path, message: `found "${shown}", which two entries are; want one` });
      return null;
    }
    if (found === undefined) {
      const message = `found "${shown}", and there is no such entry; want the ` +
        `${types.join(" or ")} in the bundle`;
      this.faults.push({ path, message });
      return null;
    }
    for (const type of types) {
      const one = narrowed(found, type);
      if (one !== null) return one;
    }
    const message = `found "${shown}", a ${found.resource.resourceType}; want a ${
      types.join(" or ")
    }`;
    this.faults.push({ path, message });
    return null;
  }

  /** As {@link resolve}; but of what is not whole some may be missing without a fault. */
  resolveHeld<T extends ResourceType>(
    reference: Reference,
    from: Place,
    place: Path,
    ...types: readonly T[]
  ): Located<T> | null {
    if (!this.#whole && this.#find(reference.reference ?? "", from) === undefined) return null;
    return this.resolve(reference, from, place, ...types);
  }

  #find(reference: string, from: Place): Located | null | undefined {
    if (reference.startsWith("#")) {
      return this.#named.get(`${containerOf(from.at).join()}${reference}`);
    }
    const name = reference.replace(/\/_history\/[^/]*$/, "");
    return this.#named.get(`${from.root}${name}`) ?? this.#named.get(name);
  }
}

/** A contained resource names its neighbours as its container does. */
function containerOf(at: Path): Path {
  const inner = at.indexOf("contained");
  return inner < 0 ? at : at.slice(0, inner);
}

function narrowed<T extends ResourceType>(
  { resource, at, root }: { readonly resource: Resource; readonly at: Path; readonly root: string },
  type: T,
): Located<T> | null {
  return isOf(resource, type) ? { resource, at, root } : null;
}

function faultsOf(error: z.ZodError, document: unknown, at: Path): PathFault[] {
  const wording = jsonWording(at.length === 0 ? bundle : resource);
  return error.issues.flatMap((issue) => issueFaults(issue, document, wording))
    .map(({ path, message }) => ({ path: [...at, ...path], message }));
}
