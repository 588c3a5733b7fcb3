/** A process that opens a store and is killed at a step: `deno run FILE FOLDER STEP WORK`. */
import { BlobStore } from "./store.ts";
import { contentFrom, hashOf, KEY, NEVER, ROOMY } from "./fixture_blobs.ts";

if (import.meta.main) {
  const [directory, step, work] = Deno.args;
  const store = await BlobStore.open({
    directory,
    keys: [KEY],
    hashName: "sha256",
    node: "site-1",
    destinations: ["county-a", "county-b"],
    wallMs: () => 1_795_000_000_000,
    disk: ROOMY,
    onStep: (at) => {
      if (at === step) Deno.kill(Deno.pid, "SIGKILL");
    },
  });
  const content = contentFrom(7, 100_000);
  if (work === "put") await store.put(content, { mediaType: "image/jpeg" }, NEVER);
  else if (work === "prune") {
    for (const centre of ["county-a", "county-b"]) {
      store.addReceipt(hashOf(content), centre, new Uint8Array(64));
    }
    await store.prune({ centres: ["county-a", "county-b"], keepMs: 0 });
  }
  store.close();
}
