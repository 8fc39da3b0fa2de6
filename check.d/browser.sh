# shellcheck shell=bash
# Sourced by ./check. What the tests in a real browser need: Chromium, and axe-core, which knows the rules of WCAG.

axe_version=4.10.3

setup_browser() {
  command -v chromium >/dev/null || apt_install "Chromium (for the tests of the pages)" chromium
  if [ "$(cat .cache/browser/stamp 2>/dev/null)" = "$axe_version" ]; then return; fi
  command -v npm >/dev/null || apt_install "npm (fetches axe-core for the tests of the pages)" npm
  mkdir -p .cache/browser
  (
    cd .cache/browser &&
      npm pack --silent "axe-core@$axe_version" &&
      tar xzf "axe-core-$axe_version.tgz" --strip-components 1 package/axe.min.js &&
      printf '%s\n' "$axe_version" >stamp
  ) >.cache/check/browser.log 2>&1 || die "could not fetch axe-core $axe_version with npm; the end of the log: $(tail -n 5 .cache/check/browser.log)"
}
