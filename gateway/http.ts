/** Everything a node answers over HTTP, and who may ask for it. */
import { type Context, Hono } from "hono";
import { BodyBrokenOff, BodyTooSlow } from "../sync/paced_body.ts";
import { type Problem, problemResponse } from "../sync/problem.ts";
import type { SyncHandler } from "../sync/routes.ts";
import { apiApp, type Guarded } from "./api.ts";
import type { ApiParts } from "./api_route.ts";
import { isLoopback } from "./config.ts";
import { isDiskFailure } from "./disk_failure.ts";
import type { DomainDesk } from "./domain.ts";
import { FormRefused } from "./form.ts";
import { consoleApp } from "./console/app.ts";
import { languageApp, languageOf, ownPage, viewOf } from "./console/language.ts";
import { enterPage, formRefusedPage, missingPage, strangerPage } from "./console/layout.ts";
import { tabsOf } from "./console/page.ts";
import type { TextKey } from "./console/text.ts";
import { metricsText } from "./metrics.ts";
import { openApi } from "./openapi.ts";
import { type Actor, nobody, refuseWithout } from "./people/actor.ts";
import { ArgonBusy } from "./people/argon.ts";
import { actorOf, giveSession, signOut } from "./people/guard.ts";
import { isOfOtherPage } from "./people/other_page.ts";
import { peopleApp } from "./people/pages/app.ts";
import { isForPeople } from "./people/pages/refusal_page.ts";
import { signInApp } from "./people/pages/sign_in_app.ts";
import { signInPage } from "./people/pages/sign_in_page.ts";
import { refusalForAll } from "./site_scope.ts";
import { statusOf } from "./status.ts";

export interface HttpParts extends ApiParts {
  /** Answers below `/sync/`; a site has none. */
  readonly sync: SyncHandler | null;
  /** What the node has of each domain. */
  readonly desks: readonly DomainDesk[];
  /** Why the node is not ready, or `null`. */
  readonly unready: () => string | null;
}

/** What Deno tells of a connection. */
export interface Connection {
  readonly remoteAddr: { readonly hostname: string };
}

const TOO_SLOW: Problem = {
  status: 408,
  code: "too-slow",
  title: "The body came too slowly",
  hint: "send it again when the line is better",
};

const BROKEN_OFF: Problem = {
  status: 400,
  code: "body-broken-off",
  title: "The body ended before all of it had come: nothing was done",
  hint: "send it again",
};

const BUSY: Problem = {
  status: 503,
  code: "busy",
  title: "Too many passwords are checked at this moment",
  hint: "try again",
};

const OTHER_PAGE: Problem = {
  status: 403,
  code: "other-page",
  title: "Another page than this node's sent this",
  hint: "open the node's own page and send it from there",
};

/** What a page that is left open asks anew by itself. */
const FOLLOWED: ReadonlySet<string> = new Set([
  "/live",
  "/api/reviews/stream",
  "/api/reviews/present",
  "/api/prescription-changes",
]);

/** Below these are routes that ask themselves whose a token is. */
const BY_SITE = /^\/(api|fhir)\//;

/** A disk that is full is so for a while. */
const RETRY_AFTER_SECONDS = 30;

const ASSETS: Readonly<Record<string, string>> = {
  "frame.css": "text/css; charset=utf-8",
  "parts.css": "text/css; charset=utf-8",
  "forms.css": "text/css; charset=utf-8",
  "console.js": "text/javascript; charset=utf-8",
  "review.css": "text/css; charset=utf-8",
  "waste.css": "text/css; charset=utf-8",
  "review.js": "text/javascript; charset=utf-8",
  "icon.svg": "image/svg+xml",
};

/**
 * Nothing but our own files: a value that came from a device can never become a script; no form
 * leads elsewhere; our own pages say that they are ours, see `isOfOtherPage`.
 */
const SECURITY_HEADERS: Readonly<Record<string, string>> = {
  "content-security-policy":
    "default-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
  "x-content-type-options": "nosniff",
  "referrer-policy": "same-origin",
};

export function httpHandler(
  parts: HttpParts,
): (request: Request, connection: Connection) => Promise<Response> {
  const { node, sync } = parts;
  const routes = parts.desks.flatMap(({ routes = [] }) => routes);
  const pages = parts.desks.flatMap(({ pages = [] }) => pages);
  const app = new Hono<Guarded & { Bindings: { connection: Connection } }>();
  const assets = readAssets();

  // Before what is said to browsers: it would cost each reading of a site more than it has.
  if (sync !== null) {
    app.all(
      "/sync/*",
      (context) => sync(context.req.raw, context.env.connection.remoteAddr.hostname),
    );
  }
  app.use(async (context, next) => {
    if (isOfOtherPage(context.req.raw)) context.res = problemResponse(OTHER_PAGE);
    else await next();
    for (const [name, value] of Object.entries(SECURITY_HEADERS)) context.header(name, value);
    // Whoever comes to a ward's tablet next turns back no page of somebody who signed out.
    if (!context.res.headers.has("cache-control")) context.header("cache-control", "no-store");
  });
  app.onError((error, context) => {
    const { method, path } = context.req;
    node.log({ kind: "request-failed", method, path, error: error.message });
    if (isDiskFailure(error)) return noRoomResponse(error);
    if (error instanceof BodyTooSlow) return problemResponse(TOO_SLOW);
    if (error instanceof BodyBrokenOff) return problemResponse(BROKEN_OFF);
    if (error instanceof FormRefused) return refuseForm(error, context);
    if (error instanceof ArgonBusy) return problemResponse(BUSY);
    return problemResponse({
      status: 500,
      code: "internal",
      title: "The node could not answer this request",
    });
  });
  app.get("/healthz", (context) => context.text("ok\n"));
  app.get("/readyz", (context) => {
    const reason = parts.unready();
    return reason === null ? context.text("ready\n") : context.text(`${reason}\n`, 503);
  });
  app.get("/assets/:name", (context) => {
    const name = context.req.param("name");
    const body = assets.get(name);
    if (body === undefined) return context.notFound();
    return context.body(body, 200, { "content-type": ASSETS[name], "cache-control": "max-age=60" });
  });
  app.route("/", languageApp());
  app.get("/owner/:token", (context) => showOwnerLink(parts, context));
  app.post("/owner/:token", (context) => openOwnerLink(parts, context));

  app.route("/", signInApp(parts));
  for (const { apps = [] } of parts.desks) for (const one of apps) app.route("/", one);

  app.use(async (context, next) => {
    const { hostname } = context.env.connection.remoteAddr;
    const local = context.req.path === "/metrics" && isLoopback(hostname);
    // A page that is left open asks anew whenever its line breaks: nobody has used it for that.
    const actor = actorOf(parts, context, hostname, !FOLLOWED.has(context.req.path));
    context.set("actor", actor ?? nobody(hostname));
    context.set("who", context.get("actor").who);
    context.set("again", () => actorOf(parts, context, hostname, false));
    if (actor === null) return local ? await next() : refuse(parts, context);
    // Pages and measures are of all sites; each route for programs says of which it is.
    const other = BY_SITE.test(context.req.path) ? null : refusalForAll(actor.sites);
    if (!local && other !== null) return problemResponse(other);
    const refused = context.req.path === "/metrics" ? refuseWithout(actor, "metrics") : null;
    if (!local && refused !== null) return refused;
    await next();
    await tellChange(parts, actor, context);
  });
  app.get(
    "/metrics",
    async (context) =>
      context.text(await metricsText(await statusOf(parts), node.counters), 200, {
        "content-type": "text/plain; version=0.0.4; charset=utf-8",
      }),
  );
  const described = openApi(node.config.role, parts.version, routes);
  app.get("/api/openapi.json", (context) => context.json(described));
  app.route("/", apiApp(parts, routes));
  app.all("/api/*", ({ req }) =>
    problemResponse({
      status: 404,
      code: "no-such-route",
      title: "There is nothing here",
      detail: `${req.method} ${req.path}`,
      hint: "see /api/openapi.json",
    }));
  app.post("/sign-out", async (context) => {
    await signOut(parts, context, context.get("actor"));
    return context.redirect("/");
  });
  app.route("/", peopleApp(parts, tabsOf(pages)));
  app.route("/", consoleApp(parts, pages, (context) => mayLookOn(parts, context)));
  app.notFound((context) => context.html(missingPage(viewOf(languageOf(context))), 404));
  return async (request, connection) => await app.fetch(request, { connection });
}

/** A person sees it as a page, a program as a problem. */
function refuseForm({ problem }: FormRefused, context: Context): Response | Promise<Response> {
  if (!isForPeople(context)) return problemResponse(problem);
  const page = formRefusedPage(viewOf(languageOf(context)), problem.code);
  return context.html(page, problem.status);
}

/** A sender comes again: what it brings is neither stored nor acknowledged. */
function noRoomResponse({ message }: Error): Response {
  const answer = problemResponse({
    status: 503,
    code: "no-room",
    title: "The node's disk takes nothing at the moment",
    detail: message,
    hint: "make room on its disk, or mend it; the node goes on by itself then",
  });
  answer.headers.set("retry-after", String(RETRY_AFTER_SECONDS));
  return answer;
}

function readAssets(): Map<string, string> {
  return new Map(
    Object.keys(ASSETS).map((name) => [
      name,
      Deno.readTextFileSync(new URL(`./console/assets/${name}`, import.meta.url)),
    ]),
  );
}

/** Opening the link changes nothing: chat programs look at links before people do. */
function showOwnerLink(parts: HttpParts, context: Context): Response | Promise<Response> {
  const good = parts.sessions.opens(context.req.param("token") ?? "");
  if (!good) return stranger(context, "linkVoid", 403);
  return context.html(enterPage(viewOf(languageOf(context)), context.req.path));
}

async function openOwnerLink(parts: HttpParts, context: Context): Promise<Response> {
  const { hostname } = context.env.connection.remoteAddr;
  const session = parts.sessions.redeem(context.req.param("token") ?? "", hostname);
  if (session === null) return stranger(context, "linkVoid", 403);
  const { who } = parts.people.holder(session, hostname, false) ?? nobody(hostname);
  await parts.people.desk.tell("sign-in", { who });
  giveSession(parts, context, session);
  return context.redirect("/", 303);
}

/** Whether an open page may go on: a page that is left open does not keep its session alive. */
function mayLookOn(parts: HttpParts, context: Context): boolean {
  return actorOf(parts, context, "", false)?.rights.has("read") === true;
}

/** What is asked there is in entries of its own, with who asked. */
const SAY_MORE = /^\/(sign-out$|people\/|api\/(accounts|programs|devices)(\/|$))/;

/**
 * X6: every change by a person is in the audit, before they hear that it was made. Programs'
 * entries say what they brought.
 */
async function tellChange({ people }: HttpParts, actor: Actor, { req, res }: Context) {
  // Who makes an owner's link stands at the machine, or has what is on it.
  const isPerson = actor.kind === "person" || actor.kind === "owner" ||
    req.path === "/api/owner-links";
  if (!isPerson || req.method === "GET" || req.method === "HEAD" || res.status >= 400) return;
  if (SAY_MORE.test(req.path) || FOLLOWED.has(req.path)) return;
  await people.desk.tell("change", { who: actor.who, method: req.method, path: req.path });
}

function refuse(parts: HttpParts, context: Context): Response | Promise<Response> {
  const forPeople = isForPeople(context);
  if (forPeople && !parts.people.isPeopled) return stranger(context, "ownerNeeded", 401);
  if (forPeople) {
    const view = viewOf(languageOf(context));
    const title = parts.node.config.title[view.language];
    return context.html(signInPage(view, title, pageToReturn(context)), 401);
  }
  return problemResponse({
    status: 401,
    code: "unauthorised",
    title: "This needs the node's token",
    hint: "send `Authorization: Bearer TOKEN`; the token is in keys/api.token of the data folder",
  });
}

/** Where to go on after signing in: the page that was asked for, or on which the form was. */
function pageToReturn({ req }: Context): string {
  const { pathname, search } = new URL(req.url);
  if (req.method === "GET" || req.method === "HEAD") return pathname + search;
  return ownPage(req.header("referer") ?? "/", req.url);
}

function stranger(
  context: Context,
  text: TextKey,
  status: 401 | 403,
): Response | Promise<Response> {
  return context.html(strangerPage(viewOf(languageOf(context)), text), status);
}
