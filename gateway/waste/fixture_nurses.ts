/** Nurses of a real node, with passwords and PINs, as HTTP clients; for tests. */
import * as z from "zod";
import type { NodeProcess } from "../fixtures.ts";

export const PASSWORD = "Ab3$-defgh";
export const PINS: Readonly<Record<string, string>> = { li: "274916", wang: "805273" };

const created = z.object({ setupUrl: z.string() });

async function post(
  node: NodeProcess,
  path: string,
  fields: Readonly<Record<string, string>>,
  cookie?: string,
): Promise<Response> {
  const answer = await node.fetch(path, {
    method: "POST",
    token: false,
    redirect: "manual",
    body: new URLSearchParams(fields),
    headers: cookie === undefined ? {} : { cookie },
  });
  await answer.body?.cancel();
  return answer;
}

/** An account with a password, and with a PIN where there is one for the name. */
export async function addNurse(
  node: NodeProcess,
  account: string,
  roles: readonly string[] = ["nurse"],
): Promise<void> {
  const name = { zh: `护士${account}`, en: `Nurse ${account}` };
  const order = { account, name, roles };
  const { setupUrl } = created.parse(await node.ask("/api/accounts", order));
  const setup = { password: PASSWORD, again: PASSWORD, code: "", secret: "" };
  const answer = await post(node, new URL(setupUrl).pathname, setup);
  if (answer.status !== 200) throw new Error(`${account} got no password: ${answer.status}`);
  const pin = PINS[account];
  if (pin === undefined) return;
  const cookie = await sessionOf(node, account);
  const set = await post(node, "/people/me/pin", { pin, again: pin, now: PASSWORD }, cookie);
  if (!set.headers.get("location")?.includes("saved")) {
    throw new Error(`${account} got no PIN: ${set.headers.get("location")}`);
  }
}

/** The cookie of a new session. */
export async function sessionOf(node: NodeProcess, name: string): Promise<string> {
  const answer = await post(node, "/sign-in", { name, password: PASSWORD, to: "/" });
  const [cookie] = answer.headers.getSetCookie();
  if (cookie === undefined) throw new Error(`${name} may not enter: ${answer.status}`);
  return cookie.split(";")[0];
}

/** An act of who has this session: whatever comes of it. */
export async function act(
  node: NodeProcess,
  cookie: string,
  path: string,
  body: object,
): Promise<{ readonly status: number; readonly json: unknown }> {
  const headers = { cookie, "content-type": "application/json" };
  const init = { method: "POST", token: false, headers, body: JSON.stringify(body) } as const;
  const answer = await node.fetch(`/api/waste/${path}`, init);
  return { status: answer.status, json: await answer.json() };
}
