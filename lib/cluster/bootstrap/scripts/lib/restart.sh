# shellcheck shell=bash
# Restarting the parts of a control plane, of which only one host may be without at a time. Sourced, never run.

HAC_MANIFESTS=/etc/kubernetes/manifests
HAC_ASIDE=/etc/kubernetes/hacluster-restart

# One program of this host at a time; taken before the join lock, never after it.
own_restarts() {
  install -d -m 0700 "$HAC_ASIDE"
  exec 9>"$HAC_ASIDE/lock"
  flock -w "$HAC_ATTEMPT" 9 || return 1
  put_back
  trap put_back EXIT
}

# After a crash: a manifest that stayed away is a part that does not run.
put_back() {
  local file
  for file in "$HAC_ASIDE"/*.yaml; do
    if [[ -e $file ]]; then mv "$file" "$HAC_MANIFESTS/"; fi
  done
}

ok_at() { # URL
  [[ $(curl -s -o /dev/null -w '%{http_code}' --noproxy '*' --max-time 5 --cacert "$HAC_PKI/ca.crt" "$1") == 200 ]]
}

# It asks its own etcd member, so it tells of both.
server_is_ready() { ok_at "https://$1:6443/readyz"; }

servers_are_ready() {
  local address all
  all=$(kc get nodes -l node-role.kubernetes.io/control-plane -o json | jq -r '.items[].status.addresses[]? | select(.type == "InternalIP").address') || return 1
  [[ -n $all ]] || return 1
  for address in $all; do server_is_ready "$address" || return 1; done
}

stopped() { ! port_open "$1" "$2"; }

# A manifest that is away for a moment restarts its pod, with any container runtime.
away() { # NAME ADDRESS PORT
  mv "$HAC_MANIFESTS/$1.yaml" "$HAC_ASIDE/" || return 1
  wait_for 180 "$1 to stop" stopped "$2" "$3" || true
}

# back NAME COMMAND...: COMMAND says that the part does its work again.
back() {
  local name=$1
  shift
  mv "$HAC_ASIDE/$name.yaml" "$HAC_MANIFESTS/" || return 1
  wait_for 300 "$name to answer" "$@"
}

restart_server() { away kube-apiserver "$NODE_ADDRESS" 6443 && back kube-apiserver server_is_ready "$NODE_ADDRESS"; }

# An API server whose etcd is away would keep clients waiting: it goes first, so that they go to another at once.
restart_etcd_and_server() {
  away kube-apiserver "$NODE_ADDRESS" 6443 && away etcd 127.0.0.1 2381 &&
    back etcd ok_at http://127.0.0.1:2381/health && back kube-apiserver server_is_ready "$NODE_ADDRESS"
}
