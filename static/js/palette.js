// The palette: a combobox over the list that the server answers with; arrows choose, Enter follows.
(() => {
  const box = () => cx.one('#palette-q');
  const options = () => cx.all('#palette-list [role=option]:not([aria-disabled=true])');
  const chosen = () => options().findIndex((option) => option.getAttribute('aria-selected') === 'true');

  cx.openPalette = () => {
    const palette = cx.one('#palette');
    if (!palette || palette.open) return;
    document.body.classList.remove('cx-side-is-open');
    palette.showModal();
    box().value = '';
    box().focus();
    box().dispatchEvent(new Event('palette:open')); // not by htmx, which may not have come yet
  };

  function choose(index) {
    const found = options();
    box().removeAttribute('aria-activedescendant');
    found.forEach((option, i) => {
      option.id ||= `palette-option-${i}`;
      option.tabIndex = -1;
      option.setAttribute('aria-selected', String(i === (index + found.length) % found.length));
    });
    const option = found[chosen()];
    if (!option) return;
    box().setAttribute('aria-activedescendant', option.id);
    option.scrollIntoView({ block: 'nearest' });
  }

  cx.on('htmx:after:swap', (event) => {
    if (event.detail.ctx.target?.id === 'palette-list') choose(0);
  });
  cx.on('click', (event) => {
    if (event.target.closest('[data-palette]')) cx.openPalette();
  });
  cx.on('keydown', (event) => {
    if (event.target.id !== 'palette-q' || event.isComposing) return;
    if (event.key === 'ArrowDown') choose(chosen() + 1);
    else if (event.key === 'ArrowUp') choose(chosen() - 1);
    else if (event.key === 'Enter') {
      const option = options()[chosen()];
      if (event.ctrlKey || event.metaKey) { if (option) open(option.href); } else option?.click();
    } else return;
    event.preventDefault();
  });
})();
