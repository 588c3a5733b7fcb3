/** Files that commands write: none that is there already. */
import { CommandError } from "../local_api.ts";

export interface NewFile {
  fill(text: string): void;
}

/** Made at once, so that what takes its time is not done in vain; throws a {@link CommandError}. */
export function newFile(option: string, path: string): NewFile {
  try {
    Deno.writeTextFileSync(path, "", { createNew: true });
  } catch (cause) {
    const isThere = cause instanceof Deno.errors.AlreadyExists;
    const found = cause instanceof Error ? cause.message : String(cause);
    const why = isThere ? "it is there already; give another name" : found;
    throw new CommandError(`${option} "${path}" cannot be written: ${why}`, { cause });
  }
  return { fill: (text) => Deno.writeTextFileSync(path, text) };
}
