// Sends the token behind the # as the form does, and removes it from the address.
const token = location.hash.slice(1);
const form = document.querySelector("[data-enter]");
if (form && /^[A-Za-z0-9_-]{43}$/.test(token)) {
  history.replaceState(null, "", location.pathname);
  form.elements.token.value = token;
  form.submit();
}
