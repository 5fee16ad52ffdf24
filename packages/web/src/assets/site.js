// Everything works without this file. It adds: menus that close, filters of long lists, long tables bit by bit, and folders that
// unfold in place. What follows what happens is in `live.js`.

/** A field that leaves of a long list what holds its words, and says how many that are. */
for (const bar of document.querySelectorAll('[data-filters]')) {
  const lines = [...document.getElementById(bar.dataset.filters).children].map((line) => ({
    line,
    words: line.textContent.toLowerCase(),
    box: line.querySelector('input[type=checkbox]'),
  }));
  const field = bar.querySelector('input[type=search]');
  const onlyChecked = bar.querySelector('[data-only-checked]');
  const said = bar.querySelector('output');
  const show = () => {
    const wanted = field.value.toLowerCase().split(/\s+/);
    let shown = 0;
    let checked = 0;
    for (const { line, words, box } of lines) {
      if (box?.checked) checked += 1;
      line.hidden =
        !wanted.every((word) => words.includes(word)) ||
        (onlyChecked?.checked === true && box?.checked === false);
      if (!line.hidden) shown += 1;
    }
    said.value = `${shown} of ${lines.length} shown, ${checked} selected`;
  };
  bar.hidden = false;
  field.addEventListener('input', show);
  // Return in the field would send the whole form.
  field.addEventListener('keydown', (event) => {
    if (event.key === 'Enter') event.preventDefault();
  });
  bar.parentElement.addEventListener('change', show);
  show();
}

/** Long tables are laid out bit by bit when there is time, so that their first rows are on the screen at once. */
const later = [...document.querySelectorAll('.viewer-later')];
const whenIdle = window.requestIdleCallback ?? setTimeout;
const soon = { timeout: 100 };
function layOut() {
  later.shift()?.classList.remove('viewer-later');
  if (later.length > 0) whenIdle(layOut, soon);
}
/** Where the address leads may be among what is not laid out yet. */
function goToPlace() {
  const place = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (!place?.closest('.viewer-later')) return;
  while (later.length > 0) later.shift().classList.remove('viewer-later');
  place.scrollIntoView();
  place.focus();
}
goToPlace();
addEventListener('hashchange', goToPlace);
if (later.length > 0) whenIdle(layOut, soon);

/** In a table with marks, n leads to the next and p to the one before: only there, so that no key is taken from anything else. */
for (const box of document.querySelectorAll('[data-marks]')) {
  box.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || !['n', 'p'].includes(event.key)) return;
    const marks = [...box.querySelectorAll('.mark-text')];
    const at = marks.indexOf(document.activeElement.closest('.mark-text'));
    const next = event.key === 'n' ? at + 1 : Math.max(0, at - 1);
    // A page may have its own meaning for the key.
    event.stopPropagation();
    marks[next]?.closest('.viewer-later')?.classList.remove('viewer-later');
    marks[next]?.focus();
  });
}

/** Folders that are unfolded by loading the page anew are put in place, so that what is ticked stays ticked. */
document.addEventListener('click', async (event) => {
  const link = event.target.closest('a[data-unfold]');
  if (link === null || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  const old = document.getElementById(link.dataset.unfold);
  const answer = await fetch(link.href, { headers: { accept: 'text/html' } }).catch(() => null);
  const fresh = answer?.ok
    ? new DOMParser()
        .parseFromString(await answer.text(), 'text/html')
        .getElementById(link.dataset.unfold)
    : null;
  if (!fresh) {
    location.assign(link.href);
    return;
  }
  const ticked = new Set(
    [...old.querySelectorAll('input:checked')].map(({ name, value }) => `${name} ${value}`),
  );
  old.replaceWith(fresh);
  for (const box of fresh.querySelectorAll('input[type=checkbox]')) {
    box.checked = ticked.has(`${box.name} ${box.value}`);
  }
  history.replaceState(null, '', link.href);
  const id = link.closest('li').id;
  document.getElementById(id)?.querySelector('a[data-unfold]')?.focus();
});

document.addEventListener('click', ({ target }) => {
  for (const menu of document.querySelectorAll('details.menu[open]')) {
    if (!menu.contains(target)) menu.open = false;
  }
});
document.addEventListener('keydown', ({ key }) => {
  if (key !== 'Escape') return;
  for (const menu of document.querySelectorAll('details.menu[open]')) {
    menu.open = false;
    menu.querySelector('summary')?.focus();
  }
});
