/** Who asks for something, and what they may. */
import { type Problem, problemResponse } from "../../sync/problem.ts";
import type { SiteScope } from "../site_scope.ts";
import type { Program } from "./account_book.ts";
import { ALL_RIGHTS, type Right, RIGHTS, rightsByScopes } from "./roles.ts";

export interface Actor {
  /** `local`: the command on this machine, with `keys/api.token`. */
  readonly kind: "local" | "owner" | "program" | "person" | "nobody";
  /** A person's account. */
  readonly account: string | null;
  readonly rights: ReadonlySet<Right>;
  /** For the audit: `person li from 10.0.0.7`, `program his from …`, `token from 127.0.0.1`. */
  readonly who: string;
  /** Where it was asked from. */
  readonly address: string;
  /** Names a person's or owner's session. */
  readonly session: string | null;
  /** Of which sites: a program's may be some of a county's. */
  readonly sites: SiteScope;
}

const NO_RIGHTS: ReadonlySet<Right> = new Set();

/** What the owner may once there are administrators: to help them in again, and nothing else. */
const OWNER_RIGHTS: ReadonlySet<Right> = new Set(["accounts.manage"]);

export function nobody(address: string): Actor {
  const who = `nobody from ${address}`;
  return {
    kind: "nobody",
    account: null,
    rights: NO_RIGHTS,
    who,
    address,
    session: null,
    sites: "all",
  };
}

export function local(address: string): Actor {
  const who = `token from ${address}`;
  return {
    kind: "local",
    account: null,
    rights: ALL_RIGHTS,
    who,
    address,
    session: null,
    sites: "all",
  };
}

export function owner(session: string, address: string, isManaged: boolean): Actor {
  const rights = isManaged ? OWNER_RIGHTS : ALL_RIGHTS;
  const who = `session ${session} from ${address}`;
  return { kind: "owner", account: null, rights, who, address, session, sites: "all" };
}

export function person(
  account: string,
  rights: ReadonlySet<Right>,
  session: string,
  address: string,
): Actor {
  const who = `person ${account} from ${address}`;
  return { kind: "person", account, rights, who, address, session, sites: "all" };
}

export function program(
  { name, scopes, sites }: Pick<Program, "name" | "scopes" | "sites">,
  address: string,
): Actor {
  const who = `program ${name} from ${address}`;
  return {
    kind: "program",
    account: null,
    rights: rightsByScopes(scopes),
    who,
    address,
    session: null,
    sites,
  };
}

/** The refusal for who lacks a right; it names it. */
export function missingRight(right: Right): Problem {
  return {
    status: 403,
    code: "missing-right",
    title: "This needs a right that you do not have",
    detail: `the right "${right}": ${RIGHTS[right].en}`,
    hint: "a security administrator gives it to persons, a system administrator to programs",
  };
}

export function refuseWithout(actor: Actor, right: Right): Response | null {
  return actor.rights.has(right) ? null : problemResponse(missingRight(right));
}
