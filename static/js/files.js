// Files of a record: dropped anywhere on its page, pasted or chosen, sent one after the other; pictures looked at in a box; paper.
(() => {
  const SHOWN = 8000;
  const form = () => cx.one('[data-cx-attach]'); // loaded after the page, and only for who may attach
  const box = () => cx.one('#uploads');

  // --- on their way

  const waiting = [];
  let sending = null;

  function take(files) {
    const action = form()?.action;
    if (!action) { cx.toast({ message: box().dataset.locked, kind: 'error' }); return; }
    cx.one('#toasts').prepend(box()); // over everything, where messages are
    const many = files.length > MANY ? counting(files.length) : null;
    for (const file of files) {
      const row = newRow(file.name);
      row.hidden = Boolean(many); // until something is wrong with it
      const job = { file, row, action, many };
      cx.one('[data-stop]', row).addEventListener('click', () => stop(job));
      if (file.size > Number(box().dataset.most)) fail(job, box().dataset.large);
      else { state(job, box().dataset.waiting); waiting.push(job); }
    }
    next();
  }

  function newRow(name) {
    const row = cx.one('template', box()).content.firstElementChild.cloneNode(true);
    cx.one('[data-name]', row).textContent = name;
    cx.one('ol', box()).append(row);
    return row;
  }

  // Very many at once are one row that counts; those that fail stand below it.
  const MANY = 5;

  function counting(all) {
    const many = { row: newRow(''), all, done: 0, failed: 0, undo: [] };
    cx.one('[data-stop]', many.row).addEventListener('click', () => {
      for (const job of waiting.filter((one) => one.many === many)) stop(job);
      if (sending?.many === many) stop(sending);
      many.row.remove();
    });
    cx.one('[data-undo]', many.row).addEventListener('click', async () => {
      many.row.remove();
      let last = null;
      for (const url of many.undo.reverse()) last = await fetch(url, { method: 'POST', headers: { 'HX-Request': 'true', 'HX-Request-Type': 'partial' } }).catch(() => last);
      const said = last?.headers.get('HX-Trigger');
      cx.toast(said ? JSON.parse(said).toast : { message: cx.text('offline'), kind: 'error' });
      document.dispatchEvent(new Event('records:changed'));
    });
    counted(many);
    return many;
  }

  function counted(many) {
    const { row, all, done, failed } = many;
    const said = box().dataset.count.replace('%done', done).replace('%all', all);
    cx.one('[data-name]', row).textContent = said;
    cx.one('[data-state]', row).textContent = failed ? box().dataset.notCounted.replace('%failed', failed) : '';
    const bar = cx.one('progress', row);
    if (bar) bar.value = (done + failed) / all;
    if (done + failed < all) return;
    bar?.remove();
    cx.say(said);
    cx.one('[data-undo]', row).hidden = !many.undo.length;
    if (!failed) leave(row);
  }

  function next() {
    if (sending) return;
    sending = waiting.shift() ?? null;
    if (sending) send(sending);
  }

  function send(job) {
    const request = new XMLHttpRequest(); // fetch() does not say how far it is
    const bar = cx.one('progress', job.row);
    const data = new FormData();
    data.append('file', job.file, job.file.name);
    job.request = request;
    request.upload.addEventListener('progress', (event) => {
      bar.value = event.loaded / event.total;
      if (event.loaded < event.total) return state(job, `${Math.round(100 * event.loaded / event.total)} %`);
      bar.removeAttribute('value'); // the server has it, and takes its time
      state(job, box().dataset.kept);
    });
    request.addEventListener('loadend', () => {
      sending = null;
      end(job);
      if (!waiting.length) document.dispatchEvent(new Event('records:changed'));
      next();
    });
    request.open('POST', job.action);
    request.setRequestHeader('HX-Request', 'true');
    request.setRequestHeader('HX-Request-Type', 'partial');
    request.send(data);
  }

  function end(job) {
    const { request } = job;
    if (job.stopped) return;
    const said = toastOf(request);
    if (request.status === 401) location.reload(); // the server shows the sign-in page, with the way back here
    if (request.status < 200 || request.status >= 300) { fail(job, said?.message ?? (request.status ? box().dataset.failed : cx.text('offline'))); return; }
    if (job.many) {
      job.row.remove();
      job.many.done += 1;
      if (said?.undo) job.many.undo.push(said.undo);
      counted(job.many);
      return;
    }
    cx.one('progress', job.row).remove();
    state(job, box().dataset.done);
    cx.say(`${job.file.name}: ${box().dataset.done}`);
    const undo = cx.one('[data-undo]', job.row);
    undo.hidden = !said?.undo;
    undo.addEventListener('click', () => { job.row.remove(); htmx.ajax('POST', said.undo, { swap: 'none' }); });
    leave(job.row);
  }

  // After a while, but not from under a pointer or the keyboard.
  function leave(row) {
    let timer;
    const arm = () => { clearTimeout(timer); timer = setTimeout(() => row.remove(), SHOWN); };
    for (const [type, run] of [['pointerenter', () => clearTimeout(timer)], ['focusin', () => clearTimeout(timer)], ['pointerleave', arm], ['focusout', arm]]) row.addEventListener(type, run);
    arm();
  }

  function fail(job, why) {
    cx.one('progress', job.row)?.remove();
    job.row.hidden = false;
    job.row.classList.add('cx-toast-bad');
    cx.one('div', job.row).setAttribute('role', 'alert');
    state(job, why);
    if (!job.many) return;
    job.many.failed += 1;
    counted(job.many);
  }

  function stop(job) {
    if (job.many && job.row.classList.contains('cx-toast-bad')) { job.row.remove(); return; }
    job.stopped = true;
    job.row.remove();
    const at = waiting.indexOf(job);
    if (at >= 0) waiting.splice(at, 1);
    if (sending === job) job.request.abort();
  }

  const state = (job, text) => { cx.one('[data-state]', job.row).textContent = text; };
  const toastOf = (request) => { try { return JSON.parse(request.getResponseHeader('HX-Trigger'))?.toast; } catch { return undefined; } };

  addEventListener('beforeunload', (event) => { if (sending) event.preventDefault(); });

  // --- in

  const holdsFiles = (event) => event.dataTransfer?.types.includes('Files') && !event.target.closest?.('input[type=file]');
  const over = (yes) => { if (cx.one('#drop').matches(':popover-open') !== yes) cx.one('#drop').togglePopover(yes); };
  cx.on('dragover', (event) => {
    if (!holdsFiles(event)) return;
    event.preventDefault(); // else the browser goes away to show the file
    event.dataTransfer.dropEffect = 'copy';
    over(Boolean(form()));
  });
  cx.on('dragleave', (event) => { if (!event.relatedTarget) over(false); });
  cx.on('drop', (event) => {
    over(false);
    if (!holdsFiles(event)) return;
    event.preventDefault();
    take([...event.dataTransfer.files].filter((file) => file.size || file.type)); // a folder is neither
  });
  cx.on('pointermove', () => { if (cx.one('#drop')) over(false); }); // whoever moves a pointer drags no more, whatever was not said

  cx.on('paste', (event) => {
    const files = [...(event.clipboardData?.files ?? [])];
    const isText = event.target.closest?.('input, textarea') && event.clipboardData.types.includes('text/plain');
    if (!files.length || isText) return; // spreadsheets offer a picture of what they also offer as text
    event.preventDefault();
    take(files.map((file) => (file.name === 'image.png' ? new File([file], `${box().dataset.pasted}.png`, { type: file.type }) : file)));
  });

  cx.on('change', (event) => {
    if (!event.target.matches('[data-cx-attach] input[type=file]')) return;
    const files = [...event.target.files];
    event.target.value = '';
    take(files);
  });

  // --- looked at

  const pictures = () => cx.all('[data-cx-picture]');
  let shown = '';

  function show(link) {
    const dialog = cx.one('#lightbox');
    const image = new Image(Number(link.dataset.width), Number(link.dataset.height));
    shown = link.id;
    image.src = link.href;
    image.alt = link.dataset.name;
    cx.one('.cx-lightbox-in', dialog).replaceChildren(image);
    cx.one('#lightbox-name').textContent = link.dataset.name;
    cx.one('[data-about]', dialog).textContent = link.dataset.about;
    cx.one('[data-download]', dialog).href = link.dataset.cxPicture;
    for (const button of cx.all('[data-step]', dialog)) button.hidden = pictures().length < 2;
    if (!dialog.open) dialog.showModal();
  }

  function step(by) {
    const all = pictures();
    const at = all.findIndex((link) => link.id === shown);
    if (all.length) show(all[(at + by + all.length) % all.length]);
  }

  cx.on('click', (event) => {
    const link = event.target.closest('[data-cx-picture]');
    const button = event.target.closest('#lightbox [data-step]');
    if (button) step(Number(button.dataset.step));
    if (event.target.closest('[data-cx-print]')) print();
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    show(link);
  });
  cx.on('keydown', (event) => {
    if (!cx.one('#lightbox')?.open) return;
    const ahead = document.dir === 'rtl' ? -1 : 1;
    const by = { ArrowRight: ahead, ArrowLeft: -ahead }[event.key];
    if (!by) return;
    event.preventDefault();
    step(by);
  });
  // What was looked at last gets the focus back, whichever it was opened with.
  document.addEventListener('close', (event) => { if (event.target.id === 'lightbox') cx.one(`#${shown}`)?.focus(); }, true);

  cx.all('[data-cx-print]').forEach((button) => { button.hidden = false; });
  if (location.hash === '#print' && cx.all('[data-cx-print]').length) {
    history.replaceState(history.state, '', location.pathname + location.search); // once, not at every reload
    if (document.readyState === 'complete') print();
    else addEventListener('load', () => print(), { once: true });
  }
})();
