// Rows of a list: ticking them, with Shift a range of them, and the bar that says what can be done with those ticked.
(() => {
  let last = null;
  const boxes = () => cx.all('#rows input[name=id]');

  function count() {
    const bar = cx.one('#bulk');
    if (!bar) return;
    const ticked = boxes().filter((box) => box.checked).length;
    bar.hidden = ticked === 0;
    cx.one('[data-bulk-n]', bar).textContent = ticked;
    const all = cx.one('[data-check-all]');
    if (!all) return;
    all.checked = ticked > 0 && ticked === boxes().length;
    all.indeterminate = ticked > 0 && !all.checked;
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
    if (event.target.matches('[data-check-all], #rows input[name=id]')) count();
  });
  cx.on('formdata', ({ target, formData }) => { // an export of those that are ticked
    if (target.matches('[data-ticked]')) boxes().filter((box) => box.checked).forEach((box) => formData.append('id', box.value));
  });
  cx.on('records:changed', clear); // what was ticked is done, or is not what it was
  cx.on('htmx:after:swap', count);
  count();
})();
