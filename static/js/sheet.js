// A list by keyboard, like a sheet: a cursor that walks from cell to cell, cells that are opened by typing, blocks that are copied
// and pasted. On narrow screens, and without script, a list is the table that it is.
(() => {
  const ARROWS = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] };
  const PAGE = 10;
  const MOST = 400000; // characters of a block
  const wide = matchMedia('(min-width: 861px)');
  const ahead = () => (document.documentElement.dir === 'rtl' ? -1 : 1);

  const grid = () => (wide.matches ? cx.one('#list .cx-dgrid') : null);
  const heads = () => cx.one('thead tr', grid());
  const rows = () => cx.all('#rows > tr[id]');
  const seen = (row) => [...row.cells].filter((cell) => cell.offsetParent !== null);
  const named = (cell) => heads().cells[cell.cellIndex]?.dataset.col ?? '';
  const cellOf = (element) => (grid() ? element?.closest?.('#rows > tr[id] > *') : null);
  const formIn = (cell) => cx.one('.cx-cell-form', cell);
  const button = (cell) => cx.one('.cx-cell-btn', cell);

  let cursor = null; // the cell that the keys are about
  let anchor = null; // where the selection began; the other end is the cursor
  let busy = null; // a cell is being opened or saved: {by, text, to}
  let held = []; // what was pressed meanwhile

  // --- the grid

  /** What has the focus in a cell: the one thing in it that can, else the cell itself. */
  function inside(cell) {
    const found = cx.all('a[href], button, input:not([type=hidden])', cell);
    return found.length === 1 ? found[0] : cell;
  }

  function setUp() {
    const table = grid();
    if (!table || !heads()) return;
    table.setAttribute('role', 'grid');
    table.setAttribute('aria-label', table.parentElement.getAttribute('aria-label'));
    table.setAttribute('aria-multiselectable', 'true');
    for (const row of rows()) for (const cell of row.cells) prepare(cell);
    for (const head of heads().cells) if (!cx.one('a, input', head)) head.tabIndex = -1;
    if (cursor && !cursor.isConnected) cursor = anchor = null;
    const first = cursor ?? cx.one('#rows > tr[id] > th') ?? cx.one('#rows > tr[id] > *');
    if (first) inside(first).tabIndex = 0;
    paint();
  }

  function prepare(cell) {
    cell.setAttribute('aria-selected', 'false');
    if (formIn(cell)) return;
    cell.setAttribute('aria-readonly', String(!button(cell)));
    for (const one of cx.all('a[href], button, input', cell)) one.tabIndex = -1;
    inside(cell).tabIndex = -1;
  }

  /** Where the screen became too narrow for a sheet. */
  function takeDown() {
    const table = cx.one('#list .cx-dgrid');
    if (!table) return;
    for (const one of [table, ...cx.all('[aria-selected], [tabindex]', table)]) {
      for (const name of ['role', 'aria-multiselectable', 'aria-selected', 'aria-readonly', 'tabindex']) one.removeAttribute(name);
    }
    cursor = anchor = null;
  }

  // --- cursor and selection

  function enter(cell, extend) {
    const before = cursor ?? cx.one('#rows > tr[id] > th');
    if (before?.isConnected && before !== cell && !formIn(before)) inside(before).tabIndex = -1;
    cursor = cell;
    if (!extend || !anchor?.isConnected) anchor = cell;
    if (!formIn(cell)) inside(cell).tabIndex = 0;
    paint();
  }

  function focus(cell, extend = false) {
    enter(cell, extend);
    inside(cell).focus({ preventScroll: true });
    cell.scrollIntoView({ block: 'nearest', inline: 'nearest' });
    if (extend) cx.say(words('selected', selected().length));
  }

  /** The rows of the selection, and the places of its columns. */
  function range() {
    const all = rows();
    const [top, bottom] = [all.indexOf(anchor.parentElement), all.indexOf(cursor.parentElement)].sort((a, b) => a - b);
    const [from, to] = [anchor.cellIndex, cursor.cellIndex].sort((a, b) => a - b);
    const columns = [];
    for (let at = Math.max(from, 1); at <= Math.max(to, 1); at += 1) if (cursor.parentElement.cells[at]?.offsetParent) columns.push(at);
    return { rows: all.slice(top, bottom + 1), columns };
  }

  function selected() {
    const block = range();
    return block.rows.flatMap((row) => block.columns.map((at) => row.cells[at]));
  }

  function paint() {
    const table = grid();
    if (!table) return;
    for (const cell of cx.all('#rows [aria-selected=true]')) cell.setAttribute('aria-selected', 'false');
    if (!cursor?.isConnected || !anchor?.isConnected) return;
    table.classList.toggle('cx-sheet-many', anchor !== cursor);
    for (const cell of anchor === cursor ? [cursor] : selected()) cell.setAttribute('aria-selected', 'true');
  }

  function neighbour(cell, across, down) {
    const all = rows();
    const at = all.indexOf(cell.parentElement) + down;
    if (at >= all.length) cx.one('#more')?.scrollIntoView({ block: 'nearest' }); // which has it load
    const row = all[Math.max(0, Math.min(all.length - 1, at))];
    const here = seen(cell.parentElement);
    const place = Math.max(0, Math.min(here.length - 1, here.indexOf(cell) + across));
    return seen(row)[place] ?? cell;
  }

  cx.on('focusin', (event) => {
    const cell = cellOf(event.target);
    if (cell && cell !== cursor) enter(cell, false);
  });
  cx.on('mousedown', (event) => {
    const cell = cellOf(event.target);
    if (!cell || !event.shiftKey || !cursor || event.target.closest('a, input, .cx-cell-form')) return;
    event.preventDefault();
    focus(cell, true);
  });
  cx.on('click', (event) => { // with Shift it chose a block, and opens nothing
    if (!event.shiftKey || !cellOf(event.target) || !event.target.closest('.cx-cell-btn') || !event.detail) return;
    event.preventDefault();
    event.stopImmediatePropagation();
  }, true);

  // --- keys

  cx.on('keydown', (event) => {
    if (event.isComposing || event.defaultPrevented || !grid()) return;
    const cell = cellOf(event.target);
    if (!cell) return;
    if (busy) hold(event);
    else press(event, cell);
  }, true); // before the page's shortcuts: in a cell that can be changed, letters are typed

  const isTyped = (event) => [...event.key].length === 1
    && (!(event.ctrlKey || event.metaKey || event.altKey) || event.getModifierState?.('AltGraph'));

  function hold(event) {
    const { key, shiftKey } = event;
    if (!isTyped(event) && !['Enter', 'Escape', 'Tab', 'Backspace', 'Delete', 'F2'].includes(key) && !ARROWS[key]) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    held.push({ key, shiftKey });
  }

  function release() {
    while (held.length && !busy) {
      const { key, shiftKey } = held.shift();
      const cell = cellOf(document.activeElement);
      if (!cell) { held = []; return; }
      const form = formIn(cell);
      if (form && (isTyped({ key }) || key === 'Backspace')) write(fieldOf(form), key);
      else press({ key, shiftKey, target: document.activeElement, preventDefault() {}, stopImmediatePropagation() {} }, cell);
    }
  }

  function press(event, cell) {
    const form = formIn(cell);
    const done = form ? inCell(event, form) : onCell(event, cell);
    if (!done) return;
    event.preventDefault();
    event.stopImmediatePropagation();
  }

  /** A key while a cell is being changed; true where it was one of ours. */
  function inCell({ key, shiftKey, ctrlKey, metaKey, altKey, target }, form) {
    const isField = target.matches('input, select, textarea');
    if (altKey || !isField) return false;
    if (target.matches('select') && key !== ' ' && isTyped({ key, ctrlKey, metaKey })) { write(target, key); return true; }
    if (key === 'Enter' && (!target.matches('textarea') || ctrlKey || metaKey)) commit(form, 0, shiftKey ? -1 : 1);
    else if (key === 'Escape') giveBack(form);
    else if (key === 'Tab' && !target.matches('[type=checkbox]') && !cx.one('.cx-cell-err button', form)) commit(form, shiftKey ? -1 : 1, 0);
    else return false;
    return true;
  }

  /** A key on a cell that is not open. */
  function onCell(event, cell) {
    const { key, shiftKey, ctrlKey, metaKey, altKey } = event;
    const command = ctrlKey || metaKey;
    const step = ARROWS[key];
    if (isTyped(event) && key !== ' ' && button(cell)) { open(cell, key); return true; }
    if (altKey) return false;
    if (command && key.toLowerCase() === 'z' && !shiftKey) { undo(cell); return true; }
    if (command && key !== 'Home' && key !== 'End') return false;
    if (step && !shiftKey && step[1] < 0 && cell.parentElement === rows()[0]) { toHead(cell); return true; }
    if (step) focus(neighbour(cell, step[0] * ahead(), step[1]), shiftKey);
    else if (key === 'PageDown' || key === 'PageUp') focus(neighbour(cell, 0, key === 'PageUp' ? -PAGE : PAGE), shiftKey);
    else if (key === 'Home' || key === 'End') toEdge(cell, key === 'End', command, shiftKey);
    else if ((key === 'F2' || key === 'Enter') && button(cell)) open(cell);
    else if (key === 'Delete' && form()) empty();
    else if (key === 'Escape' && anchor !== cursor) focus(cell);
    else return false;
    return true;
  }

  function toEdge(cell, isEnd, isWhole, extend) {
    const all = rows();
    const cells = seen(isWhole ? all[isEnd ? all.length - 1 : 0] : cell.parentElement);
    focus(cells[isEnd ? cells.length - 1 : 0], extend);
  }

  function toHead(cell) {
    const head = heads().cells[cell.cellIndex];
    (cx.one('a, input', head) ?? head).focus();
  }

  // --- opening, writing, saving

  const fieldOf = (form) => cx.one('input:not([type=hidden]), select, textarea', form);

  function open(cell, text) {
    if (!button(cell).hasAttribute('data-htmx-powered')) return; // htmx has not started yet
    anchor = cursor = cell;
    busy = { by: button(cell), text };
    busy.by.click();
  }

  function write(field, key) {
    if (field.matches('[type=checkbox]')) return;
    if (field.matches('select')) { choose(field, key); return; }
    field.value = key === 'Backspace' ? field.value.slice(0, -1) : field.value + key;
    field.dispatchEvent(new Event('input', { bubbles: true }));
  }

  /** The first answer that begins with what was typed within a second. */
  function choose(field, key) {
    if (key === 'Backspace') return;
    const { typed = '', at = 0 } = field.cxTyped ?? {};
    const begins = (Date.now() - at < 1000 ? typed : '') + key.toLowerCase();
    field.cxTyped = { typed: begins, at: Date.now() };
    const found = [...field.options].find((option) => option.text.trim().toLowerCase().startsWith(begins));
    if (found) found.selected = true;
  }

  function isChanged(form) {
    return cx.all('input:not([type=hidden]), select, textarea', form).some((field) => {
      if (field.matches('select')) return [...field.options].some((option) => option.selected !== option.defaultSelected);
      return field.type === 'checkbox' ? field.checked !== field.defaultChecked : field.value !== field.defaultValue;
    });
  }

  /** Saves the cell, where there is something to save, and goes on from it. */
  function commit(form, across, down) {
    if (form.hasAttribute('data-cx-busy')) return;
    if (cx.all('input', form).some((field) => field.validity.badInput)) { fieldOf(form).reportValidity(); return; }
    const isNew = isChanged(form) || cx.one('.cx-cell-err', form);
    busy = { by: isNew ? form : cx.one('[data-cancel]', form), to: [across, down] };
    if (isNew) form.requestSubmit();
    else busy.by.click();
  }

  /** Shows the cell as it was. Keys wait for it: what was given up is saved by none of them. */
  function giveBack(form) {
    if (form.hasAttribute('data-cx-busy')) return;
    busy = { by: cx.one('[data-cancel]', form) };
    busy.by.click();
  }

  cx.on('htmx:after:swap', ({ detail: { ctx } }) => {
    const cell = ctx.target?.closest?.('#rows > tr[id] > *');
    if (!grid()) return;
    if (cell?.isConnected && ctx.target === cell) swapped(cell);
    else setUp();
  });
  cx.on('htmx:finally:request', ({ detail: { ctx } }) => { // offline, or refused without a form
    if (!busy || ctx.sourceElement !== busy.by) return;
    busy = null;
    held = [];
  });

  function swapped(cell) {
    const { text, to } = busy ?? {};
    const opened = formIn(cell);
    busy = null;
    prepare(cell);
    if (opened) {
      const field = fieldOf(opened);
      if (to) held = []; // it came back with what is wrong
      if (text !== undefined) begin(field, text);
      else if (field.matches('input, textarea')) atEnd(field);
      enter(cell, false);
      field.focus();
    } else focus(to ? neighbour(cell, ...to) : cell);
    release();
  }

  /** The caret goes where one writes on. Fields for e-mail know no selection, but a value that is set anew leaves it there. */
  function atEnd(field) {
    const { value } = field;
    field.value = '';
    field.value = value;
  }

  /** What was typed takes the place of the old value; of a day too, the way that the language writes it. */
  function begin(field, text) {
    if (field.type === 'date') field.type = 'text';
    if (!field.matches('select, [type=checkbox]')) field.value = '';
    write(field, text);
  }

  // --- copying and pasting

  const form = () => cx.one('#sheet-form');
  const words = (name, count) => cx.one('#sheet').dataset[name].replace('%(count)s', count.toLocaleString(document.documentElement.lang));
  const isOnCell = () => {
    const cell = cellOf(document.activeElement);
    return cell && !formIn(cell) ? cell : null;
  };

  function textOf(cell) {
    if (cx.one('.cx-cell-none', cell)) return '';
    const day = cx.one('time[datetime]', cell)?.getAttribute('datetime');
    if (day?.length === 10) return day;
    const tags = cx.all('.cx-tag', cell);
    if (tags.length > 1) return tags.map((tag) => tag.textContent.trim()).join(', ');
    const copy = cell.cloneNode(true);
    cx.all('.visually-hidden, .cx-av, svg, form', copy).forEach((part) => part.remove());
    return harmless(copy.textContent.trim(), cell.matches('.cx-num-col'));
  }

  /** As in every file that leaves the house: no text that a spreadsheet would take for a formula. */
  const harmless = (text, isNumber) => (!isNumber && /^[\s\p{C}\p{Z}]*[=+\-@|%'＝＋－＠｜％＇\u2212\ufe63]/u.test(text) ? `'${text}` : text);
  const quoted = (text) => (/["\t\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

  cx.on('copy', (event) => {
    if (!isOnCell() || !cursor || String(getSelection())) return;
    const block = range();
    event.clipboardData.setData('text/plain', block.rows.map((row) => block.columns.map((at) => quoted(textOf(row.cells[at]))).join('\t')).join('\n'));
    event.preventDefault();
    cx.say(words('copied', block.rows.length * block.columns.length));
  });

  cx.on('paste', (event) => {
    const text = isOnCell() && form() ? event.clipboardData.getData('text/plain') : '';
    if (!text) return;
    event.preventDefault();
    if (text.length > MOST) cx.toast({ message: words('many', 0), kind: 'error' });
    else put(parsed(text));
  });

  /** Rows of a spreadsheet as it lays them on the clipboard: tabs between cells, quotes around those with a tab or line in them. */
  function parsed(text) {
    const found = [[]];
    const cell = /(?:"((?:[^"]|"")*)"(?=[\t\r\n]|$)|([^\t\r\n]*))(\t|\r\n|\r|\n|$)/gy;
    const whole = text.replace(/(?:\r\n|\r|\n)$/, '');
    for (let match = cell.exec(whole); match; match = cell.exec(whole)) {
      found.at(-1).push(match[1] !== undefined ? match[1].replaceAll('""', '"') : match[2]);
      if (!match[3]) break;
      if (match[3] !== '\t') found.push([]);
    }
    return found;
  }

  function empty() {
    const block = range();
    put(block.rows.map(() => block.columns.map(() => '')));
  }

  /** Sends the block to where the selection begins; over a larger selection it is repeated, as often as it fits. */
  function put(block) {
    const all = rows();
    const chosen = range();
    const [high, broad] = [block.length, Math.max(...block.map((row) => row.length))];
    const times = (count, size) => (count > size && count % size === 0 ? count : size);
    const [height, width] = [times(chosen.rows.length, high), times(chosen.columns.length, broad)];
    const { rows: most, cells } = form().dataset;
    if (height > most || height * width > cells) { cx.toast({ message: words('many', 0), kind: 'error' }); return; }
    const columns = seen(chosen.rows[0]).map((cell) => cell.cellIndex).filter((at) => at >= chosen.columns[0]);
    const places = Array.from({ length: width }, (_, n) => columns[n]);
    const top = all.indexOf(chosen.rows[0]);
    const lines = Array.from({ length: height }, (_, n) => all[top + n]);
    const version = (row, at) => (at && button(row.cells[at])?.dataset.v) || row.dataset.v;
    const field = (name) => form().elements[name];
    field('ids').value = lines.map((row) => row?.id.slice(1) ?? 0).join();
    field('names').value = places.map((at) => (at ? named(lines[0].cells[at]) : '')).join();
    field('seen').value = lines.flatMap((row) => places.map((at) => (row ? version(row, at) : 0))).join();
    field('block').value = JSON.stringify(lines.map((_, y) => places.map((__, x) => block[y % high][x % broad] ?? '')));
    anchor = lines.filter(Boolean).at(-1).cells[places.filter(Boolean).at(-1)];
    focus(lines[0].cells[places[0]], true);
    form().requestSubmit();
  }

  cx.on('htmx:after:swap', ({ detail: { ctx } }) => {
    if (ctx.sourceElement !== form()) return;
    const dialog = cx.one('#sheet');
    const isAsked = ctx.response.status === 409; // what would not fit is said first
    if (isAsked && !dialog.open) dialog.showModal();
    if (!isAsked && dialog.open) dialog.close();
    const next = cursor?.isConnected ? cursor : cx.one('#rows > tr[id] > th');
    if (!isAsked && next && document.activeElement === document.body) focus(next, next === cursor);
  });

  // --- undo, and coming back from it

  const KEY = 'cx-cell';
  const here = () => location.pathname + location.search;

  function undo(cell) {
    const latest = cx.all('#toasts form .cx-toast-undo').at(-1);
    if (!latest) { cx.say(words('nothing', 0)); return; }
    sessionStorage.setItem(KEY, JSON.stringify([here(), cell.parentElement.id, named(cell)]));
    latest.click();
  }

  function comeBack() {
    const [page, row, name] = JSON.parse(sessionStorage.getItem(KEY) ?? '[]');
    sessionStorage.removeItem(KEY);
    if (page !== here() || !grid()) return;
    const cell = [...(cx.one(`#rows > #${CSS.escape(row)}`)?.cells ?? [])].find((one) => named(one) === name);
    if (cell) focus(cell);
  }

  wide.addEventListener('change', () => (wide.matches ? setUp() : takeDown()));
  setUp();
  if (cellOf(document.activeElement)) enter(cellOf(document.activeElement), false); // who came here before this script
  comeBack();
})();
