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
