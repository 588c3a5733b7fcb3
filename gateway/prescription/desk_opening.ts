/** What a running node has of prescriptions: nothing where it is not configured. */
import type { Hono } from "hono";
import type { Concern } from "../concern.ts";
import type { OpenDesk } from "../domain.ts";
import { together } from "../together.ts";
import { authorCheck } from "./acting.ts";
import { Arrivals } from "./arrivals.ts";
import { cdsApp } from "./cds/cds_app.ts";
import { cdsClients } from "./cds/cds_clients.ts";
import { CdsDesk, type CdsDeskParts } from "./cds/cds_desk.ts";
import { ClientTokens } from "./cds/client_token.ts";
import { CountyDesk, type DeskParts } from "./county_desk.ts";
import { capabilityRoutes } from "./fhir/capability_routes.ts";
import { fhirProblems } from "./fhir/fhir_problems.ts";
import { Hearing } from "./hearing.ts";
import { HomeWatch } from "./home_watch.ts";
import { Homes } from "./homes.ts";
import { LifeDesk } from "./life_desk.ts";
import { lifeRoutes } from "./life_routes.ts";
import { tokenSigner } from "./life/token.ts";
import { ReviewDesk } from "./review/review_desk.ts";
import { reviewRoutes } from "./review/review_routes.ts";
import { streamRoutes } from "./review/stream_routes.ts";
import { ReleaseDesk } from "./release/release_desk.ts";
import { releaseRoute, ruleRoutes } from "./release/release_routes.ts";
import { type RefusedRelease, RuleBook } from "./release/rule_book.ts";
import { OfficeDesk } from "./office/office_desk.ts";
import { officePages } from "./office/pages/office_pages.ts";
import { officeRoutes } from "./office/office_routes.ts";
import { policyRoute } from "./policy_route.ts";
import { readSources } from "./review_sources.ts";
import { prescriptionRoutes } from "./routes.ts";
import { BodyRoom } from "./sent_body.ts";
import { SameKeyDesk } from "./same_key_desk.ts";
import { SiteDesk } from "./site_desk.ts";
import { SplitDesk } from "./split_desk.ts";
import { ToldDesk } from "./told/told_desk.ts";
import { TodoDesk } from "./todo_desk.ts";
import { benchPages } from "./workbench/bench_page.ts";
import { benchParts } from "./workbench/bench_parts.ts";

export const openPrescriptionDesk: OpenDesk = (node, { links }) => {
  const { config, keystore } = node;
  if (config.prescription === undefined) return {};
  const { signers } = config.prescription;
  const book = new RuleBook(readSources(config.prescription), node, signers);
  const parts: DeskParts = {
    node,
    config: config.prescription,
    sources: book,
    sign: tokenSigner(keystore.key),
  };
  const { warnSeconds, escalateSeconds, awaySeconds, ...reviewing } = config.prescription.review;
  const policy = {
    warnMs: warnSeconds * 1000,
    escalateMs: escalateSeconds * 1000,
    awayMs: awaySeconds * 1000,
    ...reviewing,
  };
  const review = new ReviewDesk({ node, config: policy, sources: book, sign: parts.sign });
  const life = new LifeDesk(node);
  const told = new ToldDesk(node, config.prescription);
  const shared = [
    ...told.routes(),
    ...lifeRoutes(life, book),
    ...ruleRoutes(book),
    ...capabilityRoutes(),
    ...reviewRoutes(review),
    ...streamRoutes(review, benchParts(policy)),
    policyRoute(config.prescription.waitMs),
  ];
  const pages = benchPages(review);
  const concernsOf = (...desks: readonly { readonly concerns: readonly Concern[] }[]) => () => [
    ...book.now.registry === null ? [NO_REGISTRY] : [],
    ...book.alarmed.map(refusedConcern),
    ...desks.flatMap(({ concerns }) => concerns),
  ];
  const room = new BodyRoom();
  const mayAuthor = authorCheck(life, book);
  if (config.role === "site") {
    const desk = new SiteDesk(parts, links);
    return {
      routes: [...prescriptionRoutes({ desk, room, mayAuthor }), ...shared],
      apps: [fhirProblems(), ...cdsDoor(parts, { desk, room, unheard: () => [] })],
      pages,
      concerns: concernsOf(desk),
      run: (signal) => together([book, desk, review, told], signal),
    };
  }
  const watch = new HomeWatch(config.peer?.node ?? null);
  const watching = { run: (signal: AbortSignal) => watch.run(node.journal, signal) };
  const homes = {
    own: config.node,
    other: config.peer?.node ?? null,
    isUp: () => links.at(0)?.status().state === "up",
    takeOverMs: config.prescription.takeOverMs,
    movedMs: () => watch.movedMs,
  };
  const home = new Homes(homes);
  const link = config.peer === undefined ? null : links.at(0) ?? null;
  const hearing = new Hearing(node, link);
  const desk = new CountyDesk(parts, home, hearing);
  const arrivals = new Arrivals({
    node,
    waitMs: config.prescription.waitMs,
    isOurs: (site) => home.isHome(site),
    decide: (one) => desk.decideArrived(one),
  });
  const todo = new TodoDesk(parts, new Homes(homes));
  const split = new SplitDesk(parts, { home, hearing, desk });
  const keys = new SameKeyDesk(node);
  const apart = link === null ? [] : [watching, hearing, split];
  const releases = new ReleaseDesk(node, signers);
  const office = new OfficeDesk(
    node,
    policy,
    (site, day) => book.now.registry?.kindOf(site, day) ?? null,
  );
  const own = [releaseRoute(releases), ...officeRoutes(office)];
  return {
    routes: [...prescriptionRoutes({ desk, room, mayAuthor }), ...shared, ...own],
    pages: [...pages, ...officePages(office)],
    apps: [
      fhirProblems(),
      ...cdsDoor(parts, { desk, room, unheard: (site) => hearing.unheard(site) }),
    ],
    concerns: concernsOf(desk, todo, split, keys),
    run: (signal) =>
      together(
        [book, desk, arrivals, todo, keys, ...apart, review, releases, told],
        signal,
      ),
  };
};

const NO_REGISTRY: Concern = {
  title: {
    zh: "没有人员登记册：处方不能自动通过，药师不能审方，医师不能再次签名",
    en: "No registry is in force: no prescription passes by rules, nobody reviews or signs again",
  },
  reason: "prescription.registry, or tributary rules release --registry FILE",
};

function refusedConcern({ number, reason }: RefusedRelease): Concern {
  return {
    title: {
      zh: `第 ${number} 次规则发布在本机无法启用，仍按之前的规则审方`,
      en: `Release ${number} of the rules cannot be used here: those before stay in force`,
    },
    reason,
  };
}

/** CDS Hooks, where it is configured. */
function cdsDoor(
  { node, config, sources }: DeskParts,
  { desk, room, unheard }: {
    readonly desk: Pick<CountyDesk | SiteDesk, "refuse" | "historyOf">;
    readonly room: BodyRoom;
    readonly unheard: CdsDeskParts["unheard"];
  },
): Hono[] {
  if (config.cds === undefined) return [];
  const cds: CdsDeskParts = {
    node,
    sources,
    limits: config,
    refuse: (site) => desk.refuse(site),
    unheard,
    historyOf: (key, draft) => desk.historyOf(key, draft),
  };
  const tokens = new ClientTokens(cdsClients(config.cds));
  const { url } = config.cds;
  return [cdsApp({ desk: new CdsDesk(cds), room, tokens, url, now: () => node.clock.now() })];
}
