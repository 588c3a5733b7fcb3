/** `tributary pack list` and `pack copy`: packs that come with the program. */
import { type ShippedPack, shippedPacks, writeCopy } from "../../prescription/shipped_packs.ts";
import { UsageError } from "../local_api.ts";

export function packList(): string {
  return shippedPacks().map(({ name, version, kind, title, drugs }) =>
    `${name}\t${version}\t${kind}\t${title.zh} ${title.en}${
      drugs === null ? "" : " (with drugs.yaml and mapping.yaml)"
    }`
  ).join("\n");
}

/** A pack of the program by its name; throws `UsageError` that names those that there are. */
export function shippedPack(name: string): ShippedPack {
  const all = shippedPacks();
  const found = all.find((one) => one.name === name);
  if (found !== undefined) return found;
  const names = all.map((one) => one.name).join(", ");
  throw new UsageError(`There is no pack "${name}" in the program: it brings ${names}`);
}

/** Writes the pack's folder, to be changed by a county; never into one that is there. */
export function copyPack(name: string, out: string): string {
  const { folder } = shippedPack(name);
  try {
    writeCopy(folder, out);
  } catch (cause) {
    if (cause instanceof Deno.errors.AlreadyExists) {
      throw new UsageError(`Cannot write "${out}": it is there already; name a new folder`);
    }
    if (cause instanceof Deno.errors.NotFound) {
      throw new UsageError(`Cannot write "${out}": the folder that it is to be in is not there`);
    }
    throw cause;
  }
  return `${out}: the pack ${name}; change it, then \`pack check\`, \`pack build\` and \`pack sign\``;
}
