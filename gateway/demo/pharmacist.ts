/** The demo's pharmacist: a person with an account of the county, who can sign in at each node. */
import * as z from "zod";
import { newPassword } from "../commands/device/password.ts";
import { askNode, CommandError } from "../commands/local_api.ts";
import { readConfig } from "../config_file.ts";
import type { NodePlan } from "./plan.ts";

export const credentials = z.object({ account: z.string(), password: z.string() });
export type Credentials = z.infer<typeof credentials>;

const created = z.object({ setupUrl: z.url() });

/**
 * Makes the account at this centre and sets a password by its one-time link, as the person would.
 * `before`: of an earlier start in the same folder, where the account is still there.
 */
export async function hirePharmacist(
  { config }: NodePlan,
  before: Credentials | null,
): Promise<Credentials> {
  if (before !== null) return before;
  const account = "pharmacist";
  const { setupUrl } = created.parse(
    await askNode(readConfig(config), "/api/accounts", {
      account,
      name: { zh: "演示药师", en: "Demo pharmacist" },
      roles: ["senior-pharmacist"],
    }),
  );
  const password = newPassword();
  const fields = { password, again: password, code: "", secret: "" };
  const answer = await fetch(setupUrl, {
    method: "POST",
    redirect: "manual",
    body: new URLSearchParams(fields),
  });
  await answer.body?.cancel();
  if (answer.status >= 400) {
    throw new CommandError(`Cannot set the demo pharmacist's password: ${answer.status}`);
  }
  return { account, password };
}
