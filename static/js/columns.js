// The heads of a list's columns: dragged to another place, and wider or narrower at their edge; with the keyboard by Shift and an
// arrow, and by + and -. What was done is sent with the form of the columns' menu, which works without script.
(() => {
  const WIDTHS = ['s', '', 'm', 'l', 'xl']; // "" is as wide as it happens to be
  const CLASSES = { s: 'cx-w-s', m: 'cx-w-m', l: 'cx-w-l', xl: 'cx-w-xl' };
  const LIMITS = [[120, 's'], [178, ''], [250, 'm'], [400, 'l']]; // pixels up to which one means it
  const SLACK = 6;
  const KEY = 'cx-column';
  const wide = matchMedia('(min-width: 861px)');
  const ahead = () => (document.documentElement.dir === 'rtl' ? -1 : 1);
  const heads = () => cx.all('#list .cx-dgrid thead th[data-col]');
  const headOf = (element) => (wide.matches && cx.one('#columns') ? element.closest?.('#list .cx-dgrid thead th[data-col]') : null);
  const field = (head, name) => cx.one(`#columns [name="${name}.${CSS.escape(head.dataset.col)}"]`);

  function send(head) {
    sessionStorage.setItem(KEY, JSON.stringify([location.pathname, head.dataset.col]));
    cx.one('#columns').requestSubmit();
  }

  /** `place` counts from 0, among the columns that are shown. */
  function move(head, place) {
    const all = heads();
    if (place === all.indexOf(head) || !all[place]) return;
    all.splice(place, 0, ...all.splice(all.indexOf(head), 1));
    all.forEach((one, at) => { field(one, 'at').value = at + 1; });
    send(head);
  }

  function widen(head, width) {
    if (field(head, 'width').value === width) return;
    field(head, 'width').value = width;
    send(head);
  }

  function show(head, width) {
    for (const row of cx.one('#list .cx-dgrid').rows) {
      const cell = row.cells[head.cellIndex];
      if (!cell || row.matches('.cx-more')) continue;
      cell.classList.remove(...Object.values(CLASSES));
      if (width) cell.classList.add(CLASSES[width]);
    }
  }

  // --- keys

  cx.on('keydown', (event) => {
    const head = headOf(event.target);
    if (!head || event.ctrlKey || event.metaKey || event.altKey) return;
    const across = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    const all = heads();
    const at = all.indexOf(head);
    if (across && event.shiftKey) move(head, at + across * ahead());
    else if (across) focus(all[at + across * ahead()]);
    else if (event.key === 'ArrowDown') down(head);
    else if (event.key === '+' || event.key === '-') step(head, event.key === '+' ? 1 : -1);
    else return;
    event.preventDefault();
    event.stopImmediatePropagation();
  }, true);

  const focus = (head) => head && (cx.one('a', head) ?? head).focus();

  function step(head, by) {
    const at = WIDTHS.indexOf(field(head, 'width').value) + by;
    if (WIDTHS[at] !== undefined) widen(head, WIDTHS[at]);
  }

  function down(head) {
    const cell = cx.one('#rows > tr[id]')?.cells[head.cellIndex];
    if (cell) (cx.one('a[href], button', cell) ?? cell).focus();
  }

  // --- the pointer

  let drag = null; // {head, x, width, isEdge, isMoving}

  function setUp() {
    if (!wide.matches || !cx.one('#columns')) return;
    for (const head of heads()) {
      if (cx.one('.cx-col-grip', head)) continue;
      const grip = document.createElement('span');
      grip.className = 'cx-col-grip';
      head.append(grip);
    }
  }

  cx.on('pointerdown', (event) => {
    const head = event.button === 0 && event.pointerType === 'mouse' ? headOf(event.target) : null;
    if (!head) return;
    const isEdge = event.target.matches('.cx-col-grip');
    if (isEdge) event.preventDefault();
    drag = { head, x: event.clientX, broad: head.offsetWidth, isEdge, before: field(head, 'width').value, isMoving: false };
  });
  cx.on('dragstart', (event) => { if (headOf(event.target)) event.preventDefault(); }); // the links in them
  cx.on('pointermove', (event) => {
    if (!drag || (!drag.isMoving && Math.abs(event.clientX - drag.x) < SLACK)) return;
    drag.isMoving = true;
    document.body.classList.add(drag.isEdge ? 'cx-col-sizing' : 'cx-col-moving');
    if (drag.isEdge) {
      const broad = drag.broad + (event.clientX - drag.x) * ahead();
      drag.width = LIMITS.find(([limit]) => broad < limit)?.[1] ?? 'xl';
      show(drag.head, drag.width);
    } else {
      heads().forEach((head) => head.classList.remove('cx-col-before', 'cx-col-after'));
      const over = headOf(document.elementFromPoint(event.clientX, drag.head.getBoundingClientRect().top + 4) ?? document.body);
      drag.place = over ? heads().indexOf(over) : undefined;
      if (over && over !== drag.head) over.classList.add(drag.place > heads().indexOf(drag.head) ? 'cx-col-after' : 'cx-col-before');
    }
  });
  cx.on('pointerup', () => end(true));
  cx.on('pointercancel', () => end(false));
  cx.on('keydown', (event) => { if (event.key === 'Escape' && drag?.isMoving) end(false); });

  function end(isDone) {
    if (!drag) return;
    const { head, isEdge, isMoving, before, width, place } = drag;
    drag = null;
    document.body.classList.remove('cx-col-sizing', 'cx-col-moving');
    heads().forEach((one) => one.classList.remove('cx-col-before', 'cx-col-after'));
    if (!isMoving) return;
    const ignore = (event) => { event.preventDefault(); event.stopImmediatePropagation(); };
    addEventListener('click', ignore, true); // of the link that the pointer was let go on
    setTimeout(() => removeEventListener('click', ignore, true));
    if (!isDone) show(head, before);
    else if (isEdge) widen(head, width);
    else if (place !== undefined) move(head, place);
  }

  // --- back from the server

  const [page, name] = JSON.parse(sessionStorage.getItem(KEY) ?? '[]');
  sessionStorage.removeItem(KEY);
  cx.on('htmx:after:swap', setUp);
  wide.addEventListener('change', setUp);
  setUp();
  if (page === location.pathname) focus(heads().find((head) => head.dataset.col === name));
})();
