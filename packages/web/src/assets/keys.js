// Keys that do what links and buttons of the page do; everything works without them. `data-key` names the key of a link or a button,
// `data-next-of` the things that a key goes to one after another. Who uses a keyboard for something else can turn them off (WCAG 2.1.4).

const KEPT = 'vitrine-keys';
const bar = document.querySelector('[data-keys]');
const help = bar?.querySelector('dialog') ?? null;
const button = bar?.querySelector('[data-keys-switch]') ?? null;

let on = true;
try {
  on = localStorage.getItem(KEPT) !== 'off';
} catch {
  // Where nothing may be kept, they are on.
}

function show() {
  if (button) button.setAttribute('aria-pressed', String(on));
}

if (bar) bar.hidden = false;
show();
button?.addEventListener('click', () => {
  on = !on;
  try {
    localStorage.setItem(KEPT, on ? 'on' : 'off');
  } catch {
    // It holds for this page then.
  }
  show();
});
for (const opener of document.querySelectorAll('[data-keys-help]')) {
  opener.addEventListener('click', () => help?.showModal());
}
help?.querySelector('[data-keys-close]')?.addEventListener('click', () => help.close());

/** Whether what has focus takes letters itself. */
function takesText(element) {
  return (
    element instanceof Element && element.closest('input, textarea, select, [contenteditable]')
  );
}

/** Goes to the first of these below what has focus, and after the last to the first again. */
function goToNext(selector) {
  const places = [...document.querySelectorAll(selector)];
  const after = places.findIndex(
    (place) =>
      document.activeElement !== document.body &&
      place.compareDocumentPosition(document.activeElement) & Node.DOCUMENT_POSITION_PRECEDING &&
      place !== document.activeElement,
  );
  const next = places[Math.max(0, after)];
  if (!next) return;
  if (!next.hasAttribute('tabindex')) next.tabIndex = -1;
  next.focus();
  next.scrollIntoView({ block: 'center' });
}

document.addEventListener('keydown', (event) => {
  const { key, ctrlKey, altKey, metaKey, repeat, target } = event;
  if (!on || ctrlKey || altKey || metaKey || repeat || takesText(target) || help?.open) return;
  if (key === '?') {
    event.preventDefault();
    help?.showModal();
    return;
  }
  const wanted = CSS.escape(key);
  const cycle = document.querySelector(`[data-next-key="${wanted}"]`);
  if (cycle) {
    event.preventDefault();
    goToNext(cycle.dataset.nextOf);
    return;
  }
  const pressed = document.querySelector(`[data-key="${wanted}"]`);
  if (!pressed || pressed.disabled) return;
  event.preventDefault();
  pressed.click();
});
