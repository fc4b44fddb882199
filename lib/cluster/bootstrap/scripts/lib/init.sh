# shellcheck shell=bash
# Making the cluster, or making it again from a snapshot. Sourced, never run.

# While the API server is being made, the balancer has no healthy host: the endpoint is this machine.
endpoint_is_here() {
  endpoint_is_balancer
  [[ ${HAC_ENDPOINT%:*} =~ ^[0-9.]+$ ]] || printf '%s %s # hacluster init\n' "$NODE_ADDRESS" "${HAC_ENDPOINT%:*}" >>/etc/hosts
}

endpoint_is_balancer() {
  # In place: /etc/hosts may be a mount.
  if grep -q '# hacluster init$' /etc/hosts; then printf '%s\n' "$(grep -v '# hacluster init$' /etc/hosts)" >/etc/hosts; fi
}

# init_cluster init|restore
init_cluster() {
  wait_for 600 'the secret store to take or give the roots of trust' make_roots || return 1
  if [[ ! -e $HAC_INIT_DONE ]]; then
    if [[ -e $HAC_INIT_STARTED ]]; then
      if others_have_joined; then
        log 'a cluster of others is there: this host joins it'
        record_initialized joined && join_after_all
        return
      fi
      log 'a previous init did not finish: starting over'
      kubeadm_reset
      wait_for 600 'the roots of trust in the secret store' make_roots || return 1
    fi
    : >"$HAC_INIT_STARTED"
    # Before the API server starts: an API that answers implies a certificate that can be read.
    wait_for 300 'the secret store to take the admin certificate' publish_admin || return 1
    run_init "$1" || return 1
    : >"$HAC_INIT_DONE"
  fi
  endpoint_is_balancer
  rm -f /etc/kubernetes/super-admin.conf
  # kubeadm makes a token of 24 hours for people; nobody needs it.
  kubectl --kubeconfig /etc/kubernetes/admin.conf --server "https://$NODE_ADDRESS:6443" -n kube-system delete secret \
    --field-selector type=bootstrap.kubernetes.io/token --ignore-not-found >&2 || true
  wait_for 600 'a worker token in the secret store' /usr/local/sbin/hacluster-token-rotate --force || return 1
  own_kubeconfig "$HAC_RUN/own.conf" || return 1
  note_first_description || log 'by what the cluster is described is not noted'
  if [[ $1 == restore ]]; then reap_dead_nodes || log 'Nodes of machines that are gone stay for now'; fi
  wait_for 600 'the secret store to take the state' record_initialized "$1"
}

run_init() { # init|restore
  local ignored='' rc=0
  if [[ $1 == restore ]]; then
    /usr/local/sbin/hacluster-etcd-restore || return 1
    ignored=DirAvailable--var-lib-etcd-data
  fi
  endpoint_is_here
  kubeadm init --config "$HAC_RUN/kubeadm/init.yaml" --skip-token-print --ignore-preflight-errors="$(preflight_ignored "$ignored")" >&2 || rc=$?
  endpoint_is_balancer
  return "$rc"
}

# record_initialized init|restore: a new cluster whose other members are to come is `alone` until the first of them joins.
record_initialized() {
  local alone=false
  if [[ $1 == init && $HAC_CONTROL_PLANES != 1 ]]; then alone=true; fi
  jq -n --arg by "$NODE_ID" --arg at "$(date -u +%FT%TZ)" --argjson alone "$alone" \
    '{phase: "initialized", by: $by, at: $at} + if $alone then {alone: true} else {} end' | secret_put state
}

# Whether control planes besides this one are in the cluster that answers; then starting over would split it.
others_have_joined() {
  api_answers || return 1
  own_kubeconfig "$HAC_RUN/own.conf" || return 1
  kc get nodes -l node-role.kubernetes.io/control-plane -o json | jq -e --arg own "$NODE_NAME" 'any(.items[]; .metadata.name != $own)' >/dev/null
}

join_after_all() {
  rm -f "$HAC_INIT_STARTED"
  join_control_plane
}
