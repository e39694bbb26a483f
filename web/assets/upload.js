// Sends forms with files by XMLHttpRequest, because fetch reports no upload progress.
document.addEventListener("submit", (event) => {
  if (!event.target.matches("form[data-upload]")) return;
  event.preventDefault();
  send(event.target);
});

function send(form) {
  const file = form.elements.file.files[0];
  if (file && file.size > Number(form.dataset.limit)) {
    fail(form, form.dataset.tooLarge);
    return;
  }
  const progress = form.querySelector("progress");
  const request = new XMLHttpRequest();
  request.upload.addEventListener("progress", (event) => {
    if (event.lengthComputable) progress.value = 100 * event.loaded / event.total;
  });
  request.addEventListener("load", () => finish(form, request));
  request.addEventListener("error", () => HTMLFormElement.prototype.submit.call(form));
  request.open("POST", form.action);
  progress.hidden = false;
  form.querySelector(".submit button").disabled = true;
  request.send(new FormData(form));
}

function finish(form, request) {
  const answer = new DOMParser().parseFromString(request.responseText, "text/html");
  if (request.status < 300) {
    show(answer, request.responseURL);
    return;
  }
  const text = answer.querySelector(`#${form.id} .error:not([hidden])`) ?? answer.querySelector(".error:not([hidden]), .lead");
  fail(form, text ? text.textContent : String(request.status));
}

// show replaces the page with the response, which is the same page rendered again.
function show(answer, address) {
  document.title = answer.title;
  document.querySelector("main").replaceWith(document.adoptNode(answer.querySelector("main")));
  history.replaceState(null, "", address);
  document.querySelector("main").focus({ preventScroll: true });
  (document.querySelector(".flash") ?? document.querySelector("main")).scrollIntoView({ block: "center" });
}

function fail(form, text) {
  const place = form.querySelector("[data-upload-error]");
  place.textContent = text;
  place.hidden = false;
  form.querySelector("progress").hidden = true;
  form.querySelector(".submit button").disabled = false;
}
