// On a page of somebody's website: draws the form where the script stands, in a shadow root, so that neither's styles reach the other.
// It makes elements and text and nothing that is inline, so the page's own policy may be as strict as it likes.
(() => {
  const script = document.currentScript;
  const url = new URL(script.src);
  const address = url.origin + url.pathname.replace(/\.js$/, '/embed');

  const make = (name, attributes, ...inside) => {
    const element = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) {
      if (value !== false && value !== undefined) element.setAttribute(key, value === true ? '' : value);
    }
    element.append(...inside);
    return element;
  };

  // What the server says, whether it took the form or not; null where it says nothing that we understand.
  const ask = async (options) => {
    try {
      return await (await fetch(address, { credentials: 'omit', cache: 'no-store', ...options })).json();
    } catch {
      return null;
    }
  };

  const control = ({ key, kind, required, autocomplete, choices }, words) => {
    const common = { id: key, name: key, required, autocomplete: autocomplete || false };
    if (kind === 'textarea') return make('textarea', { ...common, rows: 4, dir: 'auto' });
    if (kind === 'checkbox') return make('input', { ...common, type: 'checkbox', value: 'yes' });
    if (kind === 'email') return make('input', { ...common, type: 'email', dir: 'ltr', inputmode: 'email' });
    if (kind === 'phone') return make('input', { ...common, type: 'tel', dir: 'ltr' });
    if (kind === 'text') return make('input', { ...common, type: 'text', dir: 'auto' });
    const options = [['', words.choose], ...choices].map(([value, label]) => make('option', { value }, label));
    return make('select', common, ...options);
  };

  const row = (field, words) => {
    const label = make('label', { for: field.key, dir: 'auto' }, field.label);
    if (!field.required) label.append(' ', make('small', {}, words.optional));
    const box = control(field, words);
    const isTick = field.kind === 'checkbox';
    return { label: field.label, box, line: make('div', { class: isTick ? 'field tick' : 'field' }, ...(isTick ? [box, label] : [label, box])) };
  };

  // Puts what is wrong beside each field, and at the top a summary that leads to them.
  const showProblems = (form, rows, said, wrong) => {
    for (const [key, { box, line }] of rows) {
      line.querySelector('.problem')?.remove();
      if (wrong[key]) {
        line.append(make('p', { class: 'problem', id: `${key}-problem` }, wrong[key]));
        box.setAttribute('aria-invalid', 'true');
        box.setAttribute('aria-describedby', `${key}-problem`);
      } else {
        box.removeAttribute('aria-invalid');
        box.removeAttribute('aria-describedby');
      }
    }
    form.querySelector('.summary')?.remove();
    const summary = make('div', { class: 'summary', role: 'alert', tabindex: -1 }, make('p', {}, said));
    const links = [...rows].filter(([key]) => wrong[key]).map(([key, { label, box }]) => {
      const link = make('a', { href: `#${key}`, dir: 'auto' }, label);
      link.addEventListener('click', (event) => { // the page's address does not reach into the shadow root
        event.preventDefault();
        box.focus();
      });
      return make('li', {}, link);
    });
    if (links.length) summary.append(make('ul', {}, ...links));
    form.querySelector('.field').before(summary);
    summary.focus();
  };

  const showSaid = (sheet, said, isAnswer) => {
    const done = make('p', { class: 'done', role: 'status', dir: 'auto', tabindex: -1 }, said);
    sheet.replaceChildren(done);
    if (isAnswer) done.focus();
  };

  const draw = (sheet, about) => {
    const rows = new Map(about.fields.map((field) => [field.key, row(field, about.words)]));
    const button = make('button', {}, about.button);
    const trap = make('input', { id: 'website', name: 'website', tabindex: -1, autocomplete: 'off' });
    const form = make('form', { method: 'post', action: address, novalidate: true });
    if (about.heading) form.append(make('h2', { dir: 'auto' }, about.heading));
    if (about.intro) form.append(make('p', { class: 'intro', dir: 'auto' }, about.intro));
    form.append(...[...rows.values()].map(({ line }) => line));
    form.append(make('div', { class: 'away', 'aria-hidden': 'true' }, make('label', { for: 'website' }, 'Website'), trap));
    const hidden = { ...about.hidden, _page: location.origin + location.pathname };
    form.append(...Object.entries(hidden).map(([name, value]) => make('input', { type: 'hidden', name, value })), button);
    form.addEventListener('submit', async (event) => {
      event.preventDefault();
      button.disabled = true; // a second click would only send the same once more; the server knows it by its key
      const answer = await ask({ method: 'POST', body: new URLSearchParams(new FormData(form)) });
      button.disabled = false;
      if (answer?.said) showSaid(sheet, answer.said, true);
      else if (answer?.wrong) showProblems(form, rows, about.words.again, answer.wrong);
      else showProblems(form, rows, about.words.failed, {});
    });
    sheet.replaceChildren(form);
  };

  const begin = async () => {
    const about = await ask({});
    if (!about) {
      console.error(`crmlite drew no form here: ${location.origin} is not among the form's websites, or this page's policy lacks connect-src ${url.origin}.`);
      return;
    }
    const host = make('div', { 'data-crmlite-form': true, hidden: true });
    const sheet = make('div', { class: 'here', lang: about.language, dir: about.direction, 'data-theme': about.theme });
    const style = make('link', { rel: 'stylesheet', href: url.origin + about.style });
    host.attachShadow({ mode: 'open' }).append(style, sheet);
    style.addEventListener('load', () => { host.hidden = false; }); // not before: it would jump
    style.addEventListener('error', () => { // refused by the page's policy: plain, but it works
      const trap = sheet.querySelector('.away');
      if (trap) trap.hidden = true;
      host.hidden = false;
    });
    if (about.said) showSaid(sheet, about.said, false);
    else draw(sheet, about);
    await place(host);
  };

  // Where the script stands; from the head, where nothing is shown, to the end of the page.
  const place = async (host) => {
    if (!script.closest('head')) return script.after(host);
    if (!document.body) await new Promise((done) => { addEventListener('DOMContentLoaded', done); });
    return document.body.append(host);
  };

  begin();
})();
