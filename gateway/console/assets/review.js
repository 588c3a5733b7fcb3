// The workbench's keys, its presence by the stream, and what was typed kept over a broken line.
// Without this script its forms work all the same.
const bench = document.querySelector(".bench");
const decide = document.getElementById("decide");
const comment = decide?.querySelector("textarea") ?? null;
const help = document.getElementById("keys");
const DRAFT = "review-draft";

function notice(name, shown) {
  const line = document.querySelector(`[data-notice="${name}"]`);
  if (line !== null) line.hidden = !shown;
}

function isTyping(target) {
  return target instanceof Element &&
    target.matches("textarea, select, input:not([type=radio]):not([type=checkbox])");
}

// A key that a browser or a reader has another meaning for is left to it.
function onKey(event) {
  if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
  if (event.key === "Escape" && isTyping(event.target)) return event.target.blur();
  if (isTyping(event.target)) return enterSends(event);
  if (event.key === "?") return toggleHelp(event);
  if (help?.open) return;
  const key = event.key.toLowerCase();
  if (key === "j" || key === "k") return moveFinding(event, key === "j" ? 1 : -1);
  if (key === "enter" && event.target instanceof HTMLInputElement) return send(event);
  if (event.repeat || !/^[a-z]$/.test(key)) return;
  const target = document.querySelector(`[data-key="${key}"]`);
  if (target === null) return;
  event.preventDefault();
  use(target);
}

function use(target) {
  if (target instanceof HTMLButtonElement) return target.form.requestSubmit(target);
  if (target instanceof HTMLTextAreaElement) return target.focus();
  target.checked = true;
  target.dispatchEvent(new Event("change", { bubbles: true }));
  const next = needsWords(target.value) ? comment : decide.querySelector("button");
  next.focus();
}

function needsWords(decision) {
  return decision === "ask" || decision === "refuse";
}

function enterSends(event) {
  if (event.target !== comment || event.key !== "Enter" || event.shiftKey) return;
  send(event);
}

function send(event) {
  event.preventDefault();
  decide?.requestSubmit();
}

function toggleHelp(event) {
  event.preventDefault();
  if (help === null) return;
  if (help.open) help.close();
  else help.showModal();
}

function moveFinding(event, step) {
  const findings = [...document.querySelectorAll(".bench-finding")];
  if (findings.length === 0) return;
  event.preventDefault();
  const at = findings.indexOf(document.activeElement);
  const next = at < 0 ? (step > 0 ? 0 : findings.length - 1) : at + step;
  findings[(next + findings.length) % findings.length].focus();
}

document.addEventListener("keydown", onKey);

if (decide !== null) {
  decide.addEventListener("change", ({ target }) => {
    if (target.name === "decision") comment.required = needsWords(target.value);
    if (target.name !== "phrase" || target.value === "") return;
    comment.value = [comment.value.trim(), target.value].filter((one) => one !== "").join("\n");
    target.value = "";
    comment.focus();
  });
  const checked = decide.querySelector("input[name=decision]:checked");
  if (checked !== null) comment.required = needsWords(checked.value);
  keepDraft();
}

// Of this tab alone: it ends with it, and with what is stored.
function keepDraft() {
  const { claim } = bench.dataset;
  const kept = JSON.parse(sessionStorage.getItem(DRAFT) ?? "null");
  if (kept !== null && kept.claim === claim && comment.value === "") comment.value = kept.comment;
  comment.addEventListener("input", () => {
    sessionStorage.setItem(DRAFT, JSON.stringify({ claim, comment: comment.value }));
  });
}
if (document.querySelector("[data-stored], [data-stale]") !== null) {
  sessionStorage.removeItem(DRAFT);
}

// Where the node has turned the stream away, or its session is over.
const STREAM_AGAIN_MS = 10_000;
// So many signs of life are not asked for: the line is dead, whatever the browser knows of it.
const BEATS_SILENT = 3;
const BACK_SHOWN_MS = 20_000;

let heardMs = performance.now();
let everyMs = 5_000;
let stream = null;
let isLost = false;

function followQueue() {
  const query = new URLSearchParams({ parts: language });
  if (stream?.name !== undefined) query.set("instead", stream.name);
  const events = new EventSource(`/api/reviews/stream?${query}`);
  stream?.events.close();
  stream = { events };
  heardMs = performance.now();
  const own = stream;
  events.addEventListener("error", () => {
    showLost();
    if (events.readyState !== EventSource.CLOSED) return;
    setTimeout(() => own === stream && followQueue(), STREAM_AGAIN_MS);
  });
  events.addEventListener("ended", () => {
    events.close();
    stream = null;
    notice("line", false);
    notice("session", true);
  });
  events.addEventListener("beat", ({ data }) => answer(own, JSON.parse(data)));
  events.addEventListener("queue", ({ data }) => showQueue(JSON.parse(data)));
  events.addEventListener("part", ({ data }) => showPart(JSON.parse(data)));
}

// Whoever answers is present. It is the event that makes it answer, no timer of the page: browsers
// hold those up behind other tabs.
function answer(own, { stream: name, beat, everyMs: every }) {
  own.name = name;
  heardMs = performance.now();
  everyMs = every;
  showBack();
  const body = JSON.stringify({ stream: name, beat });
  const headers = { "content-type": "application/json" };
  const signal = AbortSignal.timeout(BEATS_SILENT * every);
  fetch("/api/reviews/present", { method: "POST", headers, body, signal }).catch(() => {});
}

// A line that dies without a word: the browser would wait for minutes.
function lookForLine() {
  if (stream === null || performance.now() - heardMs < BEATS_SILENT * everyMs) return;
  showLost();
  followQueue();
}

function showLost() {
  isLost = true;
  notice("back", false);
  notice("line", true);
}

function showBack() {
  if (!isLost) return;
  isLost = false;
  notice("line", false);
  notice("back", true);
  setTimeout(() => notice("back", false), BACK_SHOWN_MS);
}

function showQueue(queue) {
  if (queue.waiting === undefined) return;
  bench.dataset.connected = "true";
  for (const count of document.querySelectorAll("[data-count]")) {
    count.textContent = queue[count.dataset.count];
    count.parentElement.dataset.some = String(queue[count.dataset.count] > 0);
  }
  showOldest(queue.oldestAt);
  const people = document.querySelector("[data-on-duty]");
  const named = (one) => one === bench.dataset.account ? one + people.dataset.you : one;
  people.textContent = queue.onDuty.length === 0
    ? people.dataset.nobody
    : queue.onDuty.map(named).join(" · ");
  const { claim, on } = bench.dataset;
  const held = queue.held === null
    ? ""
    : JSON.stringify([queue.held.site, queue.held.id, queue.held.fence, queue.held.store]);
  notice("claim", claim !== "" && held !== claim);
  notice("off", claim === "" && on === "true" && !queue.onDuty.includes(bench.dataset.account));
  notice("new", claim === "" && on === "true" && queue.free > 0);
}

// What somebody has opened, shut or is at with the keyboard stays so.
function showPart({ part, html, nowMs }) {
  const place = document.querySelector(`[data-part="${part}"]`);
  if (place === null) return;
  aheadMs = Date.now() - nowMs;
  const open = place.querySelector("details")?.open;
  const isAt = place.contains(document.activeElement);
  place.innerHTML = html;
  const details = place.querySelector("details");
  if (details !== null && open !== undefined) details.open = open;
  if (isAt) place.querySelector("summary, button")?.focus();
  showAges();
}

function showOldest(at) {
  const place = document.querySelector("[data-oldest]");
  place.textContent = at === null ? "–" : "";
  if (at === null) return;
  const time = document.createElement("time");
  time.dateTime = at;
  time.dataset.age = "";
  place.append(time);
  showAges();
}

if (bench !== null) {
  aheadMs = Date.now() - Number(bench.dataset.now);
  setInterval(showAges, 1000);
  setInterval(lookForLine, 1000);
  followQueue();
}
