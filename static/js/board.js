// The board: cards are moved by dragging, by the menu on each, and by keys. The card moves first, then the server is told; where
// the server says no, or cannot be reached, the card goes back.
(() => {
  const KEYS = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] };
  const ahead = () => (document.documentElement.dir === 'rtl' ? -1 : 1);
  const lists = () => cx.all('#board .cx-kcards');
  const cards = (list) => cx.all(':scope > .cx-kcard', list);
  const link = (card) => cx.one('.cx-kc-t a', card);

  // --- moving

  /** Where the server has each card that is on its way: {list, next}; `again` when it was moved on meanwhile. */
  const known = new WeakMap();

  function place(card, list, next) {
    const before = next?.parentElement === list ? next : (cx.one(':scope > .cx-kmore, :scope > [hidden]', list) ?? null);
    if (list.moveBefore) { list.moveBefore(card, before); return; }
    const focused = card.contains(document.activeElement) && document.activeElement;
    list.insertBefore(card, before);
    if (focused) focused.focus();
  }

  function move(card, list, next) {
    const from = { list: card.parentElement, next: card.nextElementSibling };
    place(card, list, next);
    moved(card, from);
  }

  /** The card is in another place than `from`: asks why where it is lost, and tells the server. */
  function moved(card, from) {
    const list = card.parentElement;
    if (list === from.list && card.nextElementSibling === from.next) return;
    const state = known.get(card);
    if (state) { state.again = true; return; }
    known.set(card, { ...from, again: false });
    if (list.dataset.kind !== 'lost') { send(card, list); return; }
    ask().then((reason) => { if (reason) send(card, list, reason); else back(card); });
  }

  function ask() {
    const dialog = cx.one('#lose');
    const field = cx.one('input', dialog);
    field.value = '';
    dialog.returnValue = '';
    dialog.showModal();
    return new Promise((resolve) => {
      dialog.addEventListener('close', () => resolve(dialog.returnValue === 'lost' && field.value.trim()), { once: true });
    });
  }

  function back(card) {
    const { list, next } = known.get(card);
    known.delete(card);
    place(card, list, next);
    card.classList.remove('cx-pending');
  }

  async function send(card, list, reason = '') {
    const from = known.get(card).list;
    const verb = { won: 'win', lost: 'lose' }[list.dataset.kind] ?? 'move';
    const above = card.previousElementSibling?.dataset.id ?? '';
    const values = { from: 'board', was: from.dataset.stage, stage: list.dataset.stage, below: above, reason };
    let status = 0;
    const seen = ({ detail: { ctx } }) => { if (ctx.sourceElement === card) status = ctx.response?.status ?? 0; };
    card.classList.add('cx-pending');
    cx.on('htmx:after:request', seen);
    try {
      await htmx.ajax('POST', `/deals/${card.dataset.id}/${verb}`, { source: card, target: card, values });
    } catch { /* offline: requests.js says so */ }
    document.removeEventListener('htmx:after:request', seen);
    settled(card, list, from, status >= 200 && status < 300);
  }

  function settled(card, list, from, isDone) {
    if (!isDone) { back(card); return; }
    const { again } = known.get(card);
    known.delete(card);
    card.classList.remove('cx-pending');
    if (list !== from) say(card, list);
    if (again) moved(card, { list, next: undefined });
  }

  function say(card, list) {
    const sentence = cx.one('#board').dataset.moved;
    cx.say(sentence.replace('%(name)s', link(card).textContent).replace('%(stage)s', list.dataset.name));
  }

  // --- dragging

  function prepare() {
    for (const list of lists()) {
      if (list.cxSortable || !window.Sortable) continue;
      let next;
      list.cxSortable = Sortable.create(list, {
        group: 'deals',
        sort: list.dataset.kind === 'open', // what is closed stands in the order of time
        draggable: '.cx-kcard:not(.cx-kcard-fixed)',
        filter: '.cx-kc-m',
        preventOnFilter: false,
        animation: matchMedia('(prefers-reduced-motion: reduce)').matches ? 0 : 140,
        delay: 180,
        delayOnTouchOnly: true,
        ghostClass: 'cx-kcard-ghost',
        dragClass: 'cx-kcard-drag',
        scrollSensitivity: 70,
        onStart: ({ item }) => { next = item.nextElementSibling; document.body.classList.add('cx-dragging'); },
        onEnd: ({ item, from }) => {
          document.body.classList.remove('cx-dragging');
          if (item.previousElementSibling?.matches('.cx-kmore, [hidden]')) place(item, item.parentElement);
          moved(item, { list: from, next });
        },
      });
    }
  }
  document.addEventListener('htmx:after:process', prepare);

  // --- the menu

  let chosen; // the card that the menu is about
  document.addEventListener('click', ({ target }) => {
    const opener = target.closest('.cx-kc-m');
    if (opener) {
      chosen = opener.closest('.cx-kcard');
      const here = chosen.parentElement.dataset.stage;
      for (const item of cx.all('#move-menu [data-move-to]')) item.hidden = item.dataset.moveTo === here;
    }
    const item = target.closest('[data-move-to]');
    if (!item || !chosen) return;
    cx.one('#move-menu').hidePopover();
    const list = cx.one(`#cards-${item.dataset.moveTo}`);
    move(chosen, list, list.firstElementChild);
    show(chosen);
  });

  // --- keys

  function show(card) {
    link(card).focus();
    card.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  }

  document.addEventListener('keydown', (event) => {
    const card = event.target.closest?.('#board .cx-kcard');
    const step = KEYS[event.key];
    if (!card || !step || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    const [across, down] = [step[0] * ahead(), step[1]];
    if (!event.shiftKey) walk(card, across, down);
    else if (!card.classList.contains('cx-kcard-fixed')) carry(card, across, down);
  });

  function walk(card, across, down) {
    const list = card.parentElement;
    const at = cards(list).indexOf(card);
    if (down) {
      const next = cards(list)[at + down];
      if (next) show(next); else if (down > 0) cx.one(':scope > .cx-kmore a', list)?.focus();
      return;
    }
    const all = lists();
    for (let n = all.indexOf(list) + across; all[n]; n += across) {
      const there = cards(all[n]);
      if (there.length) { show(there[Math.min(at, there.length - 1)]); return; }
    }
  }

  function carry(card, across, down) {
    const list = card.parentElement;
    const all = lists();
    if (across) {
      const target = all[all.indexOf(list) + across];
      if (target) move(card, target, cards(target)[cards(list).indexOf(card)]);
    } else if (list.dataset.kind === 'open') {
      const here = cards(list);
      const at = here.indexOf(card) + down;
      if (here[at]) move(card, list, down > 0 ? here[at].nextElementSibling : here[at]);
    }
    show(card);
  }
})();
