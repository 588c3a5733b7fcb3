/** Clients of the CDS services, with their keys from the configuration and from files. */
import * as z from "zod";
import { type CdsConfig, publicJwk } from "../doors_config.ts";
import type { CdsClient } from "./client_token.ts";

/** A JWK Set (RFC 7517, 5). */
const keySet = z.looseObject({ keys: z.array(publicJwk).min(1).max(16) });

/** Throws an error that names the client or the file, and what is to be done. */
export function cdsClients({ clients }: CdsConfig): CdsClient[] {
  const issuers = new Set<string>();
  return clients.map(({ name, issuer, site, sites = "all", jku, keys, keysFile }) => {
    if (issuers.has(issuer)) {
      throw new Error(`Cannot use prescription.cds: two clients have the issuer "${issuer}"`);
    }
    issuers.add(issuer);
    const all = [...keys, ...(keysFile === undefined ? [] : keysIn(keysFile))];
    if (all.length === 0) {
      throw new Error(
        `Cannot use the CDS client "${name}": it has no key; want some in keys or keysFile`,
      );
    }
    return {
      // At a county it says one or the other; a site takes none but its own.
      ...{ name, issuer, keys: all, sites: site === undefined ? sites : [site] },
      ...(site === undefined ? {} : { site }),
      ...(jku === undefined ? {} : { jku }),
    };
  });
}

function keysIn(file: string): CdsClient["keys"] {
  let text: string;
  try {
    text = Deno.readTextFileSync(file);
  } catch (cause) {
    const found = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`Cannot read the keysFile "${file}" of a CDS client: ${found}`, { cause });
  }
  const read = keySet.safeParse(jsonIn(text));
  if (read.success) return read.data.keys;
  const [{ path, message }] = read.error.issues;
  throw new Error(
    `Cannot use the keysFile "${file}": ${path.join(".") || "it"}: ${message}; want a JWK Set ` +
      "of public keys, each with its kid",
  );
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
