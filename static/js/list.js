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
