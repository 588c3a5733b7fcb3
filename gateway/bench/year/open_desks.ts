/** Pages and routes of a node as its own domains open them: none is listed by hand. */
import type { ApiRoute } from "../../api_route.ts";
import type { Page } from "../../console/page.ts";
import type { Domain, DomainDesk } from "../../domain.ts";
import { DOMAINS } from "../../domains.ts";
import type { Parameter, Row, Rows } from "../../sql/sql.ts";
import { QueryTables } from "../../tables.ts";

/** What a township decides by itself: what is measured and looked at. */
export const MEASURED: readonly Domain[] = DOMAINS.filter(({ name }) =>
  ["waste", "coldchain", "sterile"].includes(name)
);

type Hear = (sql: string, parameters?: readonly Parameter[]) => void;

export class OpenedDesks {
  readonly #desks: DomainDesk[] = [];
  readonly #hear: Hear;
  #tables: QueryTables | null = null;

  /** `hear` hears every question that these domains ask their tables. */
  constructor(hear: Hear = () => {}) {
    this.#hear = hear;
  }

  /** All domains of the product, of which those tell what they open. */
  readonly domains: readonly Domain[] = DOMAINS.map((domain) => {
    const { desk } = domain;
    if (desk === undefined || !MEASURED.includes(domain)) return domain;
    return {
      ...domain,
      desk: async () => {
        const open = await desk();
        return (node, role) => {
          this.#tables = node.tables;
          const opened = open({ ...node, tables: heardTables(node.tables, this.#hear) }, role);
          this.#desks.push(opened);
          return opened;
        };
      },
    };
  });

  get tables(): Rows {
    if (this.#tables === null) throw new Error("The node is not open");
    return this.#tables;
  }

  get pages(): readonly Page[] {
    return this.#desks.flatMap(({ pages = [] }) => pages).filter(isOfSite);
  }

  /** Those that only read. */
  get routes(): readonly ApiRoute[] {
    return this.#desks.flatMap(({ routes = [] }) => routes).filter(isOfSite)
      .filter(({ method, path }) => method === "get" || ASKS.has(path));
  }
}

/** They are sent what they ask for, and write nothing. */
const ASKS: ReadonlySet<string> = new Set([
  "/api/coldchain/traces/people",
  "/api/coldchain/units/{site}/{unit}/preview",
]);

function isOfSite({ role }: { readonly role?: "site" | "county" }): boolean {
  return role !== "county";
}

/** The same tables, of which each question is heard. */
function heardTables(tables: QueryTables, hear: Hear): QueryTables {
  const heard =
    (rows: Rows) => (sql: string, parameters?: readonly Parameter[]): Promise<Row[]> => {
      hear(sql, parameters);
      return rows.rows(sql, parameters);
    };
  const instead = { rows: heard(tables), near: { rows: heard(tables.near) } };
  return new Proxy(tables, {
    get(target, name) {
      if (name === "rows" || name === "near") return instead[name];
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}
