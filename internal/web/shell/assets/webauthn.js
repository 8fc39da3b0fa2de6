// Security keys and passkeys (WebAuthn). Without JavaScript, or in a browser without WebAuthn, the buttons stay hidden.
//
// What a page must have:
//
//   <script type="module" src="/static/webauthn.js"></script>
//
//   <button type="button" hidden data-webauthn="register"        or "authenticate"
//           data-options="/manage/account/webauthn-provision/options"
//           data-validate="/manage/account/webauthn-provision/validate"
//           data-label="label"           register only: id of the field with the key's name
//           data-remember="remember_key">  signing in only: id of the box that has this browser remembered (MFA-9)
//   <p id="webauthn-status" role="status"></p>
//
// Signing in with a passkey: data-webauthn="authenticate" with the addresses for passkeys. With data-conditional on the
// button, browsers offer passkeys in the field for the user name as soon as the page is open; that field needs
// autocomplete="username webauthn".
//
// What the server does:
//
//   POST data-options   answers with the options as JSON (the first result of a Begin method of package factor)
//   POST data-validate  gets a form with the fields "credential" (PublicKeyCredential as JSON), "label" and "remember_device",
//                       and answers
//                       {"redirect_to": "/path"}, or with another status {"fail": {"errors": ["sentence"]}} or {"detail": "sentence"}

const renewed = 4.5 * 60 * 1000; // milliseconds after which a waiting request takes a new challenge; they hold for five minutes

const toBytes = (text) =>
  Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
const toText = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

// publicKey turns the server's JSON into what navigator.credentials takes.
function publicKey(options) {
  const ids = (list) => list?.map((c) => ({ ...c, id: toBytes(c.id) }));
  const out = { ...options, challenge: toBytes(options.challenge) };
  if (options.user) {
    out.user = { ...options.user, id: toBytes(options.user.id) };
    out.excludeCredentials = ids(options.excludeCredentials);
  } else {
    out.allowCredentials = ids(options.allowCredentials);
  }
  return out;
}

// asJSON is the credential as the server reads it (PublicKeyCredential.toJSON, which not all browsers have).
function asJSON(credential) {
  const r = credential.response;
  const response = { clientDataJSON: toText(r.clientDataJSON) };
  if (r.attestationObject) {
    response.attestationObject = toText(r.attestationObject);
    response.transports = r.getTransports?.() ?? [];
  } else {
    response.authenticatorData = toText(r.authenticatorData);
    response.signature = toText(r.signature);
    if (r.userHandle) {
      response.userHandle = toText(r.userHandle);
    }
  }
  const extensions = credential.getClientExtensionResults();
  return JSON.stringify({
    id: credential.id, rawId: toText(credential.rawId), type: credential.type, response,
    clientExtensionResults: extensions.credProps ? { credProps: extensions.credProps } : {},
  });
}

// post returns the answer's JSON, or throws an error with the server's sentence.
async function post(address, body) {
  const answer = await fetch(address, { method: "POST", headers: { Accept: "application/json" }, body });
  const json = await answer.json().catch(() => ({}));
  if (!answer.ok || json.fail) {
    throw new Error(json.fail?.errors?.join(" ") ?? json.detail ?? "The server did not answer as expected. Try again.");
  }
  return json;
}

// sentence says what went wrong, for the person at the browser.
function sentence(error, register) {
  switch (error.name) {
    case "NotAllowedError":
      return "The security key did not answer in time, or you cancelled. Try again.";
    case "InvalidStateError":
      return register ? "This security key is registered already." : "This security key cannot be used here.";
    case "SecurityError":
      return "This address cannot be used with security keys. Open the site under its own address.";
  }
  return error.message;
}

function say(text) {
  const region = document.getElementById("webauthn-status");
  if (region) {
    region.textContent = text;
  }
}

// send hands the credential to the server and goes where it says, on this site only.
async function send(button, credential) {
  const form = new URLSearchParams({ credential: asJSON(credential) });
  const label = document.getElementById(button.dataset.label ?? "");
  if (label) {
    form.set("label", label.value);
  }
  if (document.getElementById(button.dataset.remember ?? "")?.checked) {
    form.set("remember_device", "true");
  }
  const { redirect_to: target } = await post(button.dataset.validate, form);
  const next = new URL(target ?? location.href, location.href);
  location.assign(next.origin === location.origin ? next.href : "/");
}

// waiting is the request of conditional mediation; a browser does one request at a time.
let waiting = null;

async function ask(button, extra = {}) {
  const register = button.dataset.webauthn === "register";
  const options = { publicKey: publicKey(await post(button.dataset.options)), ...extra };
  return register ? navigator.credentials.create(options) : navigator.credentials.get(options);
}

async function pressed(button) {
  waiting?.abort();
  waiting = null;
  button.disabled = true;
  say("Use your security key now.");
  try {
    await send(button, await ask(button));
    say("");
  } catch (error) {
    say(sentence(error, button.dataset.webauthn === "register"));
  } finally {
    button.disabled = false;
  }
}

// offer lets the browser show passkeys in the field for the user name, until one is chosen or a button is pressed.
async function offer(button) {
  if (!(await PublicKeyCredential.isConditionalMediationAvailable?.())) {
    return;
  }
  const mine = new AbortController();
  waiting = mine;
  const renew = setTimeout(() => {
    mine.abort();
    offer(button);
  }, renewed);
  try {
    await send(button, await ask(button, { mediation: "conditional", signal: mine.signal }));
  } catch (error) {
    if (!mine.signal.aborted) {
      say(sentence(error, false));
    }
  } finally {
    clearTimeout(renew);
  }
}

if (globalThis.PublicKeyCredential && navigator.credentials) {
  for (const button of document.querySelectorAll("button[data-webauthn]")) {
    button.hidden = false;
    button.addEventListener("click", () => pressed(button));
    if (button.hasAttribute("data-conditional")) {
      offer(button);
    }
  }
}
