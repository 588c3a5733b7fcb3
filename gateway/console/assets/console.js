// Keeps a page up to date: what the node sends replaces what is shown, and ages count by
// themselves. Without this script a page shows how things were when it was opened.
const { live, language } = document.body.dataset;
const indicator = document.querySelector(".live");
// On a phone a row of tabs is longer than the screen.
for (const tab of document.querySelectorAll(":is(nav, .one-row) [aria-current=page]")) {
  tab.scrollIntoView({ block: "nearest", inline: "center" });
}
const units = language === "zh" ? ["秒", "分钟", "小时", "天"] : ["s", "min", "h", "d"];

function durationText(seconds) {
  if (seconds < 60) return `${Math.floor(seconds)} ${units[0]}`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} ${units[1]}`;
  if (seconds < 48 * 3600) return `${Math.floor(seconds / 3600)} ${units[2]}`;
  return `${Math.floor(seconds / 86400)} ${units[3]}`;
}

// The node's clock counts, not the phone's: their difference is learnt from each message.
let aheadMs = 0;

function showAges() {
  for (const time of document.querySelectorAll("time[data-age]")) {
    const seconds = (Date.now() - aheadMs - Date.parse(time.dateTime)) / 1000;
    time.textContent = durationText(Math.max(0, seconds));
  }
}

function showLine(up) {
  if (indicator === null) return;
  indicator.textContent = up ? indicator.dataset.up : indicator.dataset.down;
  indicator.classList.toggle("up", up);
}

// Where the node has turned the stream away, as when too many pages are open.
const AGAIN_MS = 10_000;

function follow() {
  const events = new EventSource(live);
  events.addEventListener("open", () => showLine(true));
  events.addEventListener("error", () => {
    showLine(false);
    if (events.readyState === EventSource.CLOSED) setTimeout(follow, AGAIN_MS);
  });
  // The session has ended: the page that says so takes the place of what is shown.
  events.addEventListener("ended", () => location.reload());
  events.addEventListener("main", (event) => {
    const { html, nowMs } = JSON.parse(event.data);
    aheadMs = Date.now() - nowMs;
    document.getElementById("main").innerHTML = html;
    showAges();
  });
}

if (live !== undefined) {
  follow();
  setInterval(showAges, 1000);
}
