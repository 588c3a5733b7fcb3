/** Packs that come with the program, as people write them: to begin with, and to copy from. */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";
import * as z from "zod";

const head = z.object({
  version: z.string(),
  kind: z.string(),
  title: z.object({ zh: z.string(), en: z.string() }),
});

export interface ShippedPack extends z.infer<typeof head> {
  readonly name: string;
  readonly folder: string;
  /** Of a county's drug list and a site's mapping; `null`: it brings none. */
  readonly drugs: string | null;
  readonly mapping: string | null;
}

/** Packs of the program, by name. */
export function shippedPacks(): ShippedPack[] {
  const folder = fileURLToPath(new URL("./packs", import.meta.url));
  const names = Array.from(Deno.readDirSync(folder), ({ name }) => name).sort();
  return names.map((name) => {
    const own = join(folder, name);
    const files = new Set(Array.from(Deno.readDirSync(own), (file) => file.name));
    const beside = (file: string) => files.has(file) ? join(own, file) : null;
    const text = Deno.readTextFileSync(join(own, "pack.yaml"));
    return {
      name,
      folder: own,
      ...head.parse(parse(text)),
      drugs: beside("drugs.yaml"),
      mapping: beside("mapping.yaml"),
    };
  });
}

/** Writes all files of a folder into one that is not there; throws where it is. */
export function writeCopy(from: string, to: string): void {
  Deno.mkdirSync(to);
  for (const { name, isDirectory } of Deno.readDirSync(from)) {
    const [source, target] = [join(from, name), join(to, name)];
    if (isDirectory) writeCopy(source, target);
    else Deno.writeFileSync(target, Deno.readFileSync(source));
  }
}
