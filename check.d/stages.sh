# shellcheck shell=bash
# Sourced by ./check. Runs stages: one line each with its time; the first that fails ends the run.

passed=0
failed=0
skipped=0
counted=yes # whether the last line gives the sums
running=    # the process group of the stage that runs, so that a signal can end it

# die ends the run with a sentence that says what to do.
die() {
  [ "$failed" -gt 0 ] || failed=1
  printf '\n%s\n' "$*" >&2
  exit 1
}

# finish is the last thing that runs, however the run ends.
finish() {
  if [ -n "$running" ]; then kill -TERM -- "-$running" 2>/dev/null; fi
  pg_stop
  if [ "$counted" = yes ]; then printf '%d passed, %d failed\n' "$passed" "$failed"; fi
}

# apt_install WHAT PACKAGE… installs system packages when the user is root, and else says what is missing.
apt_install() {
  local what=$1
  shift
  if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
    die "$what is needed; install it (on Debian: apt-get install $*) and run ./check again."
  fi
  printf 'installing %s\n' "$*"
  mkdir -p .cache/check
  { apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$@"; } >.cache/check/apt.log 2>&1 ||
    die "apt-get could not install $*; the end of its log: $(tail -n 5 .cache/check/apt.log)"
}

# count PATTERN FILE counts the results of go test -v, subtests included.
count() {
  grep -cE "^ *--- $1: " "$2" || true
}

# tally LOG adds a stage's results to the sums and prints them for its line.
tally() {
  local now
  now=$(count PASS "$1")
  passed=$((passed + now))
  failed=$((failed + $(count FAIL "$1")))
  skipped=$(count SKIP "$1")
  if [ "$now" -gt 0 ]; then printf '%d passed' "$now"; fi
}

# in_group LOG COMMAND… runs a command in a process group of its own and waits for it: a signal to ./check is then heard
# at once, and nothing that the command started stays behind.
in_group() {
  local log=$1 status=0
  shift
  set -m
  "$@" >"$log" 2>&1 </dev/null &
  running=$!
  set +m
  wait "$running" || status=$?
  running=
  return "$status"
}

# stage NAME COMMAND… runs one stage; its output goes to .cache/check/NAME.log and is shown when it fails.
stage() {
  local name=$1 log started=$SECONDS before=$failed status=0 results
  shift
  log=.cache/check/$(printf '%s' "$name" | tr -c 'A-Za-z0-9.\n' '-').log
  in_group "$log" "$@" || status=$?
  results=.cache/check/results
  tally "$log" >"$results"
  if [ "$skipped" -gt 0 ]; then status=1; fi
  if [ "$status" = 0 ]; then
    printf 'ok    %-36s %5d s   %s\n' "$name" $((SECONDS - started)) "$(cat "$results")"
    return
  fi
  if [ "$failed" = "$before" ]; then failed=$((failed + 1)); fi
  printf 'FAIL  %-36s %5d s   %s\n' "$name" $((SECONDS - started)) "$(cat "$results")"
  show_failure "$log"
  exit 1
}

# show_failure prints what failed, and the end of the log, where the reason usually stands.
show_failure() {
  printf '\n'
  if [ "$skipped" -gt 0 ]; then printf 'A test that cannot run must fail, not skip:\n'; fi
  grep -nE -B 15 -A 15 '^ *--- (FAIL|SKIP): |^panic: |DATA RACE' "$1" | head -n 150
  printf -- '--- the end of %s\n' "$1"
  tail -n 40 "$1"
  printf '\n'
}
