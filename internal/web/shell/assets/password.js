// Advice while somebody chooses a password (PW-6, PW-8): how strong it is, and whether it is known from a breach. The
// server decides both again when the form arrives; nothing here keeps a form from being sent, and without JavaScript
// the page works as well. The password does not leave the browser: of its SHA-1, the first five of forty digits are sent,
// to this site alone.
//
// What a page must have:
//
//   <script type="module" src="/static/password.js"></script>
//
//   <input type="password" name="…" autocomplete="new-password" data-password
//          data-password-range="/_/password-range/"       leave it out where the server offers no ranges (Checker.Ranges)
//          data-password-inputs="username email"          ids of fields whose values an attacker tries first; may be left out
//          aria-describedby="password-strength password-breach">
//   <meter id="password-meter" min="0" max="4" low="2" high="3" optimum="4" hidden></meter>     may be left out
//   <p class="hint line" id="password-strength" aria-live="polite"></p>
//   <p class="hint" id="password-breach" aria-live="polite"></p>
//
// A page has one such field; the field that repeats the password is not marked. The texts get the class "warn" while
// they advise against the password, beside saying so.
//
// What appears must not move the button that somebody is about to press: the style sheet keeps room for the meter and
// for one line of "password-strength" wherever scripts run, and a longer text that was shown keeps its room.

const longest = 72; // characters the estimator looks at, as on the server: its time grows with the third power
const shortest = 8; // characters from which breaches are looked up
const strengthPause = 300; // milliseconds without typing
const breachPause = 750;

const strengthTexts = [
  "Very weak: guessed at once.",
  "Weak: guessed soon.",
  "Acceptable.",
  "Strong.",
  "Very strong.",
];
const breachText =
  "This password appears in a security breach or has been compromised and cannot be used. Choose another one, and change it wherever you use it.";

// estimator is the promise of zxcvbn, which is loaded when a password field is used for the first time.
let estimator = null;

function loadEstimator() {
  estimator ??= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = "/static/zxcvbn.js";
    script.onload = () => resolve(window.zxcvbn);
    script.onerror = () => {
      estimator = null; // tried again at the next focus
      reject(new Error("zxcvbn.js did not load"));
    };
    document.head.append(script);
  });
  return estimator;
}

// normal is the form that the server hashes: NFC.
const normal = (field) => field.value.normalize("NFC");

function say(region, text, warn) {
  if (region && region.textContent !== text) {
    if (region.textContent) {
      region.style.minHeight = region.getBoundingClientRect().height + "px";
      region.classList.add("room");
    }
    region.textContent = text;
    region.classList.toggle("warn", warn);
  }
}

// inputs are the values of the fields named by data-password-inputs.
function inputs(field) {
  const ids = (field.dataset.passwordInputs ?? "").split(/\s+/).filter(Boolean);
  return ids.map((id) => document.getElementById(id)?.value ?? "").filter(Boolean);
}

// misjudged are words that the library takes for properties of its tables, and cannot rank.
const misjudged = /constructor|__proto__/i;

// estimate is 0 to 4, or null when there is nothing to say.
async function estimate(field) {
  const zxcvbn = await loadEstimator();
  const password = normal(field);
  if (!password || misjudged.test(password)) {
    return null;
  }
  return zxcvbn(password.slice(0, longest), inputs(field)).score;
}

async function showStrength(field) {
  const region = document.getElementById("password-strength");
  const meter = document.getElementById("password-meter");
  const score = await estimate(field).catch(() => null);
  if (meter) {
    meter.hidden = score === null;
    meter.value = score ?? 0;
  }
  say(region, score === null ? "" : strengthTexts[score], score !== null && score < 2);
}

// sha1 is the hash in capital hexadecimal digits.
async function sha1(text) {
  const sum = await crypto.subtle.digest("SHA-1", new TextEncoder().encode(text));
  return Array.from(new Uint8Array(sum), (b) => b.toString(16).padStart(2, "0")).join("").toUpperCase();
}

// breached asks this site for the hashes that begin as the password's does. Lines with the count 0 are padding.
async function breached(password, range) {
  const hash = await sha1(password);
  const answer = await fetch(range + hash.slice(0, 5), { credentials: "omit", referrerPolicy: "no-referrer" });
  if (!answer.ok) {
    return false; // the server decides when the form arrives
  }
  const line = (await answer.text()).split("\r\n").find((l) => l.startsWith(hash.slice(5) + ":"));
  return line !== undefined && Number(line.split(":")[1]) > 0;
}

// breachCheck makes the function that checks a field; an answer for what was typed before is ignored.
function breachCheck(field) {
  const region = document.getElementById("password-breach");
  let checked = null; // the password that was checked last, or is being checked
  return async () => {
    const password = normal(field);
    if (password === checked) {
      return;
    }
    checked = password;
    say(region, "", false);
    if ([...password].length < shortest) {
      return;
    }
    const found = await breached(password, field.dataset.passwordRange).catch(() => false);
    if (password === checked && password === normal(field)) {
      say(region, found ? breachText : "", found);
    }
  };
}

// after makes a function that calls another one when it was not called for a while.
function after(pause, call) {
  let timer = 0;
  return () => {
    clearTimeout(timer);
    timer = setTimeout(call, pause);
  };
}

function watch(field) {
  const strength = () => showStrength(field);
  field.addEventListener("focus", () => loadEstimator().catch(() => null));
  field.addEventListener("input", after(strengthPause, strength));
  if (!field.dataset.passwordRange || !globalThis.crypto?.subtle) {
    return; // browsers hash on https and on localhost only
  }
  const check = breachCheck(field);
  field.addEventListener("input", after(breachPause, check));
  field.addEventListener("blur", check);
}

document.querySelectorAll("input[data-password]").forEach(watch);
