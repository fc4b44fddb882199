# The results of a suite in bash, as the lines that e2e/run.ts counts. Source it; end the suite with `tap_end`.
# shellcheck shell=bash
tap_failures=0

ok() { echo "ok $1"; }
skip() { echo "ok $1 # SKIP $2"; }
not_ok() {
  tap_failures=$((tap_failures + 1))
  echo "not ok $1"
  [ -z "${2-}" ] || printf '%s\n' "$2" | sed 's/^/#   /'
}

# check NAME COMMAND…: the command's end is the result; what it prints is shown when it fails.
check() {
  local name=$1 printed
  shift
  if printed=$("$@" 2>&1); then ok "$name"; else not_ok "$name" "$printed"; fi
}

# says WANTED COMMAND…: for `check`; the command must print just that.
says() {
  local wanted=$1 got
  shift
  got=$("$@")
  [ "$got" = "$wanted" ] || { printf 'wanted: %s\ngot: %s\n' "$wanted" "$got"; return 1; }
}
refused() { ! "$@"; }

tap_end() { [ "$tap_failures" -eq 0 ]; exit; }
