// Completes a one-time link: its code stands behind "#", which no server ever sees, and is taken
// out of the address before anything else happens.

const form = document.getElementById('sign-in');
const code = location.hash.slice(1);
if (form instanceof HTMLFormElement && code.length > 8) {
  history.replaceState(null, '', location.pathname);
  const field = form.elements.namedItem('code');
  if (field instanceof HTMLInputElement) field.value = code;
  form.requestSubmit();
}
