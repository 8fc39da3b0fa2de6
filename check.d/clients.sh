# shellcheck shell=bash
# Sourced by ./check. Real clients: one Python virtual environment each in .cache/clients, with every package pinned in
# check.d/clients/NAME.txt. Makes what is missing or out of date; a second run does nothing.

# python_at_least MINOR prints a Python 3 of at least that minor version that can make virtual environments.
python_at_least() {
  local candidate
  for candidate in python3 python3.{11..15} /usr/bin/python3 "$HOME"/.pyenv/versions/3.*/bin/python3; do
    "$candidate" -c "import sys, venv, ensurepip; sys.version_info[:2] < (3, $1) and sys.exit(1); print(sys.executable)" 2>/dev/null && return
  done
  return 1
}

# need_python sets python, the interpreter for most clients, and python12 for bandersnatch 8, which wants Python 3.12.
need_python() {
  python=$(python_at_least 11) ||
    apt_install "Python 3.11 or newer with its venv module" python3 python3-venv
  python=$(python_at_least 11) ||
    die "Python 3.11 or newer with its venv module is needed for the tests with real clients; install it and run ./check again."
  python12=$(python_at_least 12) || python12=$python
}

# port_bandersnatch8 DIR lets bandersnatch 8 run on Python 3.11, all that Debian 12 has. One line of it needs 3.12: a
# type parameter on a function, which has no effect at run time.
port_bandersnatch8() {
  local mirror
  mirror=$1/lib/python3.11/site-packages/bandersnatch/mirror.py
  sed -i.orig -e 's/^\( *async def storage_plugin_exec\)\[T\](fn: Callable\[\.\.\., T\], \*args: Any) -> T:/\1(fn: Callable[..., Any], *args: Any) -> Any:/' "$mirror" &&
    ! cmp -s "$mirror" "$mirror.orig"
}

# make_client NAME PYTHON builds one environment. The pins are complete, so pip resolves nothing and builds nothing.
make_client() {
  local name=$1 python=$2 dir=.cache/clients/$1 pins=check.d/clients/$1.txt stamp
  stamp=$(printf '%s\n' "$PWD" "$python" "$("$python" --version)" | cat - "$pins" check.d/clients.sh | cksum)
  if [ "$(cat "$dir/stamp" 2>/dev/null)" = "$stamp" ]; then return; fi
  rm -rf "$dir"
  {
    "$python" -m venv "$dir" &&
      PIP_CACHE_DIR=$PWD/.cache/pip "$dir/bin/python" -m pip install --disable-pip-version-check --no-input --no-deps \
        --only-binary :all: --ignore-requires-python -r "$pins" &&
      if [ "$name" = bandersnatch8 ] && [ -d "$dir/lib/python3.11" ]; then port_bandersnatch8 "$dir"; fi &&
      "$dir/bin/python" -m compileall -q -x '/tests/' "$dir"/lib/python3.*/site-packages
  } >".cache/check/client-$name.log" 2>&1 ||
    die "could not install the client $name (pins: $pins): is a package index reachable with pip's configuration? The end of the log:
$(tail -n 15 ".cache/check/client-$name.log")"
  printf '%s\n' "$stamp" >"$dir/stamp"
}

# setup_clients makes all environments, each of which the tests find by its name.
setup_clients() {
  local pins name
  need_python
  mkdir -p .cache/clients .cache/check
  for pins in check.d/clients/*.txt; do
    name=$(basename "$pins" .txt)
    if [ "$name" = bandersnatch8 ]; then make_client "$name" "$python12"; else make_client "$name" "$python"; fi
  done
}
