// Polls for changes of the page and replaces the changed parts. Forms are not
// replaced, because the visitor may be typing.
watch();

function watch() {
  const root = document.querySelector("[data-state]");
  const fast = root && (Number(root.dataset.pace) > 1 || root.querySelector("[data-building]"));
  setTimeout(async () => {
    if (!document.hidden) await look().catch(() => {});
    watch();
  }, fast ? 1500 : 15000);
}

async function look() {
  const root = document.querySelector("[data-state]");
  if (!root) return;
  if (!root.dataset.state) {
    await refresh();
    return;
  }
  const answer = await fetch(root.dataset.state);
  if (!answer.ok || answer.redirected) return;
  const token = await answer.text();
  const before = root.dataset.token;
  if (token === before) return;
  root.dataset.token = token;
  await refresh();
  // The text after the slash is shown only in the replaced parts.
  if (token.split("/")[0] !== before.split("/")[0]) document.querySelector("[data-news]").hidden = false;
}

async function refresh() {
  const answer = await fetch(location.href.split("#")[0]);
  if (!answer.ok || answer.redirected) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const part of document.querySelectorAll("[data-live]")) {
    const next = fresh.getElementById(part.id);
    if (next && !part.contains(document.activeElement)) part.innerHTML = next.innerHTML;
  }
}
