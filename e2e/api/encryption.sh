# The key that Secrets are encrypted by is rotated as docs/operations.md says, while a third control plane joins.
# shellcheck shell=bash source-path=SCRIPTDIR source=planes.sh
source "$REPO/e2e/api/planes.sh"
rotate=/usr/local/sbin/hacluster-encryption
store=$FAKE/parameters/roots~encryption.yaml
form a b

keys() { sed -n 's/^ *- {name: \([a-z0-9-]*\), secret: .*/\1/p' "$1" | xargs; }
file_keys() { keys "$(file "$1" /etc/kubernetes/enc/encryption.yaml)"; }
# raw NAME: how a Secret begins in etcd.
raw() { on a etcdctl --endpoints https://127.0.0.1:2379 --cacert /etc/kubernetes/pki/etcd/ca.crt --cert /etc/kubernetes/pki/etcd/healthcheck-client.crt --key /etc/kubernetes/pki/etcd/healthcheck-client.key "$@"; }
under() { raw get "/registry/secrets/default/$1" --print-value-only | head -c 60 | grep -aoE '^k8s:enc:secretbox:v1:[^:]+:' | cut -d: -f5; }
# k_at MACHINE ARGUMENTS...: asks that machine's API server, not the balancer.
k_at() {
  local server=${at[$1]}
  shift
  k --server "https://$server:6443" "$@"
}
readable() { # MACHINES: every Secret, on each API server
  local one secret
  for one in $1; do
    for secret in $(raw get /registry/secrets/default/ --prefix --keys-only | sed -n 's|^/registry/secrets/default/||p'); do
      is "$(k_at "$one" -n default get secret "$secret" -o 'jsonpath={.data.word}' | base64 -d)" "word-$secret" || { echo "$secret on $one"; return 1; }
    done
  done
}
write() { k_at "$1" -n default create secret generic "$2" "--from-literal=word=word-$2" >/dev/null; }
noted() { k -n kube-system get configmap hacluster-encryption -o json | jq -r '.data | del(.key) | length'; }

old=$(keys "$store")
new=key-rotated
for number in 1 2 3; do write a "old-$number"; done
seq 30 | jq -s '{apiVersion: "v1", kind: "List", items: [.[] | {apiVersion: "v1", kind: "Secret", metadata: {name: "many-\(.)", namespace: "many"}, data: {}}]}' >"$work/many.json"
k create namespace many >/dev/null
k create -f "$work/many.json" >/dev/null

untouched() { all 'a b' "$rotate" && is "$(keys "$store")" "$old" && is "$(k -n kube-system get configmap hacluster-encryption --ignore-not-found -o name)" ''; }
check 'key: nobody asked, nothing is done' untouched

k -n kube-system create configmap hacluster-encryption "--from-literal=key=$new" >/dev/null
asked() {
  on a "$rotate" >>"$work/logs/run-a" 2>&1 || return 1
  # b has not said anything yet.
  is "$(keys "$store")" "$old" && is "$(noted)" 1 || return 1
  on b "$rotate" >>"$work/logs/run-b" 2>&1 || return 1
  is "$(keys "$store")" "$old $new" && is "$(file_keys a) $(file_keys b)" "$old $old"
}
check 'key: the new one is added as the second when every host has said by what it works' asked
said 'two keys in the store'

power_on c control-plane
check 'key: a third control plane joins in the middle' boot c
said 'c is in the cluster'
right() {
  is "$(file_keys c)" "$old $new" && cmp "$store" "$(file c /etc/kubernetes/enc/encryption.yaml)" || return 1
  write c old-4 && is "$(under old-4)" "$old" && readable 'a b c'
}
check 'key: it has both keys, and writes by the old one as the others do' right
waits() { # c does not run: nobody goes on without it
  all 'a b' env HAC_RELOAD_PATIENCE=1 "$rotate" || return 1
  is "$(keys "$store")" "$old $new" && readable 'a b c'
}
check 'key: it does not become the one that writes before the third has said that it knows it' waits
turned() { all 'a b c' env HAC_RELOAD_PATIENCE=0 "$rotate" && is "$(keys "$store")" "$new $old"; }
check 'key: then it does' turned
# Half of them have the new order now, half do not.
mixed() {
  on c env HAC_RELOAD_PATIENCE=0 "$rotate" >>"$work/logs/run-c" 2>&1 || return 1
  is "$(file_keys c)" "$new $old" || return 1
  write c new-1 && is "$(under new-1)" "$new" || return 1
  readable 'a b c'
}
check 'key: what one writes by the new key, the others read though they still write by the old' mixed

# The snapshot is the last thing before the old key goes: there the power fails.
lost() {
  local one
  for one in a b c; do
    mv "$(file "$one" /usr/local/sbin/hacluster-etcd-snapshot)" "$(file "$one" /usr/local/sbin/kept)"
    # shellcheck disable=SC2016 # there, not here
    printf '#!/bin/sh\nkill -9 $PPID\n' >"$(file "$one" /usr/local/sbin/hacluster-etcd-snapshot)"
    chmod 755 "$(file "$one" /usr/local/sbin/hacluster-etcd-snapshot)"
  done
  all 'a b c' env HAC_RELOAD_PATIENCE=0 "$rotate"
  for one in a b c; do mv "$(file "$one" /usr/local/sbin/kept)" "$(file "$one" /usr/local/sbin/hacluster-etcd-snapshot)"; done
  is "$(keys "$store")" "$new $old" || return 1
  [[ $(noted) == 3 ]] && is "$(under old-1) $(under old-4)" "$new $new" && readable 'a b c'
}
check 'key: every Secret is written again by it; a host that dies then has dropped nothing' lost
said 'all Secrets are under the new key'
dropped() {
  k -n kube-system delete configmap hacluster-join --ignore-not-found >/dev/null
  write a old-5
  all 'a b c' "$rotate" && is "$(keys "$store")" "$new" || return 1
  is "$(raw get /registry/secrets/ --prefix --print-value-only | grep -aoE 'k8s:enc:[a-z]+:v1:[^:]+:' | sort -u)" "k8s:enc:secretbox:v1:$new:" || return 1
  is "$(raw get /registry/secrets/ --prefix --print-value-only | grep -acE 'k8s:enc:secretbox:v1:')" "$(raw get /registry/secrets/ --prefix --keys-only | grep -c /)" || return 1
  # A snapshot of what needs the new key only was stored before.
  ls "$FAKE"/objects/snapshots*LATEST >/dev/null
}
check 'key: the next run drops the old key, after a snapshot; no Secret is left under it' dropped
taken() {
  all 'a b c' "$rotate" || return 1
  is "$(file_keys a) $(file_keys b) $(file_keys c)" "$new $new $new" && readable 'a b c' || return 1
  local reloads
  reloads=$(on a kubectl --kubeconfig /etc/kubernetes/admin.conf --server "https://${at[a]}:6443" get --raw /metrics | sed -n 's/^apiserver_encryption_config_controller_automatic_reloads_total{.*status="success".* //p')
  [[ ${reloads:-0} -ge 1 ]]
}
check 'key: every API server reads it again by itself, and all is readable' taken
over() {
  local before
  before=$(grep -c 'PutParameter roots/encryption.yaml' "$FAKE/calls")
  all 'a b c' "$rotate" && is "$(grep -c 'PutParameter roots/encryption.yaml' "$FAKE/calls")" "$before"
}
check 'key: then nothing more is done' over
said 'the old key is gone'
tap_end
