/** A certificate authority of a test's own, made by OpenSSL's command. */
import { join } from "node:path";
import { tool } from "../../drivers/fixtures.ts";
import type { NodeTls } from "../fixtures.ts";

const EXTENSIONS = `basicConstraints = CA:FALSE
subjectAltName = IP:127.0.0.1
`;

/** As `openssl ca` takes it: `20200131000000Z`. */
function dateText(date: Date): string {
  return `${date.toISOString().replaceAll(/[-:T]|\..*$/g, "")}Z`;
}

const DAY_MS = 86_400_000;

export class Authority {
  readonly #folder: string;
  /** File with its own certificate: what a site pins. */
  readonly certificate: string;
  #issued = 0;

  /** Makes key and certificate of an authority in a new folder of this name. */
  constructor(parent: string, name: string) {
    this.#folder = join(parent, name);
    Deno.mkdirSync(this.#folder);
    this.certificate = this.#path("ca.pem");
    Deno.writeTextFileSync(this.#path("index.txt"), "");
    Deno.writeTextFileSync(this.#path("extensions"), EXTENSIONS);
    Deno.writeTextFileSync(
      this.#path("ca.cnf"),
      `[ca]
default_ca = test
[test]
database = ${this.#path("index.txt")}
new_certs_dir = ${this.#folder}
rand_serial = yes
default_md = sha256
policy = any
unique_subject = no
[any]
commonName = supplied
`,
    );
    const certificate = ["-x509", "-days", "2", "-subj", `/CN=${name}`, "-out", this.certificate];
    this.#openssl("req", ...certificate, ...this.#newKey("ca.key"));
  }

  /** A certificate for 127.0.0.1, good from now on, or between these days from now. */
  issue(days: { readonly from: number; readonly to: number } = { from: -1, to: 1 }): NodeTls {
    const number = ++this.#issued;
    const [key, request, certificate] = ["key", "csr", "pem"].map((end) => `${number}.${end}`);
    const day = (count: number) => dateText(new Date(Date.now() + count * DAY_MS));
    this.#openssl(
      "req",
      ...["-subj", `/CN=county-${number}`, "-out", this.#path(request)],
      ...this.#newKey(key),
    );
    this.#openssl(
      "ca",
      ...["-batch", "-notext", "-config", this.#path("ca.cnf")],
      ...["-cert", this.certificate, "-keyfile", this.#path("ca.key")],
      ...["-startdate", day(days.from), "-enddate", day(days.to)],
      ...["-extfile", this.#path("extensions")],
      ...["-in", this.#path(request), "-out", this.#path(certificate)],
    );
    // The whole chain, as a server's file has it.
    const chain = [this.#path(certificate), this.certificate].map((path) =>
      Deno.readTextFileSync(path)
    ).join("");
    Deno.writeTextFileSync(this.#path(certificate), chain);
    return { certificate: this.#path(certificate), key: this.#path(key), ca: this.certificate };
  }

  #path(name: string): string {
    return join(this.#folder, name);
  }

  #newKey(name: string): string[] {
    const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
    return [...key, "-keyout", this.#path(name)];
  }

  #openssl(...args: readonly string[]): void {
    const command = new Deno.Command(tool("openssl", "openssl"), { args: [...args] });
    const { success, stderr } = command.outputSync();
    if (!success) throw new Error(`openssl ${args[0]}: ${new TextDecoder().decode(stderr)}`);
  }
}
