/** Certificates as tests need them, made by openssl in a folder that goes with them. */
import { tool } from "../fixtures.ts";

const NEW_KEY = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];

export class Certificates implements Disposable {
  readonly folder = Deno.makeTempDirSync();

  /** Makes authorities of these names. */
  constructor(...authorities: readonly string[]) {
    for (const name of authorities) {
      const files = ["-keyout", this.#key(name), "-out", this.path(name)];
      openssl("req", "-x509", ...NEW_KEY, "-days", "2", ...files, "-subj", `/CN=${name}`);
    }
  }

  /** File of a certificate, or of what stands for it. */
  path(name: string): string {
    return `${this.folder}/${name}.pem`;
  }

  #key(name: string): string {
    return `${this.folder}/${name}.key`;
  }

  /** Issues a certificate for this machine in the name of `commonName`; returns its files. */
  issue(
    name: string,
    authority: string,
    { commonName = name, days = 2 }: { commonName?: string; days?: number } = {},
  ): { certificate: string; key: string } {
    const request = `${this.folder}/${name}.csr`;
    const subject = ["-subj", `/CN=${commonName}`];
    openssl("req", ...NEW_KEY, "-keyout", this.#key(name), "-out", request, ...subject);
    const names = `${this.folder}/names`;
    Deno.writeTextFileSync(names, "subjectAltName=IP:127.0.0.1");
    const ca = ["-CA", this.path(authority), "-CAkey", this.#key(authority), "-CAcreateserial"];
    const out = ["-extfile", names, "-out", this.path(name), "-days", String(days)];
    openssl("x509", "-req", "-in", request, ...ca, ...out);
    return { certificate: this.path(name), key: this.#key(name) };
  }

  /** As openssl prints it. */
  fingerprint(name: string): string {
    const printed = openssl("x509", "-in", this.path(name), "-noout", "-fingerprint", "-sha256");
    return printed.trim().split("=")[1];
  }

  [Symbol.dispose](): void {
    Deno.removeSync(this.folder, { recursive: true });
  }
}

function openssl(...args: string[]): string {
  const command = new Deno.Command(tool("openssl", "openssl"), { args });
  const { success, stdout, stderr } = command.outputSync();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout);
}
