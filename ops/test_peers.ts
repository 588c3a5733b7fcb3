/** What the tests need beside Deno: programs others wrote, as Debian packages. */

/** Debian package, and a file that is there once it is installed. */
export interface DebianPackage {
  readonly name: string;
  readonly file: string;
  readonly why: string;
}

/** Debian 12 and later have all of them. */
export const TEST_PEERS: readonly DebianPackage[] = [
  { name: "mosquitto", file: "/usr/sbin/mosquitto", why: "a hospital's own MQTT broker" },
  { name: "mosquitto-clients", file: "/usr/bin/mosquitto_pub", why: "MQTT devices" },
  { name: "python3", file: "/usr/bin/python3", why: "struct, hashlib: test vectors" },
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
  { name: "chromium", file: "/usr/bin/chromium", why: "the console's browser" },
  {
    name: "fonts-noto-cjk",
    file: "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
    why: "Chinese text in screenshots",
  },
  { name: "openssl", file: "/usr/bin/openssl", why: "certificates of a county" },
  { name: "fiu-utils", file: "/usr/bin/fiu-run", why: "a disk that fails on demand" },
  { name: "faketime", file: "/usr/bin/faketime", why: "a clock that jumps" },
];

export function missingPeers(packages = TEST_PEERS): DebianPackage[] {
  return packages.filter(({ file }) => {
    try {
      return !Deno.statSync(file).isFile;
    } catch {
      return true;
    }
  });
}

/** The line that a person with sudo runs. */
export function installLine(packages: readonly DebianPackage[]): string {
  const names = packages.map(({ name }) => name).join(" ");
  return `sudo apt-get update && sudo apt-get install -y --no-install-recommends ${names}`;
}
