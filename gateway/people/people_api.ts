/** Routes about people, for the command on this machine and for programs of a county. */
import * as z from "zod";
import { type Problem, problemResponse } from "../../sync/problem.ts";
import type { ApiParts, ApiRoute } from "../api_route.ts";
import {
  type Account,
  ACCOUNT_NAME,
  accountWord,
  type ChangeFault,
  idAt,
  STATES,
} from "./account.ts";
import { programOrder, sitesFault } from "./program_order.ts";
import { ROLE_NAMES } from "./roles.ts";

const newAccount = z.strictObject({
  account: z.string().regex(ACCOUNT_NAME, "want 2 to 32 small letters, digits and . _ -"),
  name: accountWord.shape.name,
  title: accountWord.shape.title,
  roles: z.array(z.enum(ROLE_NAMES)).max(20).describe("What the person is"),
  sites: accountWord.shape.sites.default([]),
  validUntilMs: accountWord.shape.validUntilMs.default(null),
});

const accountView = z.object({
  id: z.string(),
  name: accountWord.shape.name,
  title: z.string().nullable(),
  roles: z.array(z.enum(ROLE_NAMES)),
  state: z.enum(STATES),
  sites: z.array(z.string()),
  validUntilMs: z.number().nullable(),
  hasPassword: z.boolean(),
  lockedMinutes: z.number().describe("0: it is not locked"),
});

const programView = z.object({
  id: z.string(),
  name: z.string(),
  scopes: z.array(z.string()),
  sites: z.union([z.literal("all"), z.array(z.string())])
    .describe("At a county: for which sites; none: it was made before tokens named theirs"),
  expiresMs: z.number().nullable().describe("Milliseconds since 1970 UTC; null: no end"),
  madeMs: z.number(),
  revoked: z.boolean(),
});

const FAULTS: Record<ChangeFault, string> = {
  ownRoles: "nobody changes his own roles, sites, state or term",
  rolesApart: "system, security and audit administrators have to be different persons",
  lastAdministrator: "this is the last administrator of its kind: name another first",
  countyAccount: "an account is changed where it was made",
  staleVersion: "there is such an account, or it was changed meanwhile",
};

function refusedFor(fault: ChangeFault): Problem {
  const title = "This account is not made or changed";
  return { status: 409, code: "account-refused", title, detail: FAULTS[fault] };
}

export function setupUrl(url: string, token: string): string {
  return new URL(`/setup/${token}`, url).href;
}

function viewOf({ people }: ApiParts, account: Account): z.infer<typeof accountView> {
  const { id, name, title = null, roles, state, sites, validUntilMs } = account;
  const lockedMinutes = Math.max(
    people.locks.minutes("account", id),
    people.locks.minutes("pin", id),
  );
  const hasPassword = people.book.hasPassword(id);
  return { id, name, title, roles, state, sites, validUntilMs, hasPassword, lockedMinutes };
}

export const PEOPLE_ROUTES: readonly ApiRoute[] = [
  {
    method: "get",
    path: "/api/accounts",
    right: "accounts.manage",
    summary: "Accounts that this node knows",
    answer: z.array(accountView),
    handle: (parts) =>
      Promise.resolve(Response.json(parts.people.book.list().map((one) => viewOf(parts, one)))),
  },
  {
    method: "post",
    path: "/api/accounts",
    right: "accounts.manage",
    summary: "A new account, and the one-time link with which its person sets a password",
    body: newAccount,
    answer: z.object({ id: z.string(), setupUrl: z.string() }),
    handle: async ({ people, url }, { body, actor }) => {
      const { account, ...word } = newAccount.parse(body);
      const id = idAt(account, people.place);
      const put = await people.desk.put(actor, id, 0, { ...word, state: "active" });
      if (put.kind === "fault") return problemResponse(refusedFor(put.fault));
      const token = await people.desk.newSetupLink(actor, id);
      return Response.json({ id, setupUrl: setupUrl(url, token) }, { status: 201 });
    },
  },
  {
    method: "post",
    path: "/api/accounts/{id}/unlock",
    right: "accounts.manage",
    summary: "Lets an account in again that failures have locked",
    answer: accountView,
    handle: async (parts, { path, who }) => {
      const account = parts.people.book.account(path.id);
      if (account === null) return problemResponse(NO_ACCOUNT);
      await parts.people.signIn.unlock(account.id, who);
      return Response.json(viewOf(parts, account), { status: 201 });
    },
  },
  {
    method: "get",
    path: "/api/programs",
    right: "system.manage",
    summary: "Programs that were given a token, without it",
    answer: z.array(programView),
    handle: ({ people }) => Promise.resolve(Response.json(people.book.programs())),
  },
  {
    method: "post",
    path: "/api/programs",
    right: "system.manage",
    summary: "A token for a program, shown this once",
    body: programOrder,
    answer: z.object({ id: z.string(), token: z.string() }),
    handle: async ({ people }, { body, actor }) => {
      const order = programOrder.parse(body);
      const detail = sitesFault(order, people.place.role);
      if (detail !== null) return problemResponse({ ...BAD_PROGRAM, detail });
      return Response.json(await people.desk.newProgram(actor, order), { status: 201 });
    },
  },
  {
    method: "post",
    path: "/api/programs/{id}/revoke",
    right: "system.manage",
    summary: "Ends a program's token, at once and for good",
    answer: z.object({ id: z.string() }),
    handle: async ({ people }, { path, actor }) => {
      const isEnded = await people.desk.endProgram(actor, path.id);
      if (!isEnded) return problemResponse(NO_PROGRAM);
      return Response.json({ id: path.id }, { status: 201 });
    },
  },
];

const NO_ACCOUNT: Problem = {
  status: 404,
  code: "no-such-account",
  title: "There is no such account here",
  hint: "GET /api/accounts lists them",
};

const BAD_PROGRAM: Problem = {
  status: 400,
  code: "bad-input",
  title: "The request is not what this route takes",
  hint: "see /api/openapi.json",
};

const NO_PROGRAM: Problem = {
  status: 404,
  code: "no-such-program",
  title: "There is no such token, or it was revoked before",
  hint: "GET /api/programs lists them",
};
