// Parts of a page that follow what happens. The page is fetched again and what changed is merged into what is there. An element that
// goes on stays the same element, and with it its focus, its selection, its scroll and whether it is unfolded. What a person has
// written, ticked or chosen stays, also where the server no longer shows its field. A form that somebody has begun to fill in keeps
// its hidden fields too: what is sent says of which state of things it was thought, so that nobody confirms what came afterwards.

const FIELDS = 'input, textarea, select';

/** Whether a person has made something else of a field than the server wrote. */
function isChanged(field) {
  if (field.matches('[type=checkbox], [type=radio]')) return field.checked !== field.defaultChecked;
  if (!field.matches('select')) return field.value !== field.defaultValue;
  const options = [...field.options];
  const first = options.some((option) => option.defaultSelected) || field.multiple ? -1 : 0;
  return options.some((option, at) => option.selected !== (option.defaultSelected || at === first));
}

/** Whether there is something of a person in it. */
function isHeld(node) {
  if (!(node instanceof Element)) return false;
  return (node.matches(FIELDS) ? [node] : [...node.querySelectorAll(FIELDS)]).some(isChanged);
}

/** Makes of an element what the server says it is now. */
function merge(old, next) {
  if (isAlike(old, next)) return;
  if (!(old instanceof Element)) {
    old.data = next.data;
    return;
  }
  if (old.matches(FIELDS) && isHeld(old.type === 'hidden' ? (old.form ?? old) : old)) return;
  for (const { name } of [...old.attributes]) {
    if (!isPersons(name) && !next.hasAttribute(name)) old.removeAttribute(name);
  }
  for (const { name, value } of next.attributes) {
    if (!isPersons(name) && old.getAttribute(name) !== value) old.setAttribute(name, value);
  }
  mergeChildren(old, next);
  // A field that was changed, and then back, no longer follows what the server writes.
  if (old.matches('[type=checkbox], [type=radio]')) old.checked = old.defaultChecked;
  else if (old.matches('input, textarea') && old.value !== old.defaultValue) {
    old.value = old.defaultValue;
  }
}

/** Whether the server says the same of both. */
function isAlike(old, next) {
  if (old.nodeName !== next.nodeName || old.nodeValue !== next.nodeValue) return false;
  if (old.childNodes.length !== next.childNodes.length) return false;
  const names = new Set(
    [...(old.attributes ?? []), ...(next.attributes ?? [])].map(({ name }) => name),
  );
  for (const name of names) {
    if (!isPersons(name) && old.getAttribute(name) !== next.getAttribute(name)) return false;
  }
  return [...old.childNodes].every((child, at) => isAlike(child, next.childNodes[at]));
}

/** Attributes that say what a person has done: unfolded it, or been led to it. */
function isPersons(name) {
  return name === 'open' || name === 'tabindex';
}

function mergeChildren(old, next) {
  const partners = pair([...old.childNodes], [...next.childNodes]);
  const going = new Set(partners.values());
  const held = new Set();
  for (const child of [...old.childNodes]) {
    if (going.has(child)) continue;
    if (isHeld(child)) held.add(child);
    else child.remove();
  }
  let at = old.firstChild;
  for (const child of next.childNodes) {
    while (held.has(at)) at = at.nextSibling;
    const partner = partners.get(child);
    if (partner === undefined) old.insertBefore(document.importNode(child, true), at);
    else {
      if (partner === at) at = at.nextSibling;
      else old.insertBefore(partner, at);
      merge(partner, child);
    }
  }
}

/** Which of the old nodes each new one is: what is alike at both ends, and between them what has the same name. */
function pair(old, next) {
  const pairs = new Map();
  const less = Math.min(old.length, next.length);
  let start = 0;
  while (start < less && isAlike(old[start], next[start])) {
    pairs.set(next[start], old[start]);
    start += 1;
  }
  let end = 0;
  while (end < less - start && isAlike(old.at(-1 - end), next.at(-1 - end))) {
    end += 1;
    pairs.set(next.at(-end), old.at(-end));
  }
  const waiting = new Map();
  for (const node of old.slice(start, old.length - end)) {
    const name = nameOf(node);
    waiting.set(name, [...(waiting.get(name) ?? []), node]);
  }
  for (const node of next.slice(start, next.length - end)) {
    const partner = waiting.get(nameOf(node))?.shift();
    if (partner) pairs.set(node, partner);
  }
  return pairs;
}

const NAMES = ['id', 'action', 'href', 'formaction', 'name'];
const NAMED = NAMES.map((name) => `[${name}]`).join();
/** Where several things have the same name, what tells them apart: forms with one address are each about something. */
const TELLING = { form: 'aria-label', button: 'value' };

/** What an element is known by. Items of a list and rows of a table are known by the first thing in them that has a name. */
function nameOf(node) {
  if (!(node instanceof Element)) return node.nodeName;
  const isItem = node.matches('li, tr') && !node.matches(NAMED);
  const named = (isItem ? node.querySelector(NAMED) : null) ?? node;
  const names = NAMES.map((name) => named.getAttribute(name));
  const telling = named.matches('[type=checkbox], [type=radio]')
    ? 'value'
    : TELLING[named.localName];
  return JSON.stringify([node.localName, ...names, telling && named.getAttribute(telling)]);
}

/** Fetches the page again and merges its live parts into those that are shown. */
async function refresh() {
  const answer = await fetch(location.href, { headers: { accept: 'text/html' } });
  if (!answer.ok) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), 'text/html');
  const focused = document.activeElement;
  const top = focused?.getBoundingClientRect().top;
  const around = [];
  for (let at = focused; at !== null; at = at.parentElement) around.push(at);
  for (const old of document.querySelectorAll('[data-live][id]')) {
    const next = fresh.getElementById(old.id);
    if (next !== null) merge(old, next);
  }
  // Where what had the focus is gone, its surroundings have it: who goes on with the keyboard begins there, not at the top.
  const heir = around.find((element) => element.isConnected);
  if (heir && heir !== document.activeElement && heir !== document.body) {
    if (heir !== focused && !heir.hasAttribute('tabindex')) heir.tabIndex = -1;
    heir.focus({ preventScroll: true });
  }
  // What somebody is at stays where it is on the screen, whatever has come above it.
  if (focused !== document.body && focused?.isConnected && top >= 0 && top < innerHeight) {
    scrollBy({ top: focused.getBoundingClientRect().top - top, behavior: 'instant' });
  }
  asOf = new Date();
  if (!fresh.body.dataset.events) stop();
}

let underWay = null;
let again = false;
/** One fetch at a time; what happens meanwhile asks for one more after it. */
function changed() {
  if (underWay) {
    again = true;
    return;
  }
  underWay = refresh()
    .catch(() => {})
    .finally(() => {
      underWay = null;
      if (again) {
        again = false;
        changed();
      }
    });
}

/** How long a connection may be broken before the page says so, in milliseconds: a server that restarts is back sooner. */
const PATIENCE = 5000;
/** Pauses before asking anew where the browser has given up, in milliseconds. */
const FIRST_PAUSE = 2000;
const LONGEST_PAUSE = 60_000;

const connection = document.querySelector('[data-connection]');
/** Of when the page shows how things stood. */
let asOf = new Date();
let pause = FIRST_PAUSE;
let source;
/** There while the page is not told of changes: the timer until it says so. */
let telling;
let asking;

function listen() {
  source = new EventSource(document.body.dataset.events);
  source.addEventListener('changed', changed);
  // Nothing happened, but what runs has run longer: how long, and when it is expected to end, is told anew.
  source.addEventListener('still', () => {
    if (!document.hidden) changed();
  });
  source.addEventListener('open', () => {
    // What happened meanwhile was not told.
    if (telling !== undefined) changed();
    tellNoMore();
    pause = FIRST_PAUSE;
  });
  source.addEventListener('error', () => {
    lose();
    // A browser that was refused, not cut off, does not try again by itself.
    if (source.readyState !== EventSource.CLOSED) return;
    asking = setTimeout(listen, pause);
    pause = Math.min(2 * pause, LONGEST_PAUSE);
  });
}

/** From now on changes are missed. */
function lose() {
  telling ??= setTimeout(tell, PATIENCE);
}

/** Of when the page is, in UTC like all its times. */
function tell() {
  const [, day, month, , time] = asOf.toUTCString().split(' ');
  const said = connection.querySelector('time');
  said.dateTime = asOf.toISOString();
  said.textContent = `${time.slice(0, 5)} UTC on ${Number(day)} ${month}`;
  connection.hidden = false;
}

function tellNoMore() {
  clearTimeout(telling);
  telling = undefined;
  connection.hidden = true;
}

function stop() {
  source.close();
  clearTimeout(asking);
  tellNoMore();
}

listen();
// Who leaves is told nothing; who comes back to a page that the browser kept listens again.
addEventListener('pagehide', stop);
addEventListener('pageshow', ({ persisted }) => {
  if (!persisted) return;
  lose();
  listen();
});
