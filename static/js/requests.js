// What goes wrong on the way to the server and back.
(() => {
  cx.on('htmx:error', (event) => {
    if (event.detail.error?.name === 'AbortError') return; // a newer search took its place
    cx.toast({ message: cx.text('offline'), kind: 'error' });
  });
  cx.on('htmx:response:error', (event) => {
    const { status, headers } = event.detail.ctx.response;
    if (status === 401) { location.reload(); return; } // the server shows the sign-in page, with the way back here
    if (!headers?.get?.('HX-Trigger') && status >= 500) cx.toast({ message: cx.text('broken'), kind: 'error' });
  });
  // htmx starts a moment after the page is shown: what was typed until then is searched for when it has.
  cx.on('htmx:after:process', () => {
    const box = document.activeElement;
    if (!box.matches('input')) return;
    if (box.id === 'palette-q' || box.value !== box.defaultValue) box.dispatchEvent(new Event('input', { bubbles: true }));
  }, { once: true });
  // What is to be pasted elsewhere.
  cx.on('click', (event) => {
    const button = event.target.closest('[data-copy]');
    if (!button) return;
    const field = cx.one(button.dataset.copy);
    field.select();
    navigator.clipboard?.writeText(field.value).then(() => cx.toast({ message: button.dataset.done }));
  });
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
