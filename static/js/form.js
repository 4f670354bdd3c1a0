// In the frame: tells the page around how tall the form is, and leads to what has to be looked at again.
(() => {
  if (parent === window) document.body.classList.add('alone'); // opened by itself, in no frame
  const tell = () => parent.postMessage({ crmlite: 'height', height: document.documentElement.offsetHeight }, '*');
  new ResizeObserver(tell).observe(document.body);
  document.getElementById('summary')?.focus();
  // A second click would only send the same once more; the server knows it by its key.
  document.querySelector('form')?.addEventListener('submit', (event) => {
    setTimeout(() => { event.target.querySelector('button').disabled = true; });
  });
  addEventListener('pageshow', () => {
    const button = document.querySelector('button');
    if (button) button.disabled = false;
  });
})();
