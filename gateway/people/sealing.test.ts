import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { TemporaryFolder } from "../../sync/fixtures.ts";
import { sealFor, SealingKey } from "./sealing.ts";

const SECRET = "$argon2id$v=19$m=19456,t=2,p=1$salt$hash";

async function keyIn(folder: TemporaryFolder): Promise<SealingKey> {
  Deno.mkdirSync(join(folder.path, "keys"), { recursive: true });
  return await SealingKey.open(folder.path);
}

describe("X5: what is sealed", () => {
  test("is read by its node, also after a restart, and shows nothing to others", async () => {
    using folder = new TemporaryFolder();
    using other = new TemporaryFolder();
    const { publicKey } = await keyIn(folder);
    const sealed = await sealFor(publicKey, SECRET, "password of li");
    expect(JSON.stringify(sealed)).not.toContain("argon2");
    const again = await keyIn(folder);
    expect(again.publicKey).toBe(publicKey);
    expect(await again.open(sealed, "password of li")).toBe(SECRET);
    const stranger = await keyIn(other);
    expect(await stranger.open(sealed, "password of li")).toBeNull();
    expect(await stranger.open({ ...sealed, for: stranger.publicKey }, "password of li"))
      .toBeNull();
  });

  test("cannot be passed off as another person's, nor be changed", async () => {
    using folder = new TemporaryFolder();
    const key = await keyIn(folder);
    const sealed = await sealFor(key.publicKey, SECRET, "password of li");
    expect(await key.open(sealed, "password of wang")).toBeNull();
    const last = sealed.data.at(-2) === "A" ? "B" : "A";
    const changed = sealed.data.slice(0, -2) + last + sealed.data.slice(-1);
    expect(await key.open({ ...sealed, data: changed }, "password of li")).toBeNull();
    expect(await key.open({ ...sealed, data: "" }, "password of li")).toBeNull();
  });

  test("is another each time: equal passwords do not show", async () => {
    using folder = new TemporaryFolder();
    const { publicKey } = await keyIn(folder);
    const [one, two] = [await sealFor(publicKey, "a", "b"), await sealFor(publicKey, "a", "b")];
    expect(one.data).not.toBe(two.data);
  });

  test("has a key that its owner alone may read; what is none is told", async () => {
    using folder = new TemporaryFolder();
    await keyIn(folder);
    const path = join(folder.path, "keys", "sealing.key");
    expect((Deno.statSync(path).mode ?? 0) & 0o777).toBe(0o600);
    Deno.writeTextFileSync(path, "x");
    await expect(keyIn(folder)).rejects.toThrow("sealing.key");
  });
});
