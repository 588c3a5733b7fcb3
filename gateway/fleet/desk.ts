/** What a running node shows of the county's nodes. */
import { NODE_NAME } from "../../sync/origin.ts";
import type { Text } from "../../drivers/profile_parts.ts";
import type { ApiParts } from "../api_route.ts";
import {
  countyOverview,
  equalityPage,
  sitePage,
  type SiteSummary,
} from "../console/county_pages.ts";
import { daysPage, onlyThereList } from "../console/day_pages.ts";
import type { Page } from "../console/page.ts";
import { textOf } from "../console/text.ts";
import { listDevices } from "../devices/device_list.ts";
import type { OpenDesk } from "../domain.ts";
import { statusOf } from "../status.ts";
import { repairWith } from "./comparing.ts";
import { Comparisons } from "./comparisons.ts";
import { compare, type EqualityView } from "./equality.ts";
import { FLEET_ROUTES } from "./fleet_routes.ts";
import { listTwins } from "./twins.ts";

export const openFleetDesk: OpenDesk = (node, { links }) => ({
  routes: FLEET_ROUTES,
  pages: pagesWith(new Comparisons(node, links.at(0) ?? null)),
});

function pagesWith(comparisons: Comparisons): readonly Page[] {
  return [
    {
      role: "county",
      path: "/",
      tab: textOf("overview"),
      render: async (view, _places, parts) => {
        const equality = await equalityOf(parts, view.nowMs);
        const sites = await siteSummaries(parts, equality);
        return countyOverview(view, await statusOf(parts), sites, equality);
      },
    },
    {
      role: "county",
      path: "/sites/{site}",
      render: async (view, { site }, parts) => {
        const sites = await siteSummaries(parts, await equalityOf(parts, view.nowMs));
        const found = sites.find(({ node }) => node === site);
        return found === undefined ? null : sitePage(view, found);
      },
    },
    {
      role: "county",
      path: "/equality",
      tab: textOf("equality"),
      render: async (view, _places, parts) => {
        const lacking = onlyThereList(view, await comparisons.onlyThere());
        const equality = await equalityOf(parts, view.nowMs);
        return equalityPage(view, await statusOf(parts), equality, lacking);
      },
    },
    {
      role: "county",
      path: "/equality/{node}",
      render: async (view, { node }) =>
        NODE_NAME.test(node) ? daysPage(view, node, await comparisons.of(node)) : null,
      forms: {
        repair: {
          right: "fleet.manage",
          send: async (_form, { node }, parts) => {
            const answer = await repairWith(parts, { node, wait: 0 });
            await answer.body?.cancel();
            comparisons.forget();
            return `/equality/${encodeURIComponent(node)}`;
          },
        },
      },
    },
  ];
}

function equalityOf({ node, links }: ApiParts, nowMs: number): Promise<EqualityView[]> {
  return compare(node.journal, links.at(0) ?? null, nowMs);
}

async function siteSummaries(
  { node }: ApiParts,
  equality: readonly EqualityView[],
): Promise<SiteSummary[]> {
  const twins = Map.groupBy(await listTwins(node.tables), ({ node }) => node);
  const devices = Map.groupBy(
    await listDevices(node.tables, null, node.clock.now()),
    ({ site }) => site,
  );
  const titles = new Map<string, Text>();
  for (const row of await node.tables.rows("SELECT node, title FROM nodes")) {
    titles.set(row.text("node"), JSON.parse(row.text("title")));
  }
  return node.registry.list().filter(({ member }) => member.role === "site").map((site) => ({
    node: site.node,
    title: titles.get(site.node) ?? null,
    devices: devices.get(site.node) ?? [],
    equality: equality.filter((one) => one.node === site.node),
    twins: twins.get(site.node) ?? [],
  }));
}
