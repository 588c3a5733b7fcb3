/** The nodes that this one knows: from its own enrolment, and from the entries of its county. */
import { Changes } from "../../sync/changes.ts";
import { keysOf, type Member } from "../../sync/desk.ts";
import type { PeersFile } from "../keystore.ts";
import type { QueryTables } from "../tables.ts";
import { ROLES } from "./members.ts";

export class Registry {
  readonly #peers: PeersFile;
  readonly #tables: QueryTables;
  readonly #changes = new Changes();
  #members = new Map<string, Member>();
  #pinned: ReadonlyMap<string, Member> = new Map();
  #version = -1;

  constructor(peers: PeersFile, tables: QueryTables) {
    this.#peers = peers;
    this.#tables = tables;
  }

  member(node: string): Member | undefined {
    return this.#members.get(node);
  }

  list(): { node: string; member: Member }[] {
    return Array.from(this.#members, ([node, member]) => ({ node, member }))
      .sort((a, b) => (a.node < b.node ? -1 : 1));
  }

  /** The nodes whose keys this one learnt by itself, as its file says. */
  get pinned(): ReadonlyMap<string, Member> {
    return this.#pinned;
  }

  /** Yields at once, and whenever file and tables were read anew. */
  changes(signal: AbortSignal): AsyncIterable<unknown> {
    return this.#changes.watch(signal);
  }

  /** Pins the keys of nodes, for good; those that they replace still hold for what they signed. */
  async learn(members: ReadonlyMap<string, Member>): Promise<void> {
    this.#peers.learn(
      new Map(Array.from(members, ([node, member]) => {
        const known = this.member(node);
        const before = known === undefined ? [] : keysOf(known);
        return [node, { ...member, earlierKeys: [...before, ...member.earlierKeys ?? []] }];
      })),
    );
    await this.refresh();
  }

  /** Reads the file and the tables anew. */
  async refresh(): Promise<void> {
    const version = this.#peers.version();
    const own = this.#peers.read();
    const members = new Map(own);
    const newest = new Map<string, string>();
    for (const row of await this.#tables.rows("SELECT node, role, publickey FROM members")) {
      newest.set(row.text("node"), row.text("publickey"));
      const role = ROLES.find((known) => known === row.text("role"));
      // What this node learnt by itself, with a code in hand, is not overruled by others.
      if (role === undefined || own.get(row.text("node"))?.role === "county") continue;
      members.set(row.text("node"), { publicKey: row.text("publickey"), role });
    }
    for (const row of await this.#tables.rows("SELECT node, publickey FROM memberkeys")) {
      const [node, key] = [row.text("node"), row.text("publickey")];
      const member = members.get(node);
      if (member === undefined || member.publicKey === key) continue;
      // What a centre has just enrolled with is about to be pinned: that is no key of before.
      if (own.get(node)?.role === "county" && newest.get(node) === key) continue;
      const earlierKeys = new Set([...member.earlierKeys ?? [], key]);
      members.set(node, { ...member, earlierKeys: [...earlierKeys] });
    }
    this.#members = members;
    this.#pinned = own;
    this.#version = version;
    this.#changes.tell();
  }

  /** Whether the file was changed by a command since it was read. */
  get outdated(): boolean {
    return this.#peers.version() !== this.#version;
  }
}
