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
