/** Who a request comes from, by bearer token or by a browser's session. */
import { timingSafeEqual } from "node:crypto";
import type { Context } from "hono";
import { deleteCookie, getCookie, setCookie } from "hono/cookie";
import type { ApiParts } from "../api_route.ts";
import { type Actor, local } from "./actor.ts";

export type GuardParts = Pick<ApiParts, "node" | "people">;

/** Two nodes on one machine share a browser's cookies: each has a name of its own. */
function cookieName({ node }: GuardParts): string {
  return `session-${node.config.node}`;
}

/** `used`: whether the request is a use of its session; an open page that follows is none. */
export function actorOf(
  parts: GuardParts,
  context: Context,
  address: string,
  used = true,
): Actor | null {
  const { people, node } = parts;
  const bearer = /^Bearer (.+)$/.exec(context.req.header("authorization") ?? "")?.[1];
  if (bearer !== undefined) {
    return same(bearer, node.keystore.token) ? local(address) : people.program(bearer, address);
  }
  const token = getCookie(context, cookieName(parts));
  return token === undefined ? null : people.holder(token, address, used);
}

/** Gives the browser a session; its cookie is sent to this node alone, and to no script. */
export function giveSession(parts: GuardParts, context: Context, token: string): void {
  setCookie(context, cookieName(parts), token, {
    path: "/",
    httpOnly: true,
    sameSite: "Strict",
    secure: parts.node.config.http.tls !== undefined,
  });
}

/** Ends the browser's session. */
export async function signOut(parts: GuardParts, context: Context, actor: Actor): Promise<void> {
  const token = getCookie(context, cookieName(parts));
  if (token !== undefined) parts.people.sessions.end(token);
  deleteCookie(context, cookieName(parts));
  const { account, who, session } = actor;
  if (session === null) return;
  const whose = account === null ? {} : { account };
  await parts.people.desk.tell("sign-out", { who, ...whose });
}

function same(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}
