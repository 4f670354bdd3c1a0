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
