# shellcheck shell=bash
# Control planes join, and restart, one at a time. Sourced, never run.

kc() { kubectl --kubeconfig "$HAC_RUN/own.conf" --request-timeout=15s "$@"; }

lock_json() {
  jq -n --arg node "$NODE_NAME" --arg machine "$NODE_ID" --arg at "$(date +%s)" '{apiVersion: "v1", kind: "ConfigMap",
    metadata: {name: "hacluster-join", namespace: "kube-system"}, data: {node: $node, machine: $machine, at: $at}}'
}

# try_join_lock: create it; take it over, by its resource version, from a machine that is gone or holds it for 20 minutes.
try_join_lock() {
  local lock machine at version
  if lock_json | kc create -f - >/dev/null 2>&1; then return 0; fi
  lock=$(kc -n kube-system get configmap hacluster-join -o json 2>/dev/null) || return 1
  { read -r machine; read -r at; read -r version; } < <(jq -r '.data.machine, .data.at, .metadata.resourceVersion' <<<"$lock")
  if [[ $machine != "$NODE_ID" ]]; then
    if ! machine_ended "$machine" && (($(date +%s) - at < 1200)); then return 1; fi
    log "taking over the join lock of $machine"
  fi
  lock_json | jq --arg version "$version" '.metadata.resourceVersion = $version' | kc replace -f - >/dev/null 2>&1
}

with_join_lock() {
  local rc=0
  wait_for "${HAC_TURN:-3600}" 'the join lock (ConfigMap kube-system/hacluster-join)' try_join_lock || return 1
  # In a subshell: what ends there, as when its time is over, does not take the lock with it.
  ("$@") || rc=$?
  # The API server that was just restarted may be the only one.
  for _ in 1 2 3 4 5 6; do
    if release_join_lock; then break; fi
    sleep "$HAC_POLL"
  done
  return "$rc"
}

release_join_lock() {
  local holder
  holder=$(kc -n kube-system get configmap hacluster-join -o 'jsonpath={.data.machine}' --ignore-not-found 2>/dev/null) || return 1
  [[ $holder != "$NODE_ID" ]] || kc -n kube-system delete configmap hacluster-join --ignore-not-found >/dev/null
}

cluster_is_described() {
  kc -n kube-system get configmap kubeadm-config kubelet-config >/dev/null 2>&1
}

join_control_plane() {
  wait_for 600 'the roots of trust in the secret store' fetch_roots || return 1
  own_kubeconfig "$HAC_RUN/own.conf" || return 1
  wait_for 600 "kubeadm's description of the cluster" cluster_is_described || return 1
  with_join_lock join_control_plane_now
}

no_longer_alone() {
  local state
  state=$(secret_get state) || return 1
  [[ $(jq .alone <<<"$state" 2>/dev/null) != true ]] || jq -c 'del(.alone)' <<<"$state" | secret_put state
}

join_control_plane_now() {
  local token
  # Whatever a join left behind that was cut off; this host is no member yet, so neither is its data.
  kubeadm_reset
  if [[ -d /var/lib/etcd/data/member ]]; then
    rm -rf /var/lib/etcd/data.before-join
    mv /var/lib/etcd/data /var/lib/etcd/data.before-join
  fi
  fetch_roots || return 1
  reap_dead_members || return 1
  # Before anything of it: from now on the maker is not the only one to have what is written.
  no_longer_alone || return 1
  describe_cluster || return 1
  token=$(kubeadm token create --kubeconfig "$HAC_RUN/own.conf" --ttl 20m --usages authentication --description "control plane $NODE_NAME" \
    --groups system:bootstrappers:kubeadm:default-node-token,system:bootstrappers:hacluster:control-plane) || return 1
  write_discovery "$token" || return 1
  run_join || return 1
  kc -n kube-system delete secret "bootstrap-token-${token%%.*}" --ignore-not-found >/dev/null || true
  addons_follow || log 'kube-proxy and CoreDNS stay as they are; the next control plane that joins looks again'
}
