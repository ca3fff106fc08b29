#!/usr/bin/env bash
# The real command, started as a user starts it, in a folder of its own. ./check runs it after the tests.
set -eu

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

fail() {
    echo "smoke: $1" >&2
    exit 1
}

# expect CODE COMMAND...: runs it, keeps what it said in $work/out and $work/err, fails on another exit code
expect() {
    local code=$1 got=0
    shift
    echo "smoke: tenon $*"
    "$root/tenon" "$@" > out 2> err < /dev/null || got=$?
    [ "$got" = "$code" ] || { cat out err >&2; fail "tenon $* ended with $got, expected $code"; }
}

expect 0 --version
grep -q '^tenon .* on Java 25' out || fail "no version line"
expect 0 --help
expect 0 bench --help
expect 0 bench train --steps 4 --json figures.json
grep -q '"ofPeak"' figures.json || fail "no figures in JSON"
expect 2 --frobnicate
[ "$(wc -l < err)" -eq 1 ] || { cat err >&2; fail "a wrong flag is answered by more than one line"; }
echo "smoke: passed"
