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
