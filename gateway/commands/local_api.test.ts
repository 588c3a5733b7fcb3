import { expect, test } from "vitest";
import * as z from "zod";
import { tool } from "../../drivers/fixtures.ts";
import { TemporaryFolder } from "../../sync/fixtures.ts";
import { pause } from "../../sync/timer.ts";
import { NodeProcess } from "../fixtures.ts";
import { askNode } from "./local_api.ts";
import { fetchPinned } from "./pinned_fetch.ts";

/** A certificate that a node shows to others: for its public name, and not for this machine. */
function certificate(folder: string, name: string) {
  const [key, pem] = [`${folder}/${name}.key`, `${folder}/${name}.pem`];
  const { success } = new Deno.Command(tool("openssl", "openssl"), {
    args: [
      ...["req", "-x509", "-days", "1", "-nodes", "-newkey", "ec"],
      ...["-pkeyopt", "ec_paramgen_curve:P-256", "-subj", `/CN=${name}`],
      ...["-addext", `subjectAltName = DNS:${name}`, "-keyout", key, "-out", pem],
    ],
    stdout: "null",
    stderr: "null",
  }).outputSync();
  expect(success).toBe(true);
  return { certificate: pem, key };
}

test("a command finds its node whatever name the node's certificate has", async () => {
  using folder = new TemporaryFolder();
  const own = certificate(folder.path, "county-a.example");
  await using county = new NodeProcess(folder.path, {
    name: "county-a",
    role: "county",
    tls: { ...own, ca: own.certificate },
  });
  await county.start();
  const status = z.object({ node: z.string() }).parse(await askNode(county.config, "/api/status"));
  expect(status.node).toBe("county-a");
  const invited = await askNode(county.config, "/api/invitations", { node: "site-1" });
  expect(invited).toMatchObject({ node: "site-1" });

  const other = certificate(folder.path, "other.example");
  const config = { ...county.config, http: { ...county.config.http, tls: other } };
  await expect(askNode(config, "/api/status")).rejects.toThrow("has another certificate than");
});

test("an answer may pause for longer than its head may take", async () => {
  using folder = new TemporaryFolder();
  const { certificate: file, key } = certificate(folder.path, "county-a.example");
  const [cert, timeoutMs] = [Deno.readTextFileSync(file), 500];
  const body = async function* () {
    yield new TextEncoder().encode("first ");
    await pause(3 * timeoutMs, new AbortController().signal);
    yield new TextEncoder().encode("last");
  };
  const options = { hostname: "127.0.0.1", port: 0, onListen: () => {}, cert };
  await using server = Deno.serve(
    { ...options, key: Deno.readTextFileSync(key) },
    () => new Response(ReadableStream.from(body())),
  );
  const url = new URL(`https://127.0.0.1:${server.addr.port}/`);
  const answer = await fetchPinned(url, { method: "GET", headers: {} }, cert, timeoutMs);
  expect(await answer.text()).toBe("first last");
});
