/** The console's pages, live and without a build step; whoever comes here has a session. */
import { type Context, Hono } from "hono";
import type { Guarded } from "../api.ts";
import type { ApiParts } from "../api_route.ts";
import { refuseWithout } from "../people/actor.ts";
import { listDevices } from "../devices/device_list.ts";
import { compare } from "../fleet/equality.ts";
import { listTwins } from "../fleet/twins.ts";
import { NODE_NAME } from "../../sync/origin.ts";
import { statusOf } from "../status.ts";
import type { Text } from "../../drivers/profile_parts.ts";
import { Comparisons } from "../fleet/comparisons.ts";
import { repairWith } from "../fleet/comparing.ts";
import { countyOverview, equalityPage, sitePage, type SiteSummary } from "./county_pages.ts";
import { daysPage, onlyThereList } from "./day_pages.ts";
import { requestCounts } from "../devices/request_counts.ts";
import { devicePage } from "./device_cards.ts";
import { page } from "./layout.ts";
import { LiveStreams } from "./live.ts";
import { refusalsPage, siteOverview } from "./site_pages.ts";
import { languageOf, viewOf } from "./language.ts";
import type { Html, View } from "./view.ts";

/** What stands inside `main` of a page, or `null` where there is no such page. */
type Main = (view: View, path: string) => Promise<Html | null>;

/** `authorised`: whether who asked may still see what is shown, without counting as a use. */
export function consoleApp(
  parts: ApiParts,
  authorised: (context: Context) => boolean,
): Hono<Guarded> {
  const app = new Hono<Guarded>();
  const streams = new LiveStreams(parts.node.tables);
  const comparisons = new Comparisons(parts.node, parts.links.at(0) ?? null);
  const main: Main = parts.node.config.role === "site"
    ? siteMain(parts)
    : countyMain(parts, comparisons);
  app.get("/live", (context) => {
    const path = context.req.query("path") ?? "/";
    const language = languageOf(context);
    const render = async () => await main(viewOf(language), path) ?? "";
    return streams.respond({ render, allowed: () => authorised(context) }, context.req.raw);
  });
  if (parts.node.config.role === "county") {
    app.post("/equality/:node/repair", async (context) => {
      const refused = refuseWithout(context.get("actor"), "fleet.manage");
      if (refused !== null) return refused;
      const node = context.req.param("node");
      const answer = await repairWith(parts, { node, wait: 0 });
      await answer.body?.cancel();
      comparisons.forget();
      return context.redirect(`/equality/${encodeURIComponent(node)}`, 303);
    });
  }
  app.get("*", async (context) => {
    const { path } = context.req;
    const actor = context.get("actor");
    if (!actor.rights.has("read")) return context.redirect("/people", 303);
    const view = viewOf(languageOf(context));
    const inside = await main(view, path);
    if (inside === null) return context.notFound();
    const frame = { actor, isManaged: parts.people.book.isManaged, live: true };
    return context.html(page(view, await statusOf(parts), path, inside, frame));
  });
  return app;
}

function siteMain(parts: ApiParts): Main {
  const { clock, config, counters, tables, refusals } = parts.node;
  return async (view, path) => {
    const devices = () => listDevices(tables, config.node, clock.now());
    if (path === "/") return siteOverview(view, await statusOf(parts), await devices());
    if (path === "/refused") return refusalsPage(view, refusals.list());
    const name = /^\/devices\/([^/]+)$/.exec(path)?.[1];
    const device = (await devices()).find((one) => one.device === name);
    if (device === undefined) return null;
    return devicePage(view, device, requestCounts(counters, device.device));
  };
}

function countyMain(parts: ApiParts, comparisons: Comparisons): Main {
  const { node, links } = parts;
  return async (view, path) => {
    const equality = await compare(node.journal, links.at(0) ?? null, view.nowMs);
    if (path === "/equality") {
      const lacking = onlyThereList(view, await comparisons.onlyThere());
      return equalityPage(view, await statusOf(parts), equality, lacking);
    }
    const compared = /^\/equality\/([^/]+)$/.exec(path)?.[1];
    if (compared !== undefined) {
      return NODE_NAME.test(compared)
        ? daysPage(view, compared, await comparisons.of(compared))
        : null;
    }
    const sites = await siteSummaries(parts, equality);
    if (path === "/") return countyOverview(view, await statusOf(parts), sites, equality);
    const [, name, deviceName] = /^\/sites\/([^/]+)(?:\/([^/]+))?$/.exec(path) ?? [];
    const site = sites.find((one) => one.node === name);
    if (site === undefined) return null;
    if (deviceName === undefined) return sitePage(view, site);
    const device = site.devices.find((one) => one.device === deviceName);
    return device === undefined ? null : devicePage(view, device);
  };
}

async function siteSummaries(
  { node }: ApiParts,
  equality: Awaited<ReturnType<typeof compare>>,
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
