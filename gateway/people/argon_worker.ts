/** The thread in which argon2id runs: 50 to 1500 ms of a core that stall neither bus nor page. */
import { argon2id, argon2Verify } from "hash-wasm";
import { serveCalls } from "../../sync/worker_calls.ts";
import { type Cost, HASH_BYTES } from "./passwords.ts";

export type ArgonMethods = {
  /** A PHC string. `key`: RFC 9106's secret value K, which it does not hold. */
  hash(text: string, salt: Uint8Array<ArrayBuffer>, cost: Cost, key: Uint8Array | null): Promise<
    string
  >;
  verify(text: string, phc: string, key: Uint8Array | null): Promise<boolean>;
};

const methods: ArgonMethods = {
  hash: (password, salt, cost, key) =>
    argon2id({
      password,
      salt,
      ...cost,
      hashLength: HASH_BYTES,
      outputType: "encoded",
      ...(key === null ? {} : { secret: key }),
    }),
  verify: (password, hash, key) =>
    argon2Verify({ password, hash, ...(key === null ? {} : { secret: key }) }),
};

serveCalls(methods);
