/** What a node of either role has of each domain, for tests that look and do not ask. */
import { join } from "node:path";
import { stringify } from "yaml";
import { TemporaryFolder } from "../sync/fixtures.ts";
import { parseConfig } from "./config_file.ts";
import { type Domain, type DomainDesk, openDesks } from "./domain.ts";
import { DOMAINS } from "./domains.ts";
import { testedTablesThread } from "./fixture_program.ts";
import { openNode } from "./node.ts";
import { countyRole } from "./roles/county.ts";
import { siteRole } from "./roles/site.ts";

/** Of a node that was opened for it, never ran, and is closed. */
export async function desksOf(
  role: "site" | "county",
  domains: readonly Domain[] = DOMAINS,
): Promise<readonly DomainDesk[]> {
  using folder = new TemporaryFolder();
  const name = `${role}-1`;
  const dataDir = join(folder.path, name);
  const title = { zh: name, en: name };
  const config = parseConfig(stringify({ role, node: name, title, dataDir }));
  await using node = await openNode(config, () => {}, { tablesThread: testedTablesThread() });
  const { signal } = new AbortController();
  const added = config.role === "site" ? siteRole(node, config) : countyRole(node, config, signal);
  return await openDesks(domains, node, added);
}

export async function routesOf(role: "site" | "county") {
  return (await desksOf(role)).flatMap(({ routes = [] }) => routes);
}
