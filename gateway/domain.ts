/**
 * A domain: what a part of the county's work adds to a node. It lies in a folder of its own, of
 * which `domain.ts` says all that there is; `domains.ts` lists them.
 */
import type { Command } from "commander";
import type { Hono } from "hono";
import type * as z from "zod";
import type { ApiRoute } from "./api_route.ts";
import type { Concern } from "./concern.ts";
import type { Page } from "./console/page.ts";
import type { Node } from "./node.ts";
import type { Projection } from "./projection.ts";
import type { DataReport } from "./report/data_report.ts";
import type { Role } from "./roles/role.ts";

/** Entries that a domain writes: nobody else writes any of this kind. */
export interface EntryKind {
  readonly kind: string;
  /** `to`: what a county tells a site, in that site's stream. */
  readonly streams: readonly ("alarm" | "record" | "reading" | "audit" | "to")[];
  /** In a few words, for whoever reads entries. */
  readonly about: string;
  readonly body: z.ZodType;
}

/** What a running node of one role has of a domain. State that its parts share is theirs. */
export interface DomainDesk {
  readonly routes?: readonly ApiRoute[];
  readonly pages?: readonly Page[];
  /** What it draws of a day or a month: `/reports` shows all domains' together. */
  readonly reports?: readonly DataReport[];
  /** Answer by themselves, before the node asks who it is: their callers show what they ask for. */
  readonly apps?: readonly Hono[];
  /** As it stands now; asked for often. */
  readonly concerns?: () => readonly Concern[];
  /**
   * Its rules at work on the journal, until the signal aborts. Where the disk keeps it from its
   * work it runs again; whatever else it throws ends the process.
   */
  readonly run?: (signal: AbortSignal) => Promise<void>;
}

export type OpenDesk = (node: Node, role: Role) => DomainDesk;

/**
 * Kinds and projections are loaded by every thread that makes tables, so they import nothing that
 * asks, answers or draws; the rest is loaded by whoever needs it.
 */
export interface Domain {
  /** Its folder. */
  readonly name: string;
  readonly kinds: readonly EntryKind[];
  /** `authorities`: nodes whose word counts at a county, the county's own; none at a site. */
  readonly projections: (authorities: readonly string[]) => readonly Projection[];
  readonly desk?: () => Promise<OpenDesk>;
  /** Adds its commands to `tributary`; their actions load what they need. */
  readonly commands?: () => Promise<(program: Command) => void>;
}

export function projectionsOf(
  domains: readonly Domain[],
  authorities: readonly string[],
): Projection[] {
  return domains.flatMap(({ projections }) => projections(authorities));
}

/**
 * The desks of domains, in their order, with what this node's role has of them; behind them one
 * that shows the reports of all.
 */
export async function openDesks(
  domains: readonly Domain[],
  node: Node,
  role: Role,
): Promise<DomainDesk[]> {
  const opening = await Promise.all(
    domains.flatMap(({ desk }) => desk === undefined ? [] : desk()),
  );
  const own = ({ role }: { readonly role?: "site" | "county" }) =>
    role === undefined || role === node.config.role;
  const desks = opening.map((open) => open(node, role));
  const { openReports } = await import("./report/report_desk.ts");
  const reports = openReports(desks.flatMap(({ reports = [] }) => reports), node);
  return [...desks, reports].map((desk) => {
    const { routes = [], pages = [] } = desk;
    return { ...desk, routes: routes.filter(own), pages: pages.filter(own) };
  });
}
