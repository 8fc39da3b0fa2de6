#!/bin/sh
# Speaks Strongroom's command line and serves with the limit ($LIMIT), so that
# the benchmark can be tested without Strongroom.
data= listen= dir=$2 command="$1 $2"
while [ $# -gt 0 ]; do
    case "$1" in
    --data) data=$2 ;;
    --listen) listen=$2 ;;
    esac
    shift
done
mkdir -p "$data"
case "$command" in
"admin user") cat >"$data/password"; echo '{"username": "bench"}' ;;
"admin token") echo '{"token": "pypi-test", "id": "1"}' ;;
import*) echo "$dir" >"$data/import"; echo '{}' ;;
serve*) exec "$LIMIT" limit -data "$data/limit" -listen "$listen" -import "$(cat "$data/import" 2>/dev/null)" ;;
*) echo "unknown command $command" >&2; exit 2 ;;
esac
