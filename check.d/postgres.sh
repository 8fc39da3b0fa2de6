# shellcheck shell=bash
# Sourced by ./check. A private PostgreSQL for the tests: a new cluster in a folder of its own, on a free port of
# 127.0.0.1 and a socket in that folder, with a password nobody else knows; gone when ./check ends.

# pg_bin prints the folder of the newest installed server.
pg_bin() {
  local found
  found=$(find /usr/lib/postgresql /usr/local/opt/postgresql* /opt/homebrew/opt/postgresql* -name initdb -path '*/bin/*' 2>/dev/null |
    sort -V | tail -n 1)
  [ -n "$found" ] || found=$(command -v initdb) || return 1
  dirname "$found"
}

# need_postgres makes sure that a server can be started, unless the developer names one.
need_postgres() {
  [ -n "${STRONGROOM_TEST_POSTGRES:-}" ] || pg_bin >/dev/null && return
  apt_install "PostgreSQL's server programs" postgresql
  pg_bin >/dev/null || die "PostgreSQL's server programs (initdb) were not found; install them and run ./check again."
}

# as_postgres runs a program as somebody PostgreSQL accepts: it refuses to run as root.
as_postgres() {
  if [ "$(id -u)" = 0 ]; then runuser -u postgres -- "$@"; else "$@"; fi
}

# pg_start sets STRONGROOM_TEST_POSTGRES. The folder is not below the checkout: the user postgres may be unable to
# enter that, and a socket's path must be short.
pg_start() {
  local bin log=$PWD/.cache/check/postgres.log password collation=() port try
  bin=$(pg_bin)
  pg_dir=$(mktemp -d /tmp/strongroom-pg.XXXXXX)
  password=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
  printf '%s\n' "$password" >"$pg_dir/password"
  if [ "$(id -u)" = 0 ]; then chown -R postgres "$pg_dir"; fi
  # A collation that differs from the bytes' order shows a query that forgot to say which order it wants.
  if "$bin/initdb" --help | grep -q icu-locale; then collation=(--locale-provider=icu --icu-locale=en); fi
  (cd "$pg_dir" && as_postgres "$bin/initdb" -D "$pg_dir/data" -U strongroom -E UTF8 --locale=C.UTF-8 ${collation[@]+"${collation[@]}"} \
    --auth=scram-sha-256 --pwfile="$pg_dir/password" --no-sync) >"$log" 2>&1 ||
    die "initdb failed: $(tail -n 5 "$log")"
  for try in 1 2 3 4 5; do
    port=$((20000 + (RANDOM * 32768 + RANDOM) % 12000))
    pg_run "$bin" "$port" >>"$log" 2>&1 && break
    [ "$try" -lt 5 ] || die "PostgreSQL did not start: $(tail -n 5 "$log")"
  done
  export STRONGROOM_TEST_POSTGRES="postgres://strongroom:$password@127.0.0.1:$port/postgres?sslmode=disable"
}

# pg_run BIN PORT starts the server: durable, small, and with room for many test databases at once.
pg_run() {
  local settings="-c listen_addresses=127.0.0.1 -c port=$2 -c unix_socket_directories=$pg_dir -c fsync=on
    -c shared_buffers=64MB -c max_connections=300 -c wal_level=minimal -c max_wal_senders=0 -c max_wal_size=512MB
    -c timezone=UTC -c logging_collector=off"
  (cd "$pg_dir" && as_postgres "$1/pg_ctl" -D "$pg_dir/data" -w -t 60 -l "$pg_dir/log" -o "${settings//$'\n'/ }" start) || {
    cat "$pg_dir/log"
    return 1
  }
}

# pg_stop ends the server and removes its folder; harmless when none was started.
pg_stop() {
  [ -n "${pg_dir:-}" ] || return 0
  (cd "$pg_dir" && as_postgres "$(pg_bin)/pg_ctl" -D "$pg_dir/data" -m immediate -w stop) >/dev/null 2>&1
  cp "$pg_dir/log" .cache/check/postgres-server.log 2>/dev/null
  rm -rf "$pg_dir"
  pg_dir=
}
