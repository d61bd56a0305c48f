"use strict";
// The review page. Every text comes from outside, so it is only ever set as text, never as HTML.

const data = JSON.parse(document.getElementById("data").textContent);
const tracks = data.tracks;
const FILTERS = {
  review: ["To look at", (one) => one.outcome === "review"],
  matched: ["Found", (one) => one.outcome === "matched"],
  not_found: ["Missing", (one) => one.outcome === "not_found"],
  failed: ["Failed", (one) => one.outcome === "failed"],
  decided: ["Decided", (one) => isDecided(one)],
  all: ["All", () => true],
};
// The sign of an outcome in the list, and its name.
const OUTCOMES = {
  matched: ["●", "found"],
  review: ["?", "to look at"],
  not_found: ["–", "missing"],
  failed: ["!", "failed"],
};
const RELATIONS = { same_recording: "", other_version: "another version", different: "another track" };
// The name of a field, its value in your track, and its value in a candidate.
const FIELDS = [
  ["title", (track) => track.title, (found) => found.name],
  ["mix", () => "", (found) => found.mix_name],
  ["artists", (track) => names(track.artists), (found) => names(found.artists)],
  ["remixers", (track) => names(track.remixers), (found) => names(found.remixers)],
  ["length", (track) => minutes(track.duration_s), (found) => minutes(found.length_s)],
  ["BPM", (track) => decimal(track.bpm), (found) => decimal(found.bpm)],
  ["key", (track) => track.key, (found) => [found.key, found.camelot].filter(Boolean).join(", ")],
  ["label", (track) => track.label, (found) => found.label],
  ["release", (track) => track.album, (found) => found.release],
  ["date", (track) => track.year, (found) => found.release_date],
  ["genre", () => "", (found) => found.genre],
  ["ISRC", (track) => track.isrc, (found) => found.isrc],
  ["file", (track) => track.file, () => ""],
];

const byId = (id) => document.getElementById(id);
const names = (value) => (Array.isArray(value) ? value.join(", ") : value);
const decimal = (value) => (value ? String(Math.round(value * 100) / 100) : "");
const minutes = (seconds) =>
  seconds ? `${Math.floor(Math.round(seconds) / 60)}:${String(Math.round(seconds) % 60).padStart(2, "0")}` : "";
// Invisible characters and marks of direction could disguise a text.
const clean = (value) => String(value ?? "").replace(/[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]+/gu, " ").trim();

function make(tag, values = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(values)) {
    if (name in element) element[name] = value;
    else element.setAttribute(name, value);
  }
  element.append(...children.filter(Boolean));
  return element;
}
// The text has its own direction, so that it does not reorder the texts around it.
const text = (value) => make("bdi", { textContent: clean(value) });

// --- Choices: one entry of the browser's storage for each track, so that two tabs do not
// overwrite each other. A choice has these fields:
//   accept    the id of a candidate, null for "none of these", undefined if it was undone
//   at        the time
//   isSaved   whether it was downloaded
//   withdraw  the ids of candidates whose downloaded decision no longer holds

const PREFIX = "beatport-match review ";
const choices = new Map();
// What was decided on this page, to undo it: the place of a track and what was accepted before.
const decided = [];
let isStored = true;

const accepted = (one) => choices.get(one.key)?.accept;
const isDecided = (one) => accepted(one) !== undefined;
const idsOf = (one) => one.candidates.map((candidate) => candidate.id);

function loadChoices() {
  try {
    for (const one of tracks) readChoice(one, localStorage.getItem(PREFIX + one.key));
  } catch {
    isStored = false;
  }
}

// A choice counts if it is about a candidate that the page has: an earlier page may have others.
function readChoice(one, stored) {
  choices.delete(one.key);
  try {
    const { accept, at, isSaved, withdraw } = JSON.parse(stored) ?? {};
    const isKnown = accept === null || accept === undefined || idsOf(one).includes(accept);
    if (isKnown && Date.parse(at) && Array.isArray(withdraw)) {
      choices.set(one.key, { accept, at, isSaved, withdraw });
    }
  } catch {
    // Not written by this page.
  }
}

function storeChoice(one, choice) {
  choices.set(one.key, choice);
  try {
    localStorage.setItem(PREFIX + one.key, JSON.stringify(choice));
  } catch {
    isStored = false;
  }
}

function forgetChoice(one) {
  choices.delete(one.key);
  try {
    localStorage.removeItem(PREFIX + one.key);
  } catch {
    isStored = false;
  }
}

function setChoice(one, accept) {
  const before = choices.get(one.key);
  const withdraw = new Set(before?.withdraw);
  if (before?.isSaved) {
    const was = before.accept === null ? idsOf(one) : [before.accept];
    was.filter((id) => id !== undefined).forEach((id) => withdraw.add(id));
  }
  if (accept === undefined && !withdraw.size) forgetChoice(one);
  else storeChoice(one, { accept, at: new Date().toISOString(), isSaved: false, withdraw: [...withdraw] });
  showRowsOf(one.key);
  showCounts();
}

function decide(accept) {
  const one = tracks[current];
  if (!one || (accept === null && !one.candidates.length)) return;
  decided.push([current, accepted(one)]);
  setChoice(one, accept);
  say(accept === null ? `None of these: ${clean(one.title)}` : `Accepted: ${clean(one.title)}`);
  if (!step(1)) select(current);
}

function undo() {
  const last = decided.pop();
  if (!last) return say("Nothing to undo.");
  const [place, before] = last;
  setChoice(tracks[place], before);
  say(`Undone: ${clean(tracks[place].title)}`);
  select(place);
}

// The lines of the decisions file. The JSON of tracks and candidates is copied as it was written,
// because a number may be larger than JavaScript can hold.
function decisionLines() {
  const lines = new Set();
  for (const one of tracks) {
    const { accept, at, withdraw } = choices.get(one.key) ?? {};
    for (const { id, json } of at ? one.candidates : []) {
      const isWithdrawn = withdraw.includes(id) && "withdrawn";
      const verdict = id === accept ? "accepted" : accept === null ? "rejected" : isWithdrawn;
      if (!verdict) continue;
      const head = JSON.stringify({ decision: data.format, verdict, at, by: "person" });
      lines.add(`${head.slice(0, -1)},"track":${one.track},"candidate":${json}}\n`);
    }
  }
  return [...lines].join("");
}

function download() {
  const url = URL.createObjectURL(new Blob([decisionLines()], { type: "application/x-ndjson" }));
  make("a", { href: url, download: "decisions.jsonl" }).click();
  setTimeout(() => URL.revokeObjectURL(url), 60000);
  for (const one of tracks) {
    if (choices.has(one.key)) storeChoice(one, { ...choices.get(one.key), isSaved: true });
  }
  say("The decisions file was downloaded.");
}

// --- The list of tracks.

let filter = tracks.some(FILTERS.review[1]) ? "review" : "all";
let visible = [];
// Only the first rows of a long list are in the page; the next ones follow when the reader gets there.
const MORE_ROWS = 200;
let shownRows = 0;
let current = -1;
let marked = 0;
const rows = new Map();
const searchTexts = tracks.map((one) => `${one.artists} ${one.title}`.toLowerCase());

function rowOf(index) {
  if (!rows.has(index)) {
    const one = tracks[index];
    const button = make(
      "button",
      { type: "button", tabIndex: -1, onclick: () => openTrack(index) },
      make("span", { class: "state", "aria-hidden": "true" }),
      make("span", { class: "name" }, text(one.title)),
      make("span", { class: "quiet" }, text(one.artists)),
      make("span", { class: "said visually-hidden" }),
    );
    rows.set(index, make("li", {}, button));
    showRow(one, index);
  }
  return rows.get(index);
}

// A playlist may hold the same track twice.
function showRowsOf(key) {
  tracks.forEach((one, index) => one.key === key && showRow(one, index));
}

function showRow(one, index) {
  const button = rows.get(index)?.firstChild;
  if (!button) return;
  const accept = accepted(one);
  const [sign, said] =
    accept === undefined ? OUTCOMES[one.outcome] : accept === null ? ["✕", "none of these"] : ["✓", "accepted"];
  button.className = accept === undefined ? one.outcome : "decided";
  button.querySelector(".state").textContent = sign;
  button.querySelector(".said").textContent = ` ${said}`;
}

function showList() {
  const wanted = byId("search").value.trim().toLowerCase();
  const fits = FILTERS[filter][1];
  visible = [];
  tracks.forEach((one, index) => {
    if (fits(one) && searchTexts[index].includes(wanted)) visible.push(index);
  });
  shownRows = 0;
  byId("list").replaceChildren();
  showMoreRows();
  byId("empty").hidden = visible.length > 0;
  const next = visible.find((index) => !isDecided(tracks[index])) ?? visible[0] ?? -1;
  select(visible.includes(current) ? current : next);
}

function showMoreRows() {
  byId("list").append(...visible.slice(shownRows, shownRows + MORE_ROWS).map(rowOf));
  shownRows += MORE_ROWS;
  byId("more").hidden = shownRows >= visible.length;
}

function showCounts() {
  for (const button of byId("filters").children) {
    const [label, fits] = FILTERS[button.value];
    button.textContent = `${label} ${tracks.filter(fits).length.toLocaleString("en")}`;
    button.setAttribute("aria-pressed", String(button.value === filter));
  }
  byId("download").textContent = `Download decisions (${tracks.filter(isDecided).length.toLocaleString("en")})`;
  byId("download").disabled = choices.size === 0;
  byId("unstored").hidden = isStored;
}

function setFilter(name) {
  filter = name;
  document.body.classList.remove("open");
  showCounts();
  showList();
}

// --- The track and its candidates.

function openTrack(index) {
  document.body.classList.add("open");
  select(index);
  byId("title").focus();
}

function backToList() {
  document.body.classList.remove("open");
  rows.get(current)?.firstChild.focus();
}

function step(by) {
  const next = visible[visible.indexOf(current) + by];
  if (next === undefined || (current === -1 && by < 0)) return false;
  select(next);
  return true;
}

function select(index) {
  const hadFocus = byId("detail").contains(document.activeElement);
  const old = rows.get(current)?.firstChild;
  const wasInList = old && old === document.activeElement;
  old?.removeAttribute("aria-current");
  if (old) old.tabIndex = -1;
  current = index;
  byId("detail").hidden = index < 0;
  if (index < 0) return;
  while (visible.indexOf(index) >= shownRows) showMoreRows();
  const button = rowOf(index).firstChild;
  button.setAttribute("aria-current", "true");
  button.tabIndex = 0;
  if (wasInList) button.focus();
  button.scrollIntoView({ block: "nearest" });
  showTrack(tracks[index]);
  if (hadFocus) byId("title").focus();
}

function showTrack(one) {
  const track = JSON.parse(one.track);
  const candidates = one.candidates.map((candidate) => JSON.parse(candidate.json));
  marked = 0;
  byId("title").replaceChildren(text(one.title), make("span", { class: "quiet" }, " ", text(one.artists)));
  byId("outcome").textContent = OUTCOMES[one.outcome][1];
  byId("outcome").className = `chip ${one.outcome}`;
  byId("reason").replaceChildren(text(one.reason));
  byId("none").disabled = !candidates.length;
  byId("none").setAttribute("aria-pressed", String(accepted(one) === null));
  const fields = FIELDS.filter(
    ([, mine, theirs]) => mine(track) || candidates.some((found) => theirs(found)),
  );
  byId("cards").style.setProperty("--rows", fields.length + 3);
  byId("cards").replaceChildren(
    trackCard(track, fields),
    ...candidates.map((found, place) => candidateCard(one, found, place, fields)),
  );
  byId("cards").scrollLeft = byId("detail").scrollTop = 0;
  showMark();
  byId("nothing").hidden = candidates.length > 0;
  byId("place").textContent = `${visible.indexOf(current) + 1} of ${visible.length}`;
}

// The marked candidate is the one that `y` accepts and `o` opens, as in the terminal.
function mark(by) {
  const count = tracks[current]?.candidates.length;
  if (!count) return;
  marked = (marked + by + count) % count;
  showMark().firstChild.scrollIntoView({ block: "nearest", inline: "nearest" });
  say(`Candidate ${marked + 1} is marked.`);
}

function showMark() {
  const cards = [...document.querySelectorAll(".card:not(.mine)")];
  cards.forEach((card, place) => card.classList.toggle("marked", place === marked));
  return cards[marked];
}

function trackCard(track, fields) {
  return make(
    "article",
    { class: "card mine", "aria-label": "Your track" },
    make("h3", { textContent: "Your track" }),
    make("div"),
    make("dl", {}, ...fields.map(([name, mine]) => fact(name, mine(track)))),
  );
}

function candidateCard(one, found, place, fields) {
  const { id, url, marks, why, relation, confidence } = one.candidates[place];
  const isAccepted = accepted(one) === id;
  const label = `Candidate ${place + 1}`;
  const percent = `${Math.floor(confidence * 100)} %`;
  return make(
    "article",
    { class: isAccepted ? "card accepted" : "card", "aria-label": label },
    make("h3", {}, cover(found), [label, percent, RELATIONS[relation]].filter(Boolean).join(" · ")),
    make(
      "div",
      { class: "actions" },
      make("button", {
        type: "button",
        class: "accept",
        "aria-pressed": String(isAccepted),
        textContent: isAccepted ? "✓ Accepted" : `Accept ${place + 1}`,
        onclick: () => decide(id),
      }),
      url && make("a", { href: url, target: "_blank", rel: "noopener noreferrer", textContent: "Beatport ↗" }),
      preview(found),
    ),
    make("dl", {}, ...fields.map(([name, , theirs]) => fact(name, theirs(found), marks[name]))),
    why.length ? make("details", {}, make("summary", { textContent: "Why" }), evidenceList(why)) : make("div"),
  );
}

function evidenceList(why) {
  const lines = why.map(([points, note]) => make("li", {}, `${points > 0 ? "+" : ""}${points} `, text(note)));
  return make("ul", {}, ...lines);
}

function fact(name, value, mark) {
  const isOther = mark && mark[0] === "other";
  return make(
    "div",
    { class: ["fact", mark?.[0], !value && "blank"].filter(Boolean).join(" ") },
    make("dt", { textContent: name }),
    make(
      "dd",
      {},
      mark && make("span", { class: "mark", "aria-hidden": "true", textContent: isOther ? "≠ " : "≈ " }),
      value ? text(value) : "",
      mark && make("small", {}, make("span", { class: "visually-hidden", textContent: isOther ? "differs: " : "similar: " }), text(mark[1])),
    ),
  );
}

// Covers and previews are loaded from Beatport, and only when the reader asks for them.
function cover(found) {
  const isShown = byId("covers").getAttribute("aria-pressed") === "true";
  if (!isShown || !found.artwork_url?.startsWith(data.covers)) return null;
  return make("img", { alt: "", width: 64, height: 64, referrerPolicy: "no-referrer", src: found.artwork_url });
}

function preview(found) {
  if (!found.preview_url?.startsWith(data.previews)) return null;
  const button = make("button", { type: "button", textContent: "▶ Preview" });
  button.onclick = () => {
    document.querySelectorAll("audio").forEach((audio) => audio.pause());
    const audio = make("audio", { controls: true, autoplay: true, src: found.preview_url });
    audio.setAttribute("aria-label", "Preview from Beatport");
    button.replaceWith(audio);
  };
  return button;
}

// --- Keys and start.

function say(message) {
  byId("status").textContent = message;
}

// The keys of the terminal's review, `b` for the track before, and `/` for the search.
const KEYS = {
  y: () => accept(marked),
  n: () => decide(null),
  s: () => step(1),
  b: () => step(-1),
  u: undo,
  j: () => mark(1),
  k: () => mark(-1),
  o: () => document.querySelector(".marked a")?.click(),
  "/": () => byId("search").focus(),
  Escape: backToList,
};
const LIST_KEYS = { ArrowDown: () => step(1), ArrowUp: () => step(-1) };

function accept(place) {
  const candidate = tracks[current]?.candidates[place];
  if (candidate) decide(candidate.id);
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || !byId("keys").checked) return;
  const isTyping = event.target.matches("input[type=search], audio, summary");
  if (isTyping) {
    if (event.key === "Escape") event.target.blur();
    return;
  }
  const inList = byId("list").contains(event.target);
  const action = /^[1-6]$/.test(event.key)
    ? () => accept(Number(event.key) - 1)
    : KEYS[event.key] ?? (inList ? LIST_KEYS[event.key] : null);
  if (!action) return;
  event.preventDefault();
  action();
});

// Another tab with this page may decide too.
window.addEventListener("storage", (event) => {
  const one = tracks.find((track) => PREFIX + track.key === event.key);
  if (!one) return;
  readChoice(one, event.newValue);
  showRowsOf(one.key);
  showCounts();
  if (tracks[current]?.key === one.key) showTrack(tracks[current]);
});

for (const name of Object.keys(FILTERS)) {
  byId("filters").append(make("button", { type: "button", value: name, onclick: () => setFilter(name) }));
}
byId("search").addEventListener("input", showList);
byId("more").onclick = showMoreRows;
new IntersectionObserver((entries) => {
  if (entries[0].isIntersecting) showMoreRows();
}).observe(byId("more"));
byId("download").onclick = download;
byId("none").onclick = () => decide(null);
byId("skip").onclick = () => step(1);
byId("undo").onclick = undo;
byId("back").onclick = backToList;
byId("covers").onclick = () => {
  const isShown = byId("covers").getAttribute("aria-pressed") === "true";
  byId("covers").setAttribute("aria-pressed", String(!isShown));
  if (current >= 0) showTrack(tracks[current]);
};
loadChoices();
showCounts();
showList();
