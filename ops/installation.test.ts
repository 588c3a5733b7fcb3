import { basename, join } from "node:path";
import { expect, test } from "vitest";
import { install, objection } from "./installation.ts";

const images = join(import.meta.dirname ?? "", "..", "images");

/** A machine's root folder, and a place to unpack releases in; both go when the test ends. */
class Machine implements Disposable {
  readonly #folder = Deno.makeTempDirSync({ prefix: "tributary-install-" });
  readonly root = join(this.#folder, "root");
  said = "";

  /** A release whose program is a script that knows its version and gives an example. */
  release(version: string): string {
    const folder = join(this.#folder, `tributary-${version}`);
    Deno.mkdirSync(join(folder, "service"), { recursive: true });
    const script = `#!/bin/sh\n[ "$1" = --version ] && echo ${version} || echo "role: $3"\n`;
    Deno.writeTextFileSync(join(folder, "tributary"), script, { mode: 0o700 });
    for (const file of ["tributary.service", "sysusers.conf", "tmpfiles.conf"]) {
      Deno.copyFileSync(join(images, file), join(folder, "service", file));
    }
    return folder;
  }

  async install(from: string): Promise<void> {
    this.said = "";
    const say = (text: string) => {
      this.said += `${text}\n`;
    };
    await install({ from, root: this.root, role: "site", say });
  }

  /** Path of what lies at an absolute address of the machine, its links followed. */
  resolve(path: string): string {
    const place = join(this.root, path);
    const info = Deno.lstatSync(place);
    return info.isSymlink && Deno.readLinkSync(place).startsWith("/")
      ? this.resolve(Deno.readLinkSync(place))
      : Deno.realPathSync(place);
  }

  read(path: string): string {
    return Deno.readTextFileSync(this.resolve(path));
  }

  /** All files below the root, and all links with what they point to. */
  contents(): string[] {
    const walk = (folder: string): string[] =>
      Array.from(Deno.readDirSync(join(this.root, folder))).flatMap((entry) => {
        const path = join(folder, entry.name);
        if (entry.isDirectory) return walk(path);
        const target = entry.isSymlink ? ` → ${Deno.readLinkSync(join(this.root, path))}` : "";
        return [path + target];
      });
    return walk("").sort();
  }

  [Symbol.dispose](): void {
    Deno.removeSync(this.#folder, { recursive: true });
  }
}

async function version(command: string): Promise<string> {
  const { stdout } = await new Deno.Command(command, { args: ["--version"] }).output();
  return new TextDecoder().decode(stdout).trim();
}

test("command, service and an example of a configuration lie where they belong", async () => {
  using machine = new Machine();
  await machine.install(machine.release("1.0.0"));
  expect(await version(machine.resolve("/usr/local/bin/tributary"))).toBe("1.0.0");
  const wanted = "/etc/systemd/system/multi-user.target.wants/tributary.service";
  expect(machine.read(wanted)).toContain("Type=notify");
  expect(machine.read("/usr/local/lib/sysusers.d/tributary.conf")).toContain("u tributary");
  expect(machine.read("/etc/tributary/tributary.example.yaml")).toBe("role: site\n");
  expect(machine.said).toContain("It has no configuration yet");
});

test("what the unit starts is what was installed, and anybody may run it", async () => {
  using machine = new Machine();
  await machine.install(machine.release("1.0.0"));
  const unit = machine.read("/usr/local/lib/systemd/system/tributary.service");
  const [, program = ""] = /^ExecStart=(\S+) run/m.exec(unit) ?? [];
  const file = machine.resolve(program);
  expect(await version(file)).toBe("1.0.0");
  expect(((Deno.statSync(file).mode ?? 0) & 0o777).toString(8)).toBe("755");
});

test("installing twice leaves what installing once did", async () => {
  using machine = new Machine();
  const release = machine.release("1.0.0");
  await machine.install(release);
  const once = machine.contents();
  await machine.install(release);
  expect(machine.contents()).toEqual(once);
});

test("a newer release replaces the current one, and the one before stays", async () => {
  using machine = new Machine();
  for (const each of ["1.0.0", "1.1.0", "1.2.0"]) await machine.install(machine.release(each));
  expect(await version(machine.resolve("/usr/local/bin/tributary"))).toBe("1.2.0");
  const kept = Array.from(
    Deno.readDirSync(join(machine.root, "opt/tributary")),
    ({ name }) => name,
  );
  expect(kept.sort()).toEqual(["current", "tributary-1.1.0", "tributary-1.2.0"]);
});

test("going back is installing the older release again, from where it lies", async () => {
  using machine = new Machine();
  for (const each of ["1.0.0", "1.1.0"]) await machine.install(machine.release(each));
  await machine.install(join(machine.root, "opt/tributary/tributary-1.0.0"));
  expect(await version(machine.resolve("/usr/local/bin/tributary"))).toBe("1.0.0");
  expect(await version(machine.resolve("/opt/tributary/tributary-1.1.0/tributary"))).toBe("1.1.0");
});

test("a release is found through the link that the build makes beside it", async () => {
  using machine = new Machine();
  const release = machine.release("1.0.0");
  Deno.symlinkSync(join(basename(release), "tributary"), join(release, "..", "tributary"));
  await machine.install(join(release, ".."));
  expect(await version(machine.resolve("/usr/local/bin/tributary"))).toBe("1.0.0");
});

test("the operator's configuration and drop-ins are left alone", async () => {
  using machine = new Machine();
  const kept = ["etc/tributary/tributary.yaml", "etc/systemd/system/tributary.service.d/own.conf"];
  for (const path of kept) {
    Deno.mkdirSync(join(machine.root, path, ".."), { recursive: true });
    Deno.writeTextFileSync(join(machine.root, path), "mine");
  }
  await machine.install(machine.release("1.0.0"));
  for (const path of kept) expect(machine.read(path)).toBe("mine");
  expect(machine.said).not.toContain("no configuration");
});

test.each([
  { root: "/tmp/image", uid: 1000, booted: false, objects: null },
  { root: "/", uid: 0, booted: true, objects: null },
  { root: "/", uid: 1000, booted: true, objects: "root" },
  { root: "/tmp/..", uid: 0, booted: false, objects: "systemd" },
])("into $root as user $uid, systemd running: $booted, the objection is $objects", (wanted) => {
  const found = objection(wanted.root, wanted.uid, wanted.booted);
  if (wanted.objects === null) expect(found).toBe(null);
  else expect(found).toContain(wanted.objects);
});
