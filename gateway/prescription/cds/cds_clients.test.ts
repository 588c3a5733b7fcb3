import { join } from "node:path";
import { exportJWK, generateKeyPair, generateSecret } from "jose";
import { afterAll, describe, expect, test } from "vitest";
import { TemporaryFolder } from "../../../sync/fixtures.ts";
import { cds } from "../doors_config.ts";
import { cdsClients } from "./cds_clients.ts";

const folder = new TemporaryFolder();
afterAll(() => folder[Symbol.dispose]());

const { publicKey, privateKey } = await generateKeyPair("ES384", { extractable: true });
const PUBLIC = { ...await exportJWK(publicKey), kid: "ec-1" };
const PRIVATE = { ...await exportJWK(privateKey), kid: "ec-1" };
const SHARED = {
  ...await exportJWK(await generateSecret("HS384", { extractable: true })),
  kid: "s",
};

let count = 0;
function fileOf(content: unknown): string {
  const path = join(folder.path, `${count++}.json`);
  Deno.writeTextFileSync(path, typeof content === "string" ? content : JSON.stringify(content));
  return path;
}

function clientsOf(...clients: readonly object[]) {
  return cdsClients(cds.parse({ url: "https://county-a.example", clients }));
}

const HIS = { name: "his", issuer: "https://his.example/" };

test("keys come from the configuration and from a JWK Set in a file, with what others wrote beside", () => {
  const keysFile = fileOf({
    keys: [{ ...PUBLIC, kid: "ec-2", x5t: "others write more", key_ops: ["verify"] }],
    issued: "2026-03-02",
  });
  const [both] = clientsOf({ ...HIS, keys: [PUBLIC], keysFile });
  expect(both.keys.map(({ kid }) => kid)).toEqual(["ec-1", "ec-2"]);
  expect(clientsOf({ ...HIS, keysFile })[0].keys).toHaveLength(1);
});

describe("what is no set of public keys is refused, by the name of its file", () => {
  test.each<[string, unknown, string]>([
    ["a secret symmetric key", { keys: [SHARED] }, "keys.0.kty"],
    ["a key pair", { keys: [PRIVATE] }, "keys.0: it holds a secret key; want the public one"],
    ["one that a public key hides among others", { keys: [PUBLIC, SHARED] }, "keys.1.kty"],
    ["a public key with a symmetric one's secret", { keys: [{ ...PUBLIC, k: "c2VjcmV0" }] }, "0:"],
    ["a key without a name", { keys: [{ ...PUBLIC, kid: undefined }] }, "keys.0.kid"],
    ["a set of none", { keys: [] }, "keys: "],
    ["a single key", PUBLIC, "keys: "],
    ["no JSON", "-----BEGIN PUBLIC KEY-----", "it: "],
  ])("%s", (_, content, found) => {
    const keysFile = fileOf(content);
    const read = () => clientsOf({ ...HIS, keysFile });
    expect(read).toThrow(`Cannot use the keysFile "${keysFile}"`);
    expect(read).toThrow(found);
    expect(read).toThrow("want a JWK Set");
  });

  test("a file that is not there", () => {
    const keysFile = join(folder.path, "none.json");
    expect(() => clientsOf({ ...HIS, keysFile })).toThrow(`Cannot read the keysFile "${keysFile}"`);
  });
});

test("neither a secret key nor a symmetric one stands in the configuration", () => {
  for (const key of [PRIVATE, SHARED]) {
    expect(() => clientsOf({ ...HIS, keys: [key] })).toThrow();
  }
});

test("a client without a key, and two with one issuer, are refused by name", () => {
  expect(() => clientsOf(HIS)).toThrow('the CDS client "his": it has no key');
  const other = { ...HIS, name: "other", keys: [PUBLIC] };
  expect(() => clientsOf({ ...HIS, keys: [PUBLIC] }, other)).toThrow(
    'two clients have the issuer "https://his.example/"',
  );
});
