# shellcheck shell=bash
# Joining a cluster that is there. Sourced, never run.

write_discovery() { # TOKEN
  jq -n --arg server "https://$HAC_ENDPOINT" --arg ca "$(base64 -w0 "$HAC_CA")" --rawfile token <(printf %s "$1") '{
    apiVersion: "v1", kind: "Config", "current-context": "join",
    clusters: [{name: "join", cluster: {server: $server, "certificate-authority-data": $ca}}],
    users: [{name: "join", user: {token: $token}}],
    contexts: [{name: "join", context: {cluster: "join", user: "join"}}]}' >"$HAC_RUN/discovery.conf"
}

usable_token() {
  local value expires
  value=$(secret_get join/worker 2>/dev/null) || return 1
  expires=$(jq -er .expires <<<"$value") && TOKEN=$(jq -er .token <<<"$value") || return 1
  (($(date -d "$expires" +%s) > $(date +%s) + 120))
}

# A kubelet may be older than the API servers, never newer: in the middle of an upgrade a new worker waits for them.
api_is_not_older() {
  local described minor own=${HAC_KUBERNETES_VERSION#1.}
  # The token is no argument of a program.
  described=$(curl -s --max-time 10 --cacert "$HAC_CA" -K - "https://$HAC_ENDPOINT/api/v1/namespaces/kube-system/configmaps/kubeadm-config" \
    <<<"header = \"Authorization: Bearer $TOKEN\"" | jq -er .data.ClusterConfiguration) || return 1
  minor=$(sed -nE 's/^kubernetesVersion: "?v1\.([0-9]+)\..*$/\1/p' <<<"$described")
  [[ -n $minor ]] && ((${own%%.*} <= minor))
}

join_worker() {
  local TOKEN
  wait_for "$HAC_ATTEMPT" 'public/ca.crt in the secret store' fetch_authority || return 1
  wait_for "$HAC_ATTEMPT" "the API server at $HAC_ENDPOINT" api_answers || return 1
  wait_for "$HAC_ATTEMPT" 'a join token with two minutes left' usable_token || return 1
  wait_for "$HAC_ATTEMPT" "the control planes to be of Kubernetes $HAC_KUBERNETES_VERSION or a later minor" api_is_not_older || return 1
  kubeadm_reset
  write_discovery "$TOKEN" || return 1
  run_join
}

run_join() {
  kubeadm join --config "$HAC_RUN/kubeadm/join.yaml" --ignore-preflight-errors="$(preflight_ignored)" >&2 && return 0
  log 'kubeadm join failed: cleaning up for the next attempt'
  kubeadm_reset
  return 1
}

# kubeadm_reset: only where an earlier attempt left something; the roots stay in the secret store.
kubeadm_reset() {
  [[ -e /etc/kubernetes/kubelet.conf || -e /etc/kubernetes/bootstrap-kubelet.conf || -d /etc/kubernetes/manifests || -d /var/lib/etcd/data/member ]] || return 0
  kubeadm reset --force --cri-socket "$HAC_CRI_SOCKET" >&2 || log 'kubeadm reset did not end well'
}
