/** Accounts: who may sign in where, as what; and which changes of one are allowed. Pure. */
import * as z from "zod";
import { textSchema } from "../../drivers/profile_parts.ts";
import {
  ADMINISTRATORS,
  isRole,
  type Right,
  rightsOf,
  type RoleName,
  rolesApart,
} from "./roles.ts";

/** What a person types to sign in. */
export const ACCOUNT_NAME = /^[a-z][a-z0-9._-]{1,31}$/;
/** `li` is an account of the county, `li@site-017` one that this site made itself. */
const ACCOUNT_ID = /^[a-z][a-z0-9._-]{1,31}(@[a-z][a-z0-9-]{0,62})?$/;
/** In `sites`: the centres. No node is called so. */
export const COUNTY = "@county";
const SITE = /^(@county|[a-z][a-z0-9-]{0,62})$/;
const SITES_MAX = 500;
const NAME_MAX = 60;

export const STATES = ["active", "suspended", "left"] as const;
export type AccountState = typeof STATES[number];

const personName = textSchema.refine(
  ({ zh, en }) => zh.length <= NAME_MAX && en.length <= NAME_MAX,
  `want at most ${NAME_MAX} characters`,
);

/** What a security administrator says of a person. */
export const accountWord = z.object({
  name: personName,
  title: z.string().max(NAME_MAX).optional().describe("As on the door: 主管药师, head nurse"),
  // A role that this version does not know gives no right.
  roles: z.array(z.string()).max(20).transform((roles) => roles.filter(isRole)),
  state: z.enum(STATES),
  sites: z.array(z.string().regex(SITE)).max(SITES_MAX)
    .describe('Nodes where it may be used, "@county" for the centres; none: all'),
  validUntilMs: z.number().nullable().describe("Milliseconds since 1970 UTC; null: for ever"),
});
export type AccountWord = z.infer<typeof accountWord>;

export const accountIdSchema = z.string().regex(ACCOUNT_ID);

export interface Account extends AccountWord {
  readonly id: string;
  /** 1 for the first word on it; each names the one that it replaces by being the next. */
  readonly version: number;
}

/** Where something is used: a site by its name, a centre as `@county` too. */
export interface Place {
  readonly node: string;
  readonly role: "site" | "county";
}

/** The node whose own account it is; `null`: the county's. */
export function homeOf(id: string): string | null {
  const at = id.indexOf("@");
  return at < 0 ? null : id.slice(at + 1);
}

/** What is typed for it. */
export function typedName(id: string): string {
  return id.split("@")[0];
}

/** The id of an account that is made at this node. */
export function idAt(name: string, { node, role }: Place): string {
  return role === "county" ? name : `${name}@${node}`;
}

export function isMeantFor({ sites }: Pick<Account, "sites">, { node, role }: Place): boolean {
  return sites.length === 0 || sites.includes(node) ||
    (role === "county" && sites.includes(COUNTY));
}

/**
 * What it may do here and now. An account of some sites may be used at a centre too, for nothing
 * but its own page: passwords are changed there.
 */
export function rightsAt(account: Account, place: Place, wallMs: number): ReadonlySet<Right> {
  const isMeant = isActive(account, wallMs) && isMeantFor(account, place);
  return rightsOf(isMeant ? account.roles : []);
}

export function isActive({ state, validUntilMs }: Account, wallMs: number): boolean {
  return state === "active" && (validUntilMs === null || wallMs < validUntilMs);
}

/** Whether somebody may sign in with it here. */
export function mayEnter(account: Account, place: Place, wallMs: number): boolean {
  return isActive(account, wallMs) && (place.role === "county" || isMeantFor(account, place));
}

export type ChangeFault =
  | "ownRoles"
  | "rolesApart"
  | "lastAdministrator"
  | "countyAccount"
  | "staleVersion";

/** One word on an account, to be judged: who says it, of what was, among all that are. */
export interface Change {
  /** The account of who says it; `null`: the owner, or the local command. */
  readonly by: string | null;
  readonly before: Account | null;
  readonly after: Account;
  readonly all: readonly Account[];
  readonly place: Place;
}

/**
 * Why this change is not made (X1); `null`: it is. Nobody gives himself anything; the
 * administrators are apart; there is always one who can make others.
 */
export function changeFault({ by, before, after, all, place }: Change): ChangeFault | null {
  if (homeOf(after.id) !== (place.role === "county" ? null : place.node)) return "countyAccount";
  if (after.version !== (before?.version ?? 0) + 1) return "staleVersion";
  if (rolesApart(after.roles) !== null) return "rolesApart";
  if (by === after.id && (before === null || !sameStanding(before, after))) return "ownRoles";
  const others = all.filter(({ id }) => id !== after.id);
  const lost = ADMINISTRATORS.filter((role) =>
    before !== null && serves(before, role, place) && !serves(after, role, place)
  );
  const isLast = lost.some((role) => !others.some((one) => serves(one, role, place)));
  return isLast ? "lastAdministrator" : null;
}

/** Whether it has this role here for as long as nobody says otherwise. */
function serves(account: Account, role: RoleName, place: Place): boolean {
  return account.state === "active" && account.validUntilMs === null &&
    account.roles.includes(role) && isMeantFor(account, place);
}

function sameStanding(before: Account, after: Account): boolean {
  const standing = ({ roles, state, sites, validUntilMs }: Account) =>
    JSON.stringify([roles.toSorted(), state, sites.toSorted(), validUntilMs]);
  return standing(before) === standing(after);
}
