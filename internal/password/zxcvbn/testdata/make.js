// Makes ../words.gz and vectors.json.gz; see README.md.
const fs = require("fs"), zlib = require("zlib"), path = require("path");
const dir = path.dirname(require.resolve("zxcvbn", { paths: [process.cwd()] }));
const zxcvbn = require(path.join(dir, "main.js"));
const lists = require(path.join(dir, "frequency_lists.js"));

const gzip = (text) => zlib.gzipSync(Buffer.from(text), { level: 9 });
fs.writeFileSync(path.join(__dirname, "..", "words.gz"), gzip(Object.values(lists).map((l) => l.join(",") + "\n").join("")));

// A small generator with a fixed seed (mulberry32), so that the file can be made again.
let state = 20190313;
const random = () => {
  state = (state + 0x6d2b79f5) | 0;
  let t = Math.imul(state ^ (state >>> 15), 1 | state);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
};
const below = (n) => Math.floor(random() * n);
const pick = (list) => list[below(list.length)];
const times = (n, f) => Array.from({ length: n }, f).join("");

const words = Object.values(lists);
const leet = { a: "4@", b: "8", c: "({[<", e: "3", g: "69", i: "1!|", l: "1|7", o: "0", s: "$5", t: "+7", x: "%", z: "2" };
const rows = ["`1234567890-=", "qwertyuiop[]\\", "asdfghjkl;'", "zxcvbnm,./", "aoeuidhtns-", "',.pyfgcrl/=", "789", "456", "123", "~!@#$%^&*()_+", "QWERTYUIOP{}|", "1qaz2wsx3edc4rfv"];
const signs = " !\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~";
const ascii = times(95, (_, i) => String.fromCharCode(32 + i));
const parts = [
  () => pick(pick(words)), () => pick(pick(words)), () => pick(lists.passwords.slice(0, 3000)),
  () => { const w = pick(pick(words)); return w[0].toUpperCase() + w.slice(1); },
  () => pick(pick(words)).toUpperCase(),
  () => times(1, () => [...pick(pick(words))].map((c) => (random() < 0.4 ? c.toUpperCase() : c)).join("")),
  () => [...pick(pick(words))].reverse().join(""),
  () => [...pick(pick(words))].map((c) => (leet[c] && random() < 0.6 ? pick(leet[c]) : c)).join(""),
  () => { const r = pick(rows), i = below(r.length - 2); return r.slice(i, i + 2 + below(6)); },
  () => { const k = below(90), d = pick([1, 1, -1, 2, -2, 3, 5, 6]); return times(2 + below(6), (_, i) => String.fromCharCode(Math.max(32, 33 + k + d * i))); },
  () => times(1 + below(6), () => below(10)),
  () => String(1890 + below(150)),
  () => { const s = pick(["", "", "/", "-", ".", "_", " ", "\\", "\u00a0"]), d = [1 + below(34), 1 + below(14), pick([below(100), 1900 + below(150), 900 + below(1300)])]; if (random() < 0.3) d.reverse(); return d.join(s); },
  () => { const w = times(1 + below(3), () => pick(ascii)); return w.repeat(2 + below(4)); },
  () => pick(pick(words)).repeat(2), () => pick(signs), () => times(1 + below(8), () => pick(ascii)),
  () => pick(["é", "ß", "Ä", "日本", "пароль", "😀", "😀😀", "ñandú", "абвг", "αβγδ", "\u2028", "\n", "\t", "Ǆ", "ſ", "K"]),
];
const inputs = () => (random() < 0.3 ? [pick(pick(words)), pick(["Alice", "ÄRGER", "bob.smith", "alice@example.com", "日本", "pip", "Zażółć", "😀x"]), pick(pick(words))] : []);

const seen = new Set(), vectors = [];
const add = (password, user) => {
  password = [...password].slice(0, 72).join("");
  while (password.length > 72) password = [...password].slice(0, -1).join("");
  if (seen.has(password) || /constructor|rotcurtsnoc|__proto__|__otorp__/i.test(password) || /[İΣ]/.test(password)) return;
  seen.add(password);
  const r = zxcvbn(password, user);
  if (!Number.isFinite(r.guesses)) throw new Error("no estimate for " + JSON.stringify(password));
  vectors.push([password, user, r.score, r.guesses]);
};
["", "a", "aa", "password", "Tr0ub4dour&3", "correcthorsebatterystaple", "D0g..................", "abcdefghijk987654321", "neverforget13/3/1997",
  "1qaz2wsx3edc", "temppass22", "briansmith", "viking", "ScoRpi0ns", "do you know", "ryanhunter2000", "asdfghju7654rewq", "AOEUIDHG&*()LS_",
  "aabaabaab", "4|3|<", "|||||1111!!!!7777", "4@8({[<3691!|1|70$5+7%2 4@8({[<3691!|1|70$5+7%2 4@8({[<3691!|1|70$5+7", times(72, () => "a"), "eheuczkqyq"].forEach((p) => add(p, []));
for (const p of lists.passwords.slice(0, 300)) add(p, []);
while (vectors.length < 6000) {
  const user = inputs();
  const pieces = Array.from({ length: 1 + below(random() < 0.1 ? 9 : 4) }, () => pick(parts)());
  if (user.length && random() < 0.5) pieces.splice(below(pieces.length + 1), 0, pick(user));
  add(pieces.join(""), user);
}
fs.writeFileSync(path.join(__dirname, "vectors.json.gz"), gzip(JSON.stringify({ year: new Date().getFullYear(), vectors }) + "\n"));
console.log(vectors.length, "vectors;", [0, 1, 2, 3, 4].map((s) => vectors.filter((v) => v[2] === s).length).join(" "));
