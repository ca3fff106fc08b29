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

# refuses COMMAND...: exit code 2, one line on standard error, nothing on standard output, no new file here
refuses() {
    local before
    before=$(ls -A)
    expect 2 "$@"
    [ "$(wc -l < err)" -eq 1 ] && [ ! -s out ] || { cat out err >&2; fail "tenon $* must answer with one line"; }
    [ "$(ls -A)" = "$before" ] || { ls -A >&2; fail "tenon $* left something behind"; }
}

# begins FILE BYTES: the file begins with these bytes
begins() {
    local LC_ALL=C
    [ "$(head -c ${#2} "$1")" = "$2" ] || fail "$1 does not begin with $2"
}

# a network of 4 channels: seconds, and drawings of nothing
tiny="--batch 8 --width 4 --levels 1 --heads 0 --noise-steps 20 --judge-epochs 1"
# shellcheck disable=SC2086  # the options are a list of words
expect 0 train digits $tiny --steps 12 --save-every 5 --out run
begins run/samples.png "$(printf '\211PNG')"
begins run/denoising.gif GIF89a
for key in settings seed steps seconds imagesPerSecond loss classAgreement classifierAccuracy; do
    grep -q "\"$key\" : " run/run.json || fail "run.json has no $key"
done
for file in samples.png denoising.gif model.safetensors run.json; do
    grep -q "run/$file" out || fail "train digits does not say where $file is"
done
[ "$(find run -type f | wc -l)" -eq 5 ] || { find run >&2; fail "a run is five files"; }
expect 0 sample --model run --class 7 --count 16 --steps 20 --guidance 2
begins run/drawn.png "$(printf '\211PNG')"
expect 0 sample --model run/model.safetensors --count 20 --steps 5 --sampler ddpm
[ -f run/drawn-2.png ] || fail "a second picture needs a name of its own"
expect 0 train digits --resume run --steps 15 --judge-epochs 0
expect 0 train classifier --epochs 1
grep -q '^Test accuracy: ' out || fail "no test accuracy"

echo '{"form": {}, "schema": {"properties": {"a": {"type": "string"}}}}' > form.json
expect 0 design validate form.json
expect 0 design convert form.json --to tree --out form.tenon.json
expect 0 design convert form.tenon.json --to schema --out back.json
tr -d ' \n' < form.json > form.min
tr -d ' \n' < back.json | cmp - form.min || fail "a schema does not come back from its tree"
expect 0 design migrate form.tenon.json --to 1 --out old.json
expect 0 design diff form.tenon.json old.json
grep -q '^0 edits$' out || fail "a migrated design differs from itself"

refuses --frobnicate
refuses design validate nowhere.json
refuses train digits --data mnist --path nowhere
refuses train digits --steps 0
refuses train digits --out run
refuses train digits --resume nowhere
refuses sample --model nowhere
refuses sample --model run --class 12
head -c 3000 run/model.safetensors > cut.safetensors
refuses sample --model cut.safetensors

echo "smoke: without the vector module"
. "$root/scripts/find-jdk.sh"
find_jdk
read -r app < "$root/.tenon/app"
# shellcheck disable=SC2086  # a flag or none
plain() {
    "$JAVA_HOME/bin/java" $backend -cp "$root/.tenon/$app/cli/*" dev.tenon.cli.Main "$@" > out 2> err < /dev/null ||
        { cat out err >&2; fail "tenon $* without the vector module"; }
}
backend=-Dtenon.backend=vector # which falls back to the definitions
# shellcheck disable=SC2086
plain train digits $tiny --steps 3 --out plain
grep -q '"backend" : "scalar"' plain/run.json || fail "the scalar backend was not chosen"
backend= # machine code needs no module
plain sample --model run --class 3 --count 4 --steps 5 --out plain.png
echo "smoke: passed"
