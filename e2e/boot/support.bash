# shellcheck shell=bash
# What the bats suites share. TREES: the rendered trees. Every test gets a folder on a tmpfs, made by `run`.
HERE=${BATS_TEST_DIRNAME:?}
HAC_POLL=0.2 HAC_ATTEMPT=${HAC_ATTEMPT:-60} HAC_CLOCK_PATIENCE=1
export HAC_POLL HAC_ATTEMPT HAC_CLOCK_PATIENCE

fresh_cloud() {
  export FAKE=$BATS_TEST_TMPDIR/fake
  mkdir -p "$FAKE"/{parameters,objects,kinds}
  : >"$FAKE/calls"
  : >"$FAKE/members"
  echo '{"items": []}' >"$FAKE/csr.json"
  nodes 10.20.0.5
  machine a 10.20.0.4 control-plane
  machine b 10.20.0.5 control-plane
  machine c 10.20.0.6 control-plane
  machine w 10.20.0.4 worker
  instances a b c w
  state '{"phase":"uninitialized"}'
}

machine() { # NAME ADDRESS ROLE
  jq -n --arg id "i-$1" --arg address "$2" --arg role "$3" '{$id, $address, $role, zone: "eu-central-1a",
    name: ("ip-" + ($address | gsub("[.]"; "-")) + ".eu-central-1.compute.internal")}' >"$FAKE/$1.json"
}

instances() { # NAME[=STATE]...
  local one state
  for one in "$@"; do
    state=running
    if [[ $one == *=* ]]; then state=${one#*=}; fi
    jq --arg state "$state" '{id, address, name, $state, launched: (now | todate), tags: {"hacluster:cluster": "1a2b3c4d", "hacluster:role": .role}}' "$FAKE/${one%=*}.json"
  done | jq -s . >"$FAKE/instances.json"
}

nodes() { # ADDRESS[=VERSION]...
  printf '%s\n' "$@" | jq -Rs '{items: [split("\n")[] | select(. != "") | split("=") | {metadata: {name: .[0]},
    status: {addresses: [{type: "InternalIP", address: .[0]}], nodeInfo: {kubeletVersion: ("v" + (.[1] // "1.36.3"))}}}]}' >"$FAKE/nodes.json"
}

state() { printf %s "$1" >"$FAKE/parameters/state"; }

phase() { jq -r .phase "$FAKE/parameters/state"; }

roots() { # what another control plane made before
  local name
  for name in ca.key ca.crt etcd~ca.key etcd~ca.crt front-proxy-ca.key front-proxy-ca.crt sa.key sa.pub encryption.yaml; do
    cp "$MADE/parameters/roots~$name" "$FAKE/parameters/"
  done
  cp "$MADE/parameters/roots~ca.crt" "$FAKE/parameters/public~ca.crt"
}

# on MACHINE COMMAND...: in the sandbox of that machine, whose disk stays for the test.
on() {
  local name=$1 role=control-plane disk=$BATS_TEST_TMPDIR/disk-$1
  shift
  if [[ $name == w* ]]; then role=worker; fi
  mkdir -p "$disk"
  SANDBOX_DISK=$disk FAKE_MACHINE=$name FAKE_LISTEN=${FAKE_LISTEN-10.20.0.5:2379} "$HERE/sandbox" "$TREES/${CASE:-v1.36}/$role/root" \
    env PATH="$HERE/stubs:$PATH" python3 "$HERE/fake_cloud.py" "$FAKE" "$@"
}

boot() {
  run on "$1" /usr/local/sbin/hacluster-bootstrap
  echo "$output"
}

in_cluster() { [[ -e $BATS_TEST_TMPDIR/disk-$1/etc/upper/hacluster/bootstrapped ]]; }

called() { grep -qE -- "$1" "$FAKE/calls"; }

not_called() {
  if called "$1"; then
    echo "unexpected: $(grep -E -- "$1" "$FAKE/calls")"
    return 1
  fi
}

token() { # MINUTES
  printf '{"token":"abcdef.0123456789abcdef","expires":"%s"}' "$(date -u -d "+$1 minutes" +%FT%TZ)" >"$FAKE/parameters/join~worker"
}

# make_first_cluster: one real init, whose roots other tests find in the store.
make_first_cluster() {
  export MADE=$BATS_FILE_TMPDIR/made
  BATS_TEST_TMPDIR=$BATS_FILE_TMPDIR/first
  mkdir -p "$BATS_TEST_TMPDIR"
  fresh_cloud
  on a /usr/local/sbin/hacluster-bootstrap >"$BATS_FILE_TMPDIR/first.log" 2>&1 || {
    cat "$BATS_FILE_TMPDIR/first.log"
    return 1
  }
  cp -r "$FAKE" "$MADE"
}
