// What happened, in a corner of the page: HX-Trigger {"toast": {message, undo, kind}}, and what the server rendered into the page.
const cx = {
  one: (selector, root = document) => root.querySelector(selector),
  all: (selector, root = document) => [...root.querySelectorAll(selector)],
  on: (type, listener, options) => document.addEventListener(type, listener, options),
  /** Read out by screen readers; emptied first, so that the same words are read again. */
  say(text) {
    const live = cx.one('#live');
    live.textContent = '';
    setTimeout(() => { live.textContent = text; }, 50);
  },
  /** A sentence that the server wrote into the page, in the user's language. */
  text: (name) => cx.one('#texts')?.content.querySelector(`[data-name="${name}"]`)?.textContent ?? '',
};

(() => {
  const SHOWN = 8000;

  cx.toast = ({ message, undo, kind, link }) => {
    const toast = cx.one('#toast').content.firstElementChild.cloneNode(true);
    const box = cx.one(kind === 'error' ? '#toast-alert' : '#toast-status');
    cx.one('[data-message]', toast).textContent = message;
    toast.classList.toggle('cx-toast-bad', kind === 'error');
    const form = cx.one('form', toast);
    if (undo) {
      form.action = undo;
      cx.one('[name=next]', form).value = location.pathname + location.search;
    } else form.remove();
    const onward = cx.one('[data-toast-link]', toast);
    if (link) {
      onward.href = link.href;
      onward.textContent = link.label;
    } else onward.remove();
    if (kind === 'error') forget(message, box);
    box.append(toast);
    raise();
    live(toast, kind === 'error');
    while (box.children.length > 3) box.firstElementChild.remove();
  };

  // Two requests that fail for one reason, such as a page's and its bell's, say so once. What was done twice is said twice: it has two undos.
  function forget(message, box) {
    cx.all('.cx-toast', box).filter((other) => cx.one('[data-message]', other).textContent === message).forEach((other) => other.remove());
  }

  // An open dialog lies over everything but later popovers, so the box becomes the latest.
  function raise() {
    const box = cx.one('#toasts');
    if (box.matches(':popover-open')) box.hidePopover();
    if (cx.one('dialog[open]')) box.showPopover();
  }

  // Errors stay; the rest goes after a while, but not from under a pointer or the keyboard.
  function live(toast, stays) {
    if (stays) return;
    let timer;
    const arm = () => { clearTimeout(timer); timer = setTimeout(() => toast.remove(), SHOWN); };
    const hold = () => clearTimeout(timer);
    toast.addEventListener('pointerenter', hold);
    toast.addEventListener('focusin', hold);
    toast.addEventListener('pointerleave', arm);
    toast.addEventListener('focusout', arm);
    arm();
  }

  cx.on('toast', (event) => cx.toast(event.detail));
  cx.on('click', (event) => event.target.closest('[data-toast-close]')?.closest('.cx-toast').remove());
  cx.all('.cx-toast').forEach((toast) => live(toast, toast.classList.contains('cx-toast-bad')));
})();
// The drawer, and the question before what cannot be undone.
(() => {
  cx.on('htmx:after:swap', (event) => {
    if (event.detail.ctx.target?.id !== 'drawer-body') return;
    const drawer = cx.one('#drawer');
    if (!drawer.open) drawer.showModal();
  });

  cx.on('click', (event) => {
    const { target } = event;
    if (target.closest('[data-close]')) target.closest('dialog').close();
    const opens = target.closest('[data-dialog]');
    if (opens) cx.one(`#${opens.dataset.dialog}`).showModal();
    if (target.matches('dialog') && isOutside(target, event)) target.close();
  });

  function isOutside(dialog, event) {
    const box = dialog.getBoundingClientRect();
    return event.clientX < box.left || event.clientX > box.right || event.clientY < box.top || event.clientY > box.bottom;
  }

  /** Asks in our own dialog; `label` is the verb on the button that goes on. */
  function ask(question, label) {
    const dialog = cx.one('#confirm');
    cx.one('[data-question]', dialog).textContent = question;
    const go = cx.one('[value=yes]', dialog);
    go.dataset.label ??= go.textContent;
    go.textContent = label?.trim() || go.dataset.label;
    dialog.returnValue = '';
    dialog.showModal();
    return new Promise((resolve) => {
      dialog.addEventListener('close', () => resolve(dialog.returnValue === 'yes'), { once: true });
    });
  }

  cx.on('htmx:confirm', (event) => {
    const { ctx, issueRequest, dropRequest } = event.detail;
    const source = ctx.sourceElement;
    const question = source.getAttribute('hx-confirm') ?? event.detail.question;
    if (!question) return;
    event.preventDefault();
    ask(question, label(source)).then((yes) => (yes ? issueRequest() : dropRequest?.()));
  });

  // Plain forms: <form data-cx-confirm="…">. Captured, so that nothing is sent before the answer.
  cx.on('submit', (event) => {
    const form = event.target;
    const button = event.submitter;
    const question = button?.dataset.cxConfirm ?? form.dataset.cxConfirm;
    if (!question || form.hasAttribute('hx-confirm') || button?.dataset.cxSure) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    ask(question, label(button ?? form)).then((yes) => {
      if (!yes) return;
      const by = button ?? form;
      by.dataset.cxSure = 'yes';
      if (button) form.requestSubmit(button); else { form.removeAttribute('data-cx-confirm'); form.requestSubmit(); }
      delete by.dataset.cxSure;
    });
  }, true);

  const label = (element) => (element.matches('form') ? cx.one('button:not([type=button])', element) : element)?.textContent;
})();
// The palette: a combobox over the list that the server answers with; arrows choose, Enter follows.
(() => {
  const box = () => cx.one('#palette-q');
  const options = () => cx.all('#palette-list [role=option]:not([aria-disabled=true])');
  const chosen = () => options().findIndex((option) => option.getAttribute('aria-selected') === 'true');

  cx.openPalette = () => {
    const palette = cx.one('#palette');
    if (!palette || palette.open) return;
    document.body.classList.remove('cx-side-is-open');
    palette.showModal();
    box().value = '';
    box().focus();
    box().dispatchEvent(new Event('palette:open')); // not by htmx, which may not have come yet
  };

  function choose(index) {
    const found = options();
    box().removeAttribute('aria-activedescendant');
    found.forEach((option, i) => {
      option.id ||= `palette-option-${i}`;
      option.tabIndex = -1;
      option.setAttribute('aria-selected', String(i === (index + found.length) % found.length));
    });
    const option = found[chosen()];
    if (!option) return;
    box().setAttribute('aria-activedescendant', option.id);
    option.scrollIntoView({ block: 'nearest' });
  }

  cx.on('htmx:after:swap', (event) => {
    if (event.detail.ctx.target?.id === 'palette-list') choose(0);
  });
  cx.on('click', (event) => {
    if (event.target.closest('[data-palette]')) cx.openPalette();
  });
  cx.on('keydown', (event) => {
    if (event.target.id !== 'palette-q' || event.isComposing) return;
    if (event.key === 'ArrowDown') choose(chosen() + 1);
    else if (event.key === 'ArrowUp') choose(chosen() - 1);
    else if (event.key === 'Enter') {
      const option = options()[chosen()];
      if (event.ctrlKey || event.metaKey) { if (option) open(option.href); } else option?.click();
    } else return;
    event.preventDefault();
  });
})();
// A field that links to another record: type a few letters, choose. What is typed and not chosen is sent as it stands.
(() => {
  const boxOf = (list) => list.closest('[data-cx-picker]').querySelector('[role=combobox]');
  const listOf = (box) => document.getElementById(box.getAttribute('aria-controls'));
  const options = (list) => cx.all('[role=option]:not([aria-disabled=true])', list);

  function open(list, yes) {
    list.hidden = !yes;
    boxOf(list).setAttribute('aria-expanded', String(yes));
    if (!yes) mark(list, -1);
  }

  function mark(list, index) {
    const box = boxOf(list);
    box.removeAttribute('aria-activedescendant');
    options(list).forEach((option, i) => {
      option.setAttribute('aria-selected', String(i === index));
      if (i !== index) return;
      box.setAttribute('aria-activedescendant', option.id);
      option.scrollIntoView({ block: 'nearest' });
    });
  }

  function choose(option) {
    const list = option.closest('[role=listbox]');
    const box = boxOf(list);
    box.value = option.dataset.label;
    const chosen = box.closest('[data-cx-picker]').querySelector('input[type=hidden]');
    chosen.value = option.dataset.value;
    chosen.dispatchEvent(new Event('change', { bubbles: true }));
    open(list, false);
    box.focus();
  }

  cx.on('input', (event) => {
    const picker = event.target.matches('[role=combobox]') && event.target.closest('[data-cx-picker]');
    if (picker) cx.one('input[type=hidden]', picker).value = ''; // what was chosen before is not what stands there now
  });
  cx.on('htmx:after:swap', (event) => {
    const list = event.detail.ctx.target;
    if (!list?.matches?.('[data-cx-picker] [role=listbox]')) return;
    const box = boxOf(list);
    open(list, list.children.length > 0 && box.value.trim() !== '' && box === document.activeElement);
  });
  cx.on('mousedown', (event) => { // before the box loses the focus
    const option = event.target.closest?.('[data-cx-picker] [role=option]:not([aria-disabled=true])');
    if (!option) return;
    event.preventDefault();
    choose(option);
  });
  cx.on('focusout', (event) => {
    if (event.target.matches?.('[data-cx-picker] [role=combobox]')) open(listOf(event.target), false);
  });
  cx.on('keydown', (event) => {
    if (event.isComposing || !event.target.matches?.('[data-cx-picker] [role=combobox]')) return;
    const list = listOf(event.target);
    if (list.hidden) return;
    const found = options(list);
    const at = found.findIndex((option) => option.getAttribute('aria-selected') === 'true');
    if (event.key === 'ArrowDown') mark(list, Math.min(at + 1, found.length - 1));
    else if (event.key === 'ArrowUp') mark(list, Math.max(at - 1, 0));
    else if (event.key === 'Enter' && at >= 0) choose(found[at]);
    else if (event.key === 'Escape') { open(list, false); event.stopImmediatePropagation(); }
    else return;
    event.preventDefault();
  }, true);
})();
// The sidebar on phones.
(() => {
  const open = (yes) => {
    document.body.classList.toggle('cx-side-is-open', yes);
    cx.one('[data-side-open]')?.setAttribute('aria-expanded', String(yes));
    if (yes) cx.one('#side a')?.focus();
  };
  cx.on('click', (event) => {
    if (event.target.closest('[data-side-open]')) open(true);
    if (event.target.closest('[data-side-close]')) open(false);
  });
  cx.on('keydown', (event) => {
    if (event.key !== 'Escape' || !document.body.classList.contains('cx-side-is-open')) return;
    open(false);
    cx.one('[data-side-open]').focus();
  });
  // Whoever tabs out of the open sidebar has left it.
  cx.on('focusin', (event) => {
    if (document.body.classList.contains('cx-side-is-open') && !event.target.closest('#side, .cx-menu')) open(false);
  });
})();
// Keys. Those of a single letter can be switched off by the user (WCAG 2.1.4): <body data-shortcuts="off">.
(() => {
  const PATIENCE = 900; // milliseconds between g and the letter after it
  let pressed = 0;

  cx.on('keydown', (event) => {
    if (event.isComposing || event.defaultPrevented) return;
    const key = event.key.toLowerCase();
    const command = event.ctrlKey || event.metaKey;
    if (command && key === 'k') {
      event.preventDefault();
      cx.openPalette();
    } else if (command && key === 'enter' && event.target.form) {
      event.preventDefault();
      event.target.form.requestSubmit();
    } else if (key === 'escape') {
      cancel(event);
    } else if (!command && !event.altKey && !isTyping(event.target) && !cx.one('dialog[open]')) {
      if (document.body.dataset.shortcuts !== 'off') single(key, event);
    }
  });

  // Who pressed a cell to change it may type before the field has come.
  const isTyping = (element) => element.closest('.htmx-request') || element.matches('input:not([type=checkbox], [type=radio], [type=submit]), textarea, select, [contenteditable]');

  // Esc in a cell that is being edited shows it again as it was.
  function cancel(event) {
    const form = event.target.closest('form');
    const button = form && cx.one('[data-cancel]', form);
    if (!button) return;
    event.preventDefault();
    button.click();
  }

  function single(key, event) {
    if (pressed && Date.now() - pressed < PATIENCE) {
      pressed = 0;
      cx.one(`[data-go="${CSS.escape(key)}"]`)?.click();
    } else if (key === 'g') {
      pressed = Date.now();
    } else if (key === '/') {
      focus(cx.one('[data-slash]'), event);
    } else if (key === '?') {
      cx.one('#keys')?.showModal();
    } else if (key === 'c') {
      cx.one('[data-create]')?.click();
    } else if (key === 'e') {
      cx.one('[data-edit]')?.click();
    } else if (key === 'j' || key === 'k') {
      walk(key === 'j' ? 1 : -1);
    } else if (key === 'x') {
      const row = event.target.closest('#rows tr');
      if (row) cx.one('input[name=id]', row)?.click();
    }
  }

  function focus(element, event) {
    if (!element) return;
    event.preventDefault();
    element.focus();
    element.select?.();
  }

  function walk(step) {
    const links = cx.all('#rows th a');
    const at = links.indexOf(document.activeElement?.closest('tr')?.querySelector('th a'));
    links[Math.max(0, Math.min(links.length - 1, at + step))]?.focus();
  }
})();
// Rows of a list: ticking them, with Shift a range of them, and the bar that says what can be done with those ticked.
(() => {
  let last = null;
  const boxes = () => cx.all('#rows input[name=id]');

  function count() {
    const bar = cx.one('#bulk');
    if (!bar) return;
    const ticked = boxes().filter((box) => box.checked).length;
    const everything = beyond(ticked > 0 && ticked === boxes().length);
    bar.hidden = ticked === 0;
    cx.one('[data-bulk-n]', bar).textContent = everything ? cx.one('[data-bulk-total]').textContent : ticked;
    const all = cx.one('[data-check-all]');
    if (!all) return;
    all.checked = ticked > 0 && ticked === boxes().length;
    all.indeterminate = ticked > 0 && !all.checked;
  }

  // Where all rows of the page are ticked, all others that match can be ticked too. Whether they are.
  function beyond(offered) {
    const box = cx.one('#bulk-everything');
    if (!box) return false;
    cx.one('[data-bulk-all]').hidden = !offered;
    if (!offered) box.checked = false;
    return box.checked;
  }

  function clear() {
    boxes().forEach((box) => { box.checked = false; });
    last = null;
    count();
  }

  cx.on('click', (event) => {
    const box = event.target.closest?.('#rows input[name=id]');
    if (box) {
      const all = boxes();
      if (event.shiftKey && all.includes(last)) {
        const [from, to] = [all.indexOf(last), all.indexOf(box)].sort((a, b) => a - b);
        all.slice(from, to + 1).forEach((one) => { one.checked = box.checked; });
      }
      last = box;
    }
    if (event.target.closest('[data-bulk-clear]')) clear();
  });
  cx.on('change', (event) => {
    if (event.target.matches('[data-check-all]')) boxes().forEach((box) => { box.checked = event.target.checked; });
    if (event.target.matches('[data-check-all], #rows input[name=id], #bulk-everything')) count();
  });
  cx.on('formdata', ({ target, formData }) => { // an export of those that are ticked
    if (target.matches('[data-ticked]') && !cx.one('#bulk-everything:checked')) boxes().filter((box) => box.checked).forEach((box) => formData.append('id', box.value));
  });

  // What makes a sheet of it (sheet.js, columns.js) comes when somebody turns to the list, or back to it: a first visit is light.
  function call(event) {
    const list = cx.one('#list[data-scripts]');
    if (!list || (event && !list.contains(event.target)) || !matchMedia('(min-width: 861px)').matches) return;
    for (const src of list.dataset.scripts.split(' ')) document.head.append(Object.assign(document.createElement('script'), { src, async: false }));
    for (const type of ['focusin', 'pointerover']) document.removeEventListener(type, call);
  }
  for (const type of ['focusin', 'pointerover']) cx.on(type, call);
  if (['cx-cell', 'cx-column'].some((key) => sessionStorage.getItem(key))) call();

  cx.on('records:changed', clear); // what was ticked is done, or is not what it was
  cx.on('htmx:after:swap', () => { // rows that came since are among all
    if (cx.one('#bulk-everything')?.checked) boxes().forEach((box) => { box.checked = true; });
    count();
  });
  count();
})();
// What goes wrong on the way to the server and back.
(() => {
  cx.on('htmx:error', (event) => {
    if (event.detail.error?.name === 'AbortError') return; // a newer search took its place
    cx.toast({ message: cx.text('offline'), kind: 'error' });
  });
  cx.on('htmx:response:error', (event) => {
    const { status, headers } = event.detail.ctx.response;
    if (status === 401 && !headers.get('HX-Trigger')) { location.reload(); return; } // the server shows the sign-in page, with the way back here
    if (headers?.get?.('HX-Trigger') || status < 500) return;
    const number = headers?.get?.('X-Request-Id');
    cx.toast({ message: number ? cx.text('numbered').replace('%', number) : cx.text('broken'), kind: 'error' });
  });
  // htmx starts a moment after the page is shown: what was typed until then is searched for when it has.
  cx.on('htmx:after:process', () => {
    const box = document.activeElement;
    if (!box.matches('input')) return;
    if (box.id === 'palette-q' || box.value !== box.defaultValue) box.dispatchEvent(new Event('input', { bubbles: true }));
  }, { once: true });
  // A form that is on its way is not sent again: a second click would make the same once more.
  const hold = (form, button) => {
    form.setAttribute('data-cx-busy', '');
    for (const one of button ? [button] : form.querySelectorAll('button:not([type=button])')) one.setAttribute('aria-disabled', 'true');
  };
  const release = (form) => {
    form.removeAttribute('data-cx-busy');
    for (const one of form.querySelectorAll('button[aria-disabled]')) one.removeAttribute('aria-disabled');
  };
  const isForm = (element) => element?.matches?.('form');
  cx.on('submit', (event) => {
    if (!event.target.hasAttribute('data-cx-busy')) return;
    event.preventDefault();
    event.stopImmediatePropagation();
  }, true);
  cx.on('submit', (event) => { // plain ones: htmx has taken its own by now
    const { target: form, submitter } = event;
    const elsewhere = submitter?.getAttribute('formtarget') ?? form.getAttribute('target');
    if (event.defaultPrevented || elsewhere || form.getAttribute('method')?.toLowerCase() !== 'post') return;
    hold(form, submitter);
    setTimeout(() => release(form), 15000); // no answer, or one that is a file
  });
  cx.on('htmx:before:request', ({ detail: { ctx } }) => {
    if (isForm(ctx.sourceElement) && ctx.request.method === 'POST') hold(ctx.sourceElement);
  });
  cx.on('htmx:finally:request', ({ detail: { ctx } }) => {
    const leaves = ctx.response?.headers?.get?.('HX-Redirect'); // to another page: until it is there, nothing is sent here
    if (isForm(ctx.sourceElement) && !leaves) release(ctx.sourceElement);
    if (ctx.sourceElement?.matches?.('[data-empties]') && ctx.response?.raw?.ok) ctx.sourceElement.reset();
  });
  addEventListener('pageshow', () => document.querySelectorAll('[data-cx-busy]').forEach(release));
  // What is to be pasted elsewhere.
  cx.on('click', (event) => {
    const button = event.target.closest('[data-copy]');
    if (!button) return;
    const field = cx.one(button.dataset.copy);
    field.select();
    navigator.clipboard?.writeText(field.value).then(() => cx.toast({ message: button.dataset.done }));
    button.focus();
  });
  if (navigator.clipboard) cx.all('[data-copy][hidden]').forEach((button) => { button.hidden = false; });
  // A form whose answer is shown in a frame beside it is sent there once by itself, while the frame is still empty.
  cx.on('htmx:after:process', () => {
    const button = cx.one('[data-first-preview]');
    if (!button) return;
    button.removeAttribute('data-first-preview');
    button.form.requestSubmit(button);
  });
  // Choices that take effect at once: the form around them is sent.
  cx.on('change', (event) => {
    if (event.target.matches('[data-submit]')) event.target.form.requestSubmit();
  });
})();
