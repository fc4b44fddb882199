# Sourced in namespaces of its own: machines on a bridge, which become a cluster by the scripts that they boot with and by
# kubeadm. kubelet, the cloud and the balancer are stand-ins; etcd and Kubernetes are not.
# shellcheck shell=bash source-path=SCRIPTDIR
# shellcheck source=/dev/null
source "$REPO/e2e/support/tap.sh"
set -uo pipefail
work=$1 trees=$1/trees
export FAKE=$work/planes BALANCER=10.20.0.2 HAC_POLL=0.5 HAC_CLOCK_PATIENCE=0
mkdir -p "$FAKE" "$work/logs"
began=$SECONDS
# shellcheck disable=SC2046 # words on purpose
# unshare holds a gentler signal back while it waits for its child.
trap '{ kill -KILL $(jobs -p); wait; } 2>/dev/null' EXIT
said() { printf '# %3d s: %s\n' "$((SECONDS - began))" "$*"; }

ip link add br0 type bridge
ip address add "$BALANCER/24" dev br0
ip link set br0 up
ip link set lo up

declare -A pid=() at=([a]=10.20.0.11 [b]=10.20.0.12 [c]=10.20.0.13 [w]=10.20.0.14)
for one in a b c w; do
  role=control-plane
  if [[ $one == w ]]; then role=worker; fi
  jq -n --arg id "i-$one" --arg address "${at[$one]}" --arg role "$role" '{$id, $address, zone: "eu-central-1a", state: "running", launched: (now | todate),
    name: ("ip-" + ($address | gsub("[.]"; "-")) + ".eu-central-1.compute.internal"), tags: {"hacluster:cluster": "1a2b3c4d", "hacluster:role": $role}}' >"$FAKE/$one.json"
done
jq -s . "$FAKE"/?.json >"$FAKE/instances.json"
mkdir -p "$FAKE/parameters"
printf '{"phase":"uninitialized"}' >"$FAKE/parameters/state"

power_on() { # MACHINE ROLE
  "$REPO/e2e/api/machine" "$1" "${at[$1]}" "$trees/v1.36/$2/root" >"$work/logs/$1" 2>&1 &
  local unshared=$! inside=''
  while [[ -z $inside ]]; do
    sleep 0.05
    inside=$(cat "/proc/$unshared/task/$unshared/children" 2>/dev/null)
  done
  pid[$1]=${inside% }
  ip link add "v-$1" type veth peer name eth0 netns "${pid[$1]}"
  ip link set "v-$1" master br0 up
  until on "$1" test -e /run/containerd/containerd.sock; do sleep 0.1; done
}

# on MACHINE COMMAND...: as systemd would start it there.
on() {
  local machine=$1
  shift
  nsenter -t "${pid[$machine]}" --mount --net --pid -- env CURL_CA_BUNDLE=/run/cloud.crt "$@"
}

name() { printf 'ip-%s.eu-central-1.compute.internal' "${at[$1]//./-}"; }
is() { [[ $1 == "$2" ]] || { echo "got $1, not $2"; return 1; }; }
until_ok() { # SECONDS COMMAND...
  local end=$((SECONDS + $1))
  shift
  until "$@"; do
    ((SECONDS < end)) || return 1
    sleep 0.3
  done
}

# What an operator has: the certificate in the secret store, and the balancer.
operator() {
  jq '{apiVersion: "v1", kind: "Config", "current-context": "x", clusters: [{name: "x", cluster: {server: "https://api.shop.test:6443", "certificate-authority-data": (.ca | @base64)}}],
    users: [{name: "x", user: {"client-certificate-data": (.certificate | @base64), "client-key-data": (.key | @base64)}}], contexts: [{name: "x", context: {cluster: "x", user: "x"}}]}' \
    "$FAKE/parameters/access~admin" >"$work/operator.conf"
}
k() { kubectl --kubeconfig "$work/operator.conf" --request-timeout=10s "$@"; }

for tree in "$trees/v1.36/"*/root; do
  # There are no containers: what preflight asks for is not the question here.
  sed -i "s/^HAC_IGNORE_PREFLIGHT=.*/HAC_IGNORE_PREFLIGHT='all'/; s/HAC_ATTESTATION='none'/HAC_ATTESTATION='cloud'/" "$tree/etc/hacluster/cluster.env"
done
node "$REPO/e2e/api/balancer.mjs" "$BALANCER" "${at[a]}" "${at[b]}" "${at[c]}" 2>"$work/logs/balancer" &
printf '%s api.shop.test\n' "$BALANCER" >>"$work/hosts"
cat /etc/hosts >>"$work/hosts"
mount --bind "$work/hosts" /etc/hosts

boot() { # MACHINE
  on "$1" /usr/local/sbin/hacluster-bootstrap >"$work/logs/boot-$1" 2>&1 || { tail -n 20 "$work/logs/boot-$1"; return 1; }
}

# file MACHINE PATH: where that machine's file is seen from here.
file() { printf '/proc/%s/root%s' "${pid[$1]}" "$2"; }

form() { # MACHINE...: one after the other; the lock between them is in init's and join's own tests
  local one
  for one in "$@"; do
    power_on "$one" control-plane
    check "control plane $one comes up by hacluster-bootstrap and kubeadm" boot "$one"
    if [[ $one == a ]]; then operator; fi
    said "$one is in the cluster"
  done
}

# all MACHINES COMMAND...: on each of them at once; fails if one does. What they say is in logs/MACHINE.
all() {
  local machines=$1 one rc=0 pids=()
  shift
  for one in $machines; do
    on "$one" "$@" 2>&1 | while IFS= read -r line; do printf '%(%T)T %s\n' -1 "$line"; done >>"$work/logs/run-$one" &
    pids+=($!)
  done
  for one in "${pids[@]}"; do wait "$one" || rc=1; done
  return "$rc"
}
