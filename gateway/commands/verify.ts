/** `tributary verify`: walks every chain on this disk and names the first entry that is bad. */
import { join } from "node:path";
import { LibsqlSegments } from "../../sync/libsql_segments.ts";
import { type Verification, verify } from "../../sync/verify.ts";
import type { Config } from "../config.ts";
import { openKeystore, PeersFile } from "../keystore.ts";
import { table } from "./table.ts";

/** Reads the journal beside a node that may be running; changes nothing. */
export function verifyJournal(config: Config): Verification {
  const keystore = openKeystore(config.dataDir, config.keyFile);
  const peers = new PeersFile(config.dataDir).read();
  const segments = new LibsqlSegments({
    directory: join(config.dataDir, "journal"),
    encryptionKey: keystore.storageKey,
    readOnly: true,
  });
  return verify({
    segments,
    hashName: config.journal.hash,
    publicKeyOf: (node) => peers.get(node)?.publicKey,
  });
}

export function isSound({ findings, unreadable }: Verification): boolean {
  return unreadable.length === 0 && findings.every(({ bad }) => bad === null);
}

export function verificationText(verification: Verification): string {
  const { findings, unreadable } = verification;
  const rows = findings.map(({ origin, stream, first, good, bad }) => [
    origin,
    stream,
    String(good),
    bad === null ? `sound, from ${first}` : `BAD at ${bad.seq}: ${bad.reason}`,
  ]);
  const entries = findings.reduce((sum, { good }) => sum + good, 0);
  const troubles = unreadable.map(({ segment, reason }) => `segment ${segment}: ${reason}`);
  const bad = findings.flatMap(({ origin, stream, bad }) =>
    bad === null ? [] : [`first bad entry: origin ${origin}, stream ${stream}, seq ${bad.seq}`]
  );
  const verdict = isSound(verification) ? `${entries} entries, all sound` : "NOT sound";
  return [table(["ORIGIN", "STREAM", "GOOD", "VERDICT"], rows), ...troubles, ...bad, verdict]
    .join("\n");
}
