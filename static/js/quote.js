// Writing a quote: arrows and Enter go through the grid like in a sheet, Ctrl+Enter saves, and the paper follows what is typed.
(() => {
  const form = () => cx.one('[data-quote]');
  const cells = (row) => cx.all('input:not([type=hidden], [type=checkbox]), textarea, select', row);
  const rows = () => cx.all('.cx-grid tbody tr');

  /** The field under or over this one; the first of the row where that row is of another kind. */
  function beside(field, step) {
    const all = rows();
    const row = field.closest('tr');
    const next = all[all.indexOf(row) + step];
    if (!next) return null;
    const fields = cells(next);
    return fields[cells(row).indexOf(field)] ?? fields[0];
  }

  function go(field) {
    field.focus();
    if (field.select) field.select();
  }

  cx.on('keydown', (event) => {
    const field = event.target;
    if (event.isComposing || event.defaultPrevented || !field.closest?.('.cx-grid') || field.matches('[type=checkbox], button')) return;
    if (field.matches('[role=combobox]') && !document.getElementById(field.getAttribute('aria-controls')).hidden) return; // its list has the keys
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && !field.matches('select, textarea')) {
      const next = beside(field, step);
      if (next) { event.preventDefault(); go(next); }
    } else if (event.key === 'Enter' && !field.matches('textarea')) {
      event.preventDefault();
      const next = beside(field, 1);
      if (next) go(next);
      else cx.one('.cx-grid-add [value^="add item"]').click();
    }
  });
  cx.on('keydown', (event) => {
    if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey) || !form()?.contains(event.target)) return;
    event.preventDefault();
    form().requestSubmit(cx.one('.cx-form-actions .btn-primary', form()));
  });

  // What a button asks for stands in the form until it is answered: whichever request is the last one, it is not forgotten.
  cx.on('click', (event) => {
    const button = event.target.closest('[data-quote-do]');
    if (!button) return;
    event.preventDefault();
    isSaved = false;
    if (!asked().value) { ask(button.value); return; }
    const [verb, what] = button.value.split(' ');
    const place = verb === 'add' ? what : placeOf(Number(what));
    if (place !== null) further.push([verb, place]);
  });
  // What was clicked while an answer is outstanding, each with the place that its row will have when those before are answered.
  const further = [];
  function placeOf(row) {
    let count = rows().length;
    for (const [verb, what] of [asked().value.split(' '), ...further]) {
      const at = Number(what);
      const to = at + ({ up: -1, down: 1 }[verb] ?? 0);
      if (verb === 'add') count += 1;
      else if (verb === 'remove') {
        if (row === at) return null; // it is on its way out
        count -= 1;
        row -= Number(row > at);
      } else if (to >= 0 && to < count && (row === at || row === to)) row = row === at ? to : at;
    }
    return row;
  }
  const asked = () => cx.one('[data-quote-asked]');
  function ask(what) {
    asked().value = what;
    form().setAttribute('aria-busy', 'true');
    htmx.trigger(form(), 'quote:changed');
  }

  // Whoever saves before the grid has answered saves the answer: the form waits for it. Where none comes, a toast has said why.
  let running = null;
  let waiting = null;
  const isOurs = (ctx) => Boolean(ctx.sourceElement) && ctx.sourceElement === form();
  const isPaper = (submitter) => Boolean(submitter?.matches('[data-quote-paper]'));
  const isFine = (ctx) => Boolean(ctx.response?.raw?.ok);
  cx.on('htmx:before:request', ({ detail: { ctx } }) => { if (isOurs(ctx)) running = ctx; });
  cx.on('htmx:finally:request', ({ detail: { ctx } }) => {
    if (ctx !== running) return; // a newer one took its place
    running = null;
    if (!isFine(ctx)) { // what is seen is what is saved
      asked().value = '';
      further.length = 0;
      waiting = null;
      form()?.removeAttribute('aria-busy');
    } else if (waiting && !asked().value) {
      const then = waiting;
      waiting = null;
      setTimeout(() => form()?.requestSubmit(then.isConnected ? then : undefined));
    }
  });
  window.addEventListener('submit', (event) => { // before all else that listens
    if (event.target !== form() || isPaper(event.submitter) || !(running || asked().value)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    waiting = event.submitter ?? cx.one('.cx-form-actions .btn-primary', form());
    if (!running) ask(asked().value);
  }, true);

  // Saving is a plain post; all else asks for the grid as it would be.
  let timer;
  let isSaved = !form()?.matches('[data-quote-refused]');
  const preview = () => { clearTimeout(timer); timer = setTimeout(() => form()?.requestSubmit(cx.one('[data-quote-paper]')), 400); };
  cx.on('htmx:after:swap', (event) => {
    const { ctx } = event.detail;
    if (ctx.target?.id !== 'form' || !isFine(ctx)) return; // an error page is no paper
    asked().value = ''; // a morph keeps what was put in
    form().removeAttribute('aria-busy');
    const more = further.shift();
    if (more) return ask([...more, rows().length].join(' '));
    const next = cx.one('[data-focus]');
    if (next) {
      next.removeAttribute('data-focus'); // once: the next answer comes while somebody types elsewhere
      go(next);
    }
    preview();
  });
  cx.on('input', (event) => { if (form()?.contains(event.target)) isSaved = false; });
  cx.on('submit', (event) => { if (event.target === form() && !event.defaultPrevented && !isPaper(event.submitter)) isSaved = true; });
  window.addEventListener('beforeunload', (event) => { if (!isSaved) event.preventDefault(); });
})();
