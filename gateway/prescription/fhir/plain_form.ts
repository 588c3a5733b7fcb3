/** The plain form of a prescription while it is made of something else: each part has its place. */
import type { Path } from "../../dig.ts";
import type { PathFault } from "../../schema_faults.ts";

export class PlainForm {
  readonly document: object = {};
  readonly #places = new Map<string, Path>();

  /** Puts a value at a path; `undefined` only says where it would have been. */
  set(path: Path, value: unknown, place: Path): void {
    this.#places.set(path.join(), place);
    if (value === undefined) return;
    let owner = this.document;
    path.slice(0, -1).forEach((step, index) => {
      let inner: unknown = Reflect.get(owner, step);
      if (typeof inner !== "object" || inner === null) {
        inner = typeof path[index + 1] === "number" ? [] : {};
        Reflect.set(owner, step, inner);
      }
      if (typeof inner === "object" && inner !== null) owner = inner;
    });
    Reflect.set(owner, path.at(-1) ?? "", value);
  }

  /** A fault in the plain form, told where the part stood that was read. */
  placed({ path, message }: PathFault): PathFault {
    for (let length = path.length; length > 0; length--) {
      const place = this.#places.get(path.slice(0, length).join());
      if (place !== undefined) return { path: place, message };
    }
    return { path: [], message: path.length === 0 ? message : `${path.join(".")}: ${message}` };
  }
}
