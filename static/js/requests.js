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
