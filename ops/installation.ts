/** Makes what the build made a service of this machine, or of the root folder of an image. */
import { basename, dirname, join, resolve } from "node:path";
import { $ } from "zx";

export interface Installation {
  /** What the build made: its folder, or the one that holds the link `tributary` to it. */
  readonly from: string;
  /** `/`, or the root folder of an image, where nothing is started and no user is made. */
  readonly root: string;
  readonly role: "site" | "county";
  readonly say: (text: string) => void;
}

/** Releases lie side by side in it; `current` is the one that runs. */
const OPT = "opt/tributary";
const CONFIG = "etc/tributary/tributary.yaml";
const EXAMPLE = "etc/tributary/tributary.example.yaml";
const UNIT = "usr/local/lib/systemd/system/tributary.service";
const SYSUSERS = "usr/local/lib/sysusers.d/tributary.conf";
const TMPFILES = "usr/local/lib/tmpfiles.d/tributary.conf";
/** Where the service's files go; the operator's own drop-ins go below `/etc` and are left alone. */
const SERVICE_FILES = [
  ["tributary.service", UNIT],
  ["sysusers.conf", SYSUSERS],
  ["tmpfiles.conf", TMPFILES],
] as const;

/** What speaks against it, before anything is touched; `null` for nothing. */
export function objection(root: string, uid: number | null, booted: boolean): string | null {
  if (resolve(root) !== "/") return null;
  if (uid !== 0) return "it needs root; run it with sudo";
  if (!booted) return "systemd does not run here; name an image's root folder with --root";
  return null;
}

/** May be run again at any time: for a newer release, or to put right what was changed by hand. */
export async function install({ from, root, role, say }: Installation): Promise<void> {
  const run = $({ quiet: true });
  const at = (path: string) => join(root, path);
  const release = dirname(Deno.realPathSync(join(from, "tributary")));
  await placeRelease(release, at(OPT));
  placeLink(`/${OPT}/current/tributary`, at("usr/local/bin/tributary"));
  for (const [name, path] of SERVICE_FILES) {
    placeText(Deno.readTextFileSync(join(release, "service", name)), at(path));
  }
  const { stdout } = await run`${release}/tributary schema --example ${role}`;
  placeText(stdout, at(EXAMPLE));
  placeLink(`/${UNIT}`, at("etc/systemd/system/multi-user.target.wants/tributary.service"));
  // What was worked out of the release before is of no use to this one.
  await run`rm -rf ${at("var/cache/tributary")}`;
  say(`${basename(release)} is in place and starts with the machine.`);

  const configured = exists(at(CONFIG));
  if (resolve(root) === "/") {
    await run`systemd-sysusers /${SYSUSERS}`;
    await run`systemd-tmpfiles --create /${TMPFILES}`;
    await run`systemctl daemon-reload`;
    if (configured) {
      await run`systemctl restart tributary`;
      say("It has been started anew.");
    }
  }
  if (!configured) say(NEXT_STEPS);
}

const NEXT_STEPS = `It has no configuration yet. Next, as root:
  cp /${EXAMPLE} /${CONFIG}, and edit it
  systemd-tmpfiles --create /${TMPFILES}
  runuser -u tributary -- tributary check
  systemctl start tributary
  runuser -u tributary -- tributary enroll CODE`;

/** Copies a release beside the others and makes it the current one; the one before is kept. */
async function placeRelease(release: string, opt: string): Promise<void> {
  const run = $({ quiet: true });
  const name = basename(release);
  const [placed, staged, current] = [
    join(opt, name),
    join(opt, `${name}.new`),
    join(opt, "current"),
  ];
  const before = exists(current) ? Deno.readLinkSync(current) : name;
  await run`rm -rf ${staged} && mkdir -p ${opt} && cp -rL ${release} ${staged}`;
  // On the disk before anything points to it: the power may fail.
  await run`chmod -R u=rwX,go=rX ${staged} && sync`;
  await run`rm -rf ${placed} && mv ${staged} ${placed}`;
  placeLink(name, current);
  for (const entry of Deno.readDirSync(opt)) {
    if (["current", name, before].includes(entry.name)) continue;
    await run`rm -rf ${join(opt, entry.name)}`;
  }
}

/** Makes a link at once: whoever looks finds the old one or the new one. */
function placeLink(target: string, path: string): void {
  Deno.mkdirSync(dirname(path), { recursive: true });
  const staged = `${path}.new`;
  if (exists(staged)) Deno.removeSync(staged);
  Deno.symlinkSync(target, staged);
  Deno.renameSync(staged, path);
}

function placeText(text: string, path: string): void {
  Deno.mkdirSync(dirname(path), { recursive: true });
  Deno.writeTextFileSync(`${path}.new`, text, { mode: 0o644 });
  Deno.renameSync(`${path}.new`, path);
}

function exists(path: string): boolean {
  try {
    Deno.lstatSync(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
