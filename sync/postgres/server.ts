/** Where a county's PostgreSQL is, and how it is reached. */

export interface Server {
  /**
   * `NAME`, `NAME:PORT` or the folder of a Unix socket. Several are the members of a replicated
   * PostgreSQL: the one that takes writes is looked for.
   */
  readonly hosts: readonly string[];
  readonly database: string;
  readonly user: string;
  /** Read at each connect, so that a password can be changed while the program runs. */
  readonly password?: () => string;
  /** Tables lie in this schema, which is made where it is missing: `SCHEMA`. */
  readonly schema: string;
  /** TLS: certificates of the authorities that may have issued the server's, PEM. */
  readonly ca?: () => string;
  /** TLS with the authorities that this system trusts; without both, the line is clear text. */
  readonly tls?: boolean;
}

/** Names of schemas: as PostgreSQL writes them without quotes, 63 bytes at most. */
export const SCHEMA = /^[a-z_][a-z0-9_]{0,62}$/;

/** `NAME`, `NAME:PORT`, or an absolute path. */
export const HOST = /^(\/.*|(\[[0-9a-fA-F:]+\]|[^:/\s]+)(:\d{1,5})?)$/;

/** PostgreSQL's own (IANA). */
const PORT = 5432;

/** A host as the client library wants it. */
export interface Place {
  readonly host: string;
  readonly port: number;
}

/** `host` as {@link HOST} says. */
export function placeOf(host: string): Place {
  if (host.startsWith("/")) return { host, port: PORT };
  const { name, port } = /^(?<name>\[.*\]|[^:]*)(:(?<port>\d+))?$/.exec(host)?.groups ?? {};
  return { host: name.replace(/^\[|\]$/g, ""), port: Number(port ?? PORT) };
}
