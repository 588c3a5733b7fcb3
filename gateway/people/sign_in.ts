/**
 * Signing in, and confirming by PIN. Who fails is told nothing but that it failed: whether a name
 * exists, which part was wrong, and whether the account is suspended does not show.
 */
import { BlockList } from "node:net";
import { type Config, isLoopback } from "../config.ts";
import type { Clock } from "../clock.ts";
import type { Sessions } from "../sessions.ts";
import { type Account, mayEnter } from "./account.ts";
import type { AccountBook } from "./account_book.ts";
import type { AccountDesk } from "./account_desk.ts";
import { type Argon, ArgonBusy } from "./argon.ts";
import { badgeNumber, badgeSecret, ownerOf } from "./badge.ts";
import { type LockBook, nameHash } from "./lock_book.ts";
import { isAdministrator } from "./roles.ts";
import { stepOf } from "./totp.ts";
import type { Vault } from "./vault.ts";

export interface SignInForm {
  readonly name: string;
  readonly password: string;
  /** Of the second factor; empty where none was typed. */
  readonly code: string;
}

export type SignedIn =
  | { readonly kind: "in"; readonly session: string }
  | { readonly kind: "wrong" }
  | { readonly kind: "locked"; readonly minutes: number }
  | { readonly kind: "busy" };

export type Confirmation =
  | { readonly kind: "confirmed"; readonly account: Account }
  | { readonly kind: "wrong" | "no-pin" }
  | { readonly kind: "locked"; readonly minutes: number }
  | { readonly kind: "busy" };

export interface SignInParts {
  readonly config: Config["people"];
  readonly clock: Pick<Clock, "now">;
  readonly book: AccountBook;
  readonly desk: AccountDesk;
  readonly vault: Vault;
  readonly argon: Argon;
  readonly locks: LockBook;
  readonly sessions: Sessions;
  readonly pinKey: Uint8Array<ArrayBuffer>;
}

/** Failures of names that nobody has: so many an hour are each in the audit, the rest counted. */
const STRANGERS_TOLD_MAX = 60;
const HOUR_MS = 3_600_000;

export class SignIn {
  readonly #parts: SignInParts;
  readonly #localNetworks: BlockList;
  /** Accounts, names and PINs that are being checked: guesses at one moment count one by one. */
  readonly #underWay = new Set<string>();
  #told = { sinceMs: -Infinity, told: 0, leftOut: 0 };

  constructor(parts: SignInParts) {
    this.#parts = parts;
    this.#localNetworks = networksOf(parts.config.localNetworks);
  }

  async signIn(form: SignInForm, address: string): Promise<SignedIn> {
    const account = this.#parts.book.find(form.name);
    const lock = account === null
      ? { kind: "name", of: nameHash(form.name) } as const
      : { kind: "account", of: account.id } as const;
    return await this.#alone(
      `${lock.kind} ${lock.of}`,
      () => this.#signIn(account, lock, form, address),
    );
  }

  async #signIn(
    account: Account | null,
    lock: { kind: "name" | "account"; of: string },
    { password, code }: SignInForm,
    address: string,
  ): Promise<SignedIn> {
    const { locks, desk, sessions } = this.#parts;
    const minutes = Math.max(locks.minutes(lock.kind, lock.of), locks.minutes("address", address));
    if (minutes > 0) return { kind: "locked", minutes };
    const who = account === null
      ? `nobody from ${address}`
      : `person ${account.id} from ${address}`;
    const fault = account === null
      ? await this.#stranger(password)
      : await this.#faultOf(account, { password, code }, address);
    if (account === null || fault !== null) {
      const isLocked = locks.fail(lock.kind, lock.of);
      const isAddressLocked = locks.fail("address", address);
      await locks.saved();
      await this.#tellFailure(account, fault ?? "name", who);
      if (isLocked || isAddressLocked) {
        const told = { who, account: account?.id ?? null, address: isAddressLocked };
        await desk.tell("locked", told);
      }
      return this.#afterFailure(lock, address);
    }
    locks.forget("account", account.id);
    await locks.saved();
    // On disk before the session is: nobody is in whom the audit does not have.
    await desk.tell("sign-in", { who, account: account.id, secondFactor: code !== "" });
    return { kind: "in", session: sessions.begin(account.id, address) };
  }

  /**
   * Whether this is the PIN of an account, for a quick confirmation by a second person at a device
   * that somebody else is signed in at (W4). The caller's own entry says what was confirmed.
   */
  async confirm(id: string, pin: string, address: string): Promise<Confirmation> {
    return await this.#alone(`pin ${id}`, () => this.#confirm(id, pin, address));
  }

  async #confirm(id: string, pin: string, address: string): Promise<Confirmation> {
    const { book, clock, locks, desk, vault, argon, pinKey } = this.#parts;
    const account = book.account(id);
    if (account === null || !mayEnter(account, book.place, clock.now().wallMs)) {
      return { kind: "wrong" };
    }
    const minutes = locks.minutes("pin", id);
    if (minutes > 0) return { kind: "locked", minutes };
    const { secret } = await vault.held(id, "pin");
    if (secret === null) return { kind: "no-pin" };
    if (await argon.verify(pin, secret, pinKey)) {
      locks.forget("pin", id);
      await locks.saved();
      return { kind: "confirmed", account };
    }
    const isLocked = locks.fail("pin", id);
    await locks.saved();
    const who = `person ${id} from ${address}`;
    await desk.tell("pin-failed", { who, account: id });
    if (!isLocked) return { kind: "wrong" };
    await desk.tell("locked", { who, account: id, pin: true });
    return { kind: "locked", minutes: locks.minutes("pin", id) };
  }

  /**
   * Whose badge a reader typed, for the same. Failures count against `by`, at whose session they
   * are: whoever tries numbers there is locked out of trying more.
   */
  async confirmByBadge(typed: string, by: string, address: string): Promise<Confirmation> {
    return await this.#alone(`badge ${by}`, () => this.#confirmByBadge(typed, by, address));
  }

  async #confirmByBadge(typed: string, by: string, address: string): Promise<Confirmation> {
    const { book, clock, locks, desk, vault, pinKey } = this.#parts;
    const lock = badgeLock(by);
    const minutes = locks.minutes("pin", lock);
    if (minutes > 0) return { kind: "locked", minutes };
    const number = badgeNumber(typed);
    const owner = number === null
      ? null
      : ownerOf(badgeSecret(number, pinKey), await vault.badges());
    const account = book.account(owner ?? "");
    if (account !== null && mayEnter(account, book.place, clock.now().wallMs)) {
      locks.forget("pin", lock);
      await locks.saved();
      return { kind: "confirmed", account };
    }
    const isLocked = locks.fail("pin", lock);
    await locks.saved();
    const who = `person ${by} from ${address}`;
    await desk.tell("pin-failed", { who, account: owner, badge: true });
    if (!isLocked) return { kind: "wrong" };
    await desk.tell("locked", { who, account: by, badge: true });
    return { kind: "locked", minutes: locks.minutes("pin", lock) };
  }

  /** Whether somebody who is signed in still knows the password; failures count as at the door. */
  async check(
    account: Account,
    password: string,
    address: string,
  ): Promise<"right" | "wrong" | "busy"> {
    const { locks, desk, vault, argon } = this.#parts;
    const { id } = account;
    const checked = await this.#alone(`account ${id}`, async () => {
      if (locks.minutes("account", id) > 0) return "wrong";
      const { secret } = await vault.held(id, "password");
      if (secret !== null && await argon.verify(password, secret)) return "right";
      const isLocked = locks.fail("account", id);
      await locks.saved();
      const who = `person ${id} from ${address}`;
      await desk.tell("sign-in-failed", { who, account: id, reason: "password" });
      if (isLocked) await desk.tell("locked", { who, account: id, address: false });
      return "wrong";
    });
    return typeof checked === "string" ? checked : "busy";
  }

  /** A security administrator lets somebody in again: the account, and its PIN. */
  async unlock(id: string, who: string): Promise<void> {
    const { locks, desk } = this.#parts;
    await desk.tell("unlocked", { who, account: id });
    locks.forget("account", id);
    locks.forget("pin", id);
    locks.forget("pin", badgeLock(id));
    await locks.saved();
  }

  /** Whether this address is on the machine itself, or in a network that is called local. */
  isLocal(address: string): boolean {
    if (isLoopback(address)) return true;
    const mapped = /^::ffff:([\d.]+)$/i.exec(address)?.[1] ?? address;
    return this.#localNetworks.check(mapped, mapped.includes(":") ? "ipv6" : "ipv4");
  }

  /**
   * Whether this account needs a second factor from there. Administrators do from elsewhere (X1),
   * and whoever has one uses it then. At the box a password is enough: with a clock that is wrong
   * no code fits, and the technician who came to set it has to get in.
   */
  needsCode({ roles }: Pick<Account, "roles">, hasOne: boolean, address: string): boolean {
    const always = this.#parts.config.secondFactor === "always";
    return (always || !this.isLocal(address)) && (hasOne || isAdministrator(roles));
  }

  async #alone<T>(key: string, work: () => Promise<T>): Promise<T | { readonly kind: "busy" }> {
    if (this.#underWay.has(key)) return { kind: "busy" };
    this.#underWay.add(key);
    try {
      return await work();
    } catch (error) {
      if (error instanceof ArgonBusy) return { kind: "busy" };
      throw error;
    } finally {
      this.#underWay.delete(key);
    }
  }

  /** Takes the time of a real check. */
  async #stranger(password: string): Promise<string> {
    await this.#parts.argon.decoy(password);
    return "name";
  }

  /** What is wrong, for the audit; `null`: nothing. */
  async #faultOf(
    account: Account,
    { password, code }: Omit<SignInForm, "name">,
    address: string,
  ): Promise<string | null> {
    const { book, clock, vault, argon, locks } = this.#parts;
    const { secret } = await vault.held(account.id, "password");
    if (secret === null) {
      await argon.decoy(password);
      return "no password is set";
    }
    if (!await argon.verify(password, secret)) return "password";
    const { wallMs } = clock.now();
    if (!mayEnter(account, book.place, wallMs)) return "the account is not active here";
    const totp = (await vault.held(account.id, "totp")).secret;
    if (!this.needsCode(account, totp !== null, address)) return null;
    if (totp === null) return "no second factor is set";
    const step = stepOf(code, { secret: totp, used: locks.usedStep(account.id), wallMs });
    if (step === null) return "code";
    locks.useStep(account.id, step);
    return null;
  }

  #afterFailure(lock: { kind: "name" | "account"; of: string }, address: string): SignedIn {
    const { locks } = this.#parts;
    const minutes = Math.max(locks.minutes(lock.kind, lock.of), locks.minutes("address", address));
    return minutes > 0 ? { kind: "locked", minutes } : { kind: "wrong" };
  }

  /** Strangers do not fill the disk: beyond some an hour they are counted in the next one told. */
  async #tellFailure(account: Account | null, reason: string, who: string): Promise<void> {
    const { desk, clock } = this.#parts;
    if (account !== null) {
      return await desk.tell("sign-in-failed", { who, account: account.id, reason });
    }
    const { bootMs } = clock.now();
    if (bootMs - this.#told.sinceMs >= HOUR_MS) {
      this.#told = { ...this.#told, sinceMs: bootMs, told: 0 };
    }
    if (this.#told.told >= STRANGERS_TOLD_MAX) {
      this.#told.leftOut++;
      return;
    }
    const { leftOut } = this.#told;
    this.#told.told++;
    this.#told.leftOut = 0;
    const more = leftOut === 0 ? {} : { moreBefore: leftOut };
    await desk.tell("sign-in-failed", { who, account: null, reason, ...more });
  }
}

/** Names the lock of badges that are tried at somebody's session. */
function badgeLock(account: string): string {
  return `badge ${account}`;
}

/** Networks as `10.20.0.0/16` or `fd00::/8`; see config.ts, which has checked them. */
function networksOf(networks: readonly string[]): BlockList {
  const list = new BlockList();
  for (const network of networks) {
    const [address, bits] = network.split("/");
    list.addSubnet(address, Number(bits), address.includes(":") ? "ipv6" : "ipv4");
  }
  return list;
}
