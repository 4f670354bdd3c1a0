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
