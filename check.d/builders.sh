# shellcheck shell=bash
# Sourced by ./check, after clients.sh. Real build backends, several versions of each: a line of check.d/builders/NAME.txt
# is one version with all that it needs, installed into a folder of its own in .cache/builders. The wheels that this and
# the clients' own installation fetch are kept in .cache/wheels: the upload gate has to take them too. Makes what is
# missing or out of date; a second run does nothing.

# has_headers says whether C extensions can be built for the Python of the tests.
has_headers() {
  "$python" -c 'import pathlib, sys, sysconfig; sys.exit(not pathlib.Path(sysconfig.get_path("include"), "Python.h").exists())'
}

# need_build_tools: what the backends need besides Python packages.
need_build_tools() {
  command -v git >/dev/null || apt_install "git (meson-python's sdists are made of what is committed)" git
  { command -v cargo && command -v rustc; } >/dev/null || apt_install "Rust (cargo and rustc, for maturin)" cargo rustc
  has_headers || apt_install "Python.h (for extension modules)" python3-dev
  has_headers || die "Python.h of $python is needed to build extension modules; install its headers and run ./check again."
}

# builder_pip ARGUMENT… runs the newest client pip; its Python runs the backends too.
builder_pip() {
  PIP_CACHE_DIR=$PWD/.cache/pip .cache/clients/pip-new/bin/python -m pip --disable-pip-version-check --no-input "$@"
}

# fetch_wheels FOLDER ARGUMENT… puts pinned wheels into a folder.
fetch_wheels() {
  local folder=$1
  shift
  builder_pip download --no-deps --only-binary :all: --progress-bar off -d "$folder" "$@"
}

# make_builder NAME PIN… installs one version of a backend. The pins are complete, so pip resolves nothing.
make_builder() {
  local name=$1 dir=.cache/builders/$1 stamp
  shift
  stamp=$(printf '%s\n' "$builders_stamp" "$@" | cksum)
  if [ "$(cat "$dir/stamp" 2>/dev/null)" = "$stamp" ]; then return; fi
  rm -rf "$dir"
  {
    fetch_wheels .cache/wheels/builders "$@" &&
      builder_pip install --no-deps --no-index --find-links .cache/wheels/builders --target "$dir" "$@"
  } >".cache/check/builder-$name.log" 2>&1 && printf '%s\n' "$stamp" >"$dir/stamp"
}

# keep_client_wheels NAME fetches the wheels that one client was installed from.
keep_client_wheels() {
  local name=$1 folder=.cache/wheels/clients stamp
  stamp=$(cksum <"check.d/clients/$name.txt")
  if [ "$(cat "$folder/$name.stamp" 2>/dev/null)" = "$stamp" ]; then return; fi
  fetch_wheels "$folder" --python-version "$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')" \
    --ignore-requires-python -r "check.d/clients/$name.txt" >".cache/check/builder-$name.log" 2>&1 &&
    printf '%s\n' "$stamp" >"$folder/$name.stamp"
}

# or_die FUNCTION NAME ARGUMENT… says what went wrong.
or_die() {
  "$@" || die "could not install $2 for the build tests (pins: check.d): is a package index reachable with pip's configuration? The end of the log:
$(tail -n 15 ".cache/check/builder-$2.log")"
}

# builder_lines prints "NAME PIN…" for every environment: setuptools-61.3.1 setuptools==61.3.1 wheel==…, tools cmake==….
builder_lines() {
  sed -n 's/^[^# ].*/tools &/p' check.d/builders/tools.txt
  cat check.d/builders/*.txt | grep -vxFf check.d/builders/tools.txt | sed -n 's/^\([^#= ]*\)==\([^ ]*\).*/\1-\2 &/p'
}

# setup_builders makes all environments, which the tests find by their names.
setup_builders() {
  local name pins client
  need_build_tools
  mkdir -p .cache/builders .cache/wheels/builders .cache/wheels/clients
  builders_stamp=$(readlink -f .cache; "$python" --version; cksum <check.d/builders.sh)
  while read -r name pins; do
    # shellcheck disable=SC2086 # a list of words on purpose
    or_die make_builder "$name" $pins
  done < <(builder_lines)
  for client in check.d/clients/*.txt; do
    or_die keep_client_wheels "$(basename "$client" .txt)"
  done
}
