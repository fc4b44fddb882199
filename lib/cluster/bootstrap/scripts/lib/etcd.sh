# shellcheck shell=bash
# etcd's members. Sourced, never run.

# etcd_tool etcdctl|etcdutl ARGUMENTS: the image's own program, or the one in the container image that kubeadm uses,
# since it must match the server.
etcd_tool() {
  local tool=$1
  shift
  if command -v "$tool" >/dev/null; then
    "$tool" "$@"
    return
  fi
  ctr -n k8s.io images pull "$HAC_ETCD_IMAGE" >/dev/null || return 1
  ctr -n k8s.io run --rm --net-host \
    --mount type=bind,src=/etc/kubernetes/pki,dst=/etc/kubernetes/pki,options=rbind:ro \
    --mount type=bind,src=/var/lib,dst=/var/lib,options=rbind:rw \
    "$HAC_ETCD_IMAGE" "hacluster-$tool-$$" "$tool" "$@"
}

etcdctl_at() { # ENDPOINTS ARGUMENTS
  local endpoints=$1
  shift
  etcd_tool etcdctl --endpoints "$endpoints" --cacert "$HAC_PKI/etcd/ca.crt" --cert "$HAC_PKI/etcd/healthcheck-client.crt" \
    --key "$HAC_PKI/etcd/healthcheck-client.key" --dial-timeout=3s --command-timeout=10s "$@"
}

# etcd_ask PATH: what etcd's own API answers, in JSON: in it ids are texts, and nothing has to be started for it.
etcd_ask() { etcd_curl -d '{}' "${HAC_ETCD_ENDPOINT:-https://127.0.0.1:2379}/v3/$1"; }

etcd_curl() {
  curl -sf --noproxy '*' --max-time 10 --cacert "$HAC_PKI/etcd/ca.crt" --cert "$HAC_PKI/etcd/healthcheck-client.crt" \
    --key "$HAC_PKI/etcd/healthcheck-client.key" "$@"
}

is_leader() {
  local status
  status=$(etcd_ask maintenance/status) && jq -e '.leader == .header.member_id' <<<"$status" >/dev/null
}

# etcd_members: JSON of every member, with its own word on its health.
etcd_members() {
  local all id name learner url healthy
  all=$(etcd_ask cluster/member/list) || return 1
  # Texts all the way: ids have 64 bits, and jq 1.6 rounds numbers of that size.
  while IFS='|' read -r id name learner url; do
    healthy=false
    if [[ -n $url ]] && etcd_curl "$url/health" | jq -e '.health == "true"' >/dev/null 2>&1; then healthy=true; fi
    jq -n --arg name "$name" --arg id "$(printf %x "$id")" --argjson healthy "$healthy" --argjson learner "$learner" '$ARGS.named'
  done < <(jq -r '.members[] | [.ID, .name // "", (.isLearner // false | tostring), .clientURLs[0] // ""] | join("|")' <<<"$all") | jq -cs .
}

# live_endpoints: addresses of control planes whose etcd listens.
live_endpoints() {
  local address all=''
  for address in $(kc get nodes -l node-role.kubernetes.io/control-plane -o json |
    jq -r '.items[].status.addresses[]? | select(.type == "InternalIP").address'); do
    if port_open "$address" 2379; then all+=,https://$address:2379; fi
  done
  printf %s "${all#,}"
}

# Removes the members, and the Nodes, of machines that the cloud says are gone: `kubeadm join` hangs as long as a dead one is
# listed. A member with this machine's own address is a leftover too: its etcd does not run yet.
reap_dead_members() {
  local endpoints id name peer
  [[ -s $HAC_PKI/etcd/healthcheck-client.crt ]] ||
    kubeadm init phase certs etcd-healthcheck-client --config "$HAC_RUN/kubeadm/init.yaml" >&2 || return 1
  endpoints=$(live_endpoints) || return 1
  if [[ -z $endpoints ]]; then
    log 'no etcd member listens'
    return 1
  fi
  # Plain text: ids have 64 bits, and jq 1.6 rounds them.
  etcdctl_at "$endpoints" member list >"$HAC_RUN/members" || return 1
  while IFS=, read -r id _ name peer _; do
    is_dead "$name" "$peer" || continue
    log "removing etcd member $id ($name, $peer)"
    # etcd refuses by itself what would cost the quorum.
    etcdctl_at "$endpoints" member remove "$id" >&2 || return 1
  done < <(sed 's/, /,/g' "$HAC_RUN/members")
  reap_dead_nodes || log 'Nodes of machines that are gone stay for now'
}

# Apart from the members: a cluster that was restored has one member, and Nodes of all that were lost.
reap_dead_nodes() {
  local name address
  while read -r name address; do
    if [[ $name == "$NODE_NAME" || $address == "$NODE_ADDRESS" ]] || ! is_dead "$name" "https://$address:2380"; then continue; fi
    log "removing the Node $name, whose machine is gone"
    kc delete node "$name" --ignore-not-found --wait=false >&2 || return 1
  done < <(kc get nodes -l node-role.kubernetes.io/control-plane -o json |
    jq -r '.items[] | .metadata.name as $name | .status.addresses[]? | select(.type == "InternalIP") | "\($name) \(.address)"')
}

is_dead() { # NAME PEER
  local host=${2#*://}
  host=${host%:*}
  if port_open "$host" 2379; then return 1; fi
  [[ $host == "$NODE_ADDRESS" ]] || machine_gone "$1" "$host"
}
