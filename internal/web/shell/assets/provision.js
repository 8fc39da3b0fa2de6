// Adds a security key: asks the site for options, has the browser make the key,
// and sends its answer.
const form = document.getElementById("provision");
const wrong = document.getElementById("provision-wrong");
const button = form?.querySelector("button");

async function post(path, body) {
  const answer = await fetch(path, {
    method: "POST", body: JSON.stringify(body), redirect: "error",
    headers: { "Content-Type": "application/json", Accept: "application/json" },
  });
  const text = await answer.json();
  if (!answer.ok) throw new Error(text.detail ?? text.message);
  return text;
}

function say(error) {
  const names = {
    NotAllowedError: "The key did not answer in time, or the request was cancelled.",
    InvalidStateError: "This key is registered already.",
    TypeError: "Your last sign-in is too long ago, or the site cannot be reached. Open this page again.",
  };
  wrong.textContent = names[error.name] ?? error.message;
  button.disabled = false;
}

async function add() {
  const label = form.elements.label.value;
  const passkey = form.elements.passkey.checked;
  const options = await post(form.dataset.options, { passkey });
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(options.publicKey ?? options);
  const credential = await navigator.credentials.create({ publicKey });
  const done = await post(form.action, { label, credential: credential.toJSON() });
  location.assign(done.redirect);
}

if (form && window.PublicKeyCredential?.parseCreationOptionsFromJSON) {
  button.disabled = false;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    wrong.textContent = "";
    button.disabled = true;
    add().catch(say);
  });
} else if (form) {
  wrong.textContent = "This browser cannot use security keys.";
}
