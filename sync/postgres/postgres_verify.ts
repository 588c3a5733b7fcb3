/** Walks every chain of a journal in PostgreSQL (G5), beside the processes that write to it. */
import type { HashName } from "../chain.ts";
import type { ReadLimits } from "../segments.ts";
import { type Finding, StreamWalk, type Verification } from "../verify.ts";
import { blocksFrom } from "./blocks.ts";
import { Connection } from "./connection.ts";
import { allPositions } from "./positions.ts";
import type { Server } from "./server.ts";

const LIMITS: ReadLimits = { entriesMax: 4096, bytesMax: 4 << 20 };

export interface PostgresVerifyOptions {
  readonly server: Server;
  readonly hashName: HashName;
  /** All public keys that an origin's node ever had; heads of unknown ones are not checked. */
  readonly publicKeysOf: (node: string) => readonly string[];
}

/** Changes nothing. Throws where the database cannot be reached. */
export async function verifyPostgres(options: PostgresVerifyOptions): Promise<Verification> {
  const connection = new Connection(options.server, {
    onConnect: () => Promise.resolve(),
    onLost: () => {},
  });
  await connection.open();
  try {
    const findings: Finding[] = [];
    const held = (await connection.turn(allPositions)).filter(({ seq }) => seq > 0);
    held.sort((a, b) => (a.origin + a.stream < b.origin + b.stream ? -1 : 1));
    for (const state of held) {
      const walk = new StreamWalk(state, options);
      while (!walk.isDone) {
        const { next } = walk;
        const blocks = await connection.turn((ask) => blocksFrom(ask, state, next, LIMITS, true));
        for (const block of blocks) if (block.last <= state.seq) walk.take(block);
        if (walk.next === next) break;
      }
      findings.push(walk.end());
    }
    return { findings, unreadable: [] };
  } finally {
    await connection.close();
  }
}
