# shellcheck shell=bash disable=SC2154 # here, repo and work are run's
# A cluster of the last minor becomes one of this, by Terraform and one command, while it serves. For run: commands.sh has command_line.

versions() { kubectl get nodes -o json | jq -r '[.items[].status.nodeInfo.kubeletVersion] | unique | join(" ")'; }
all_at() { [ "$(versions)" = "$1" ]; }

# Of another version, and of another node file that has nothing to do with it.
older_cluster() {
  build_commands > /dev/null && variant older -e "s/maxNodes: 20/maxNodes: 20, kubernetesVersion: '1.35.4', kubeletConfiguration: { podPidsLimit: 2048 }/" && lab deploy "$work/older" &&
    until_true 300 nodes 3 3 && until_true 120 all_ready && until_true 180 all_running && all_at v1.35.4 && [ "$(limits)" = 2048 ]
}
limits() { for node in $(kubectl get nodes -o json | jq -r '.items[].metadata.name'); do kubectl get --raw "/api/v1/nodes/$node/proxy/configz" | jq .kubeletconfig.podPidsLimit; done | sort -u; }

# The templates are new, and nobody is touched by that.
newer_templates() {
  variant newer && lab deploy "$work/newer" && all_at v1.35.4 && nodes 3 3
}

plan_of_upgrade() {
  command_line upgrade > "$work/upgrade-plan" 2>&1
  [ $? = 64 ] || { cat "$work/upgrade-plan"; return 1; }
  grep -q 'demo goes from 1.35.4 to 1.36.3' "$work/upgrade-plan" && [ "$(grep -c '^ *[0-9]*\. control plane' "$work/upgrade-plan")" = 3 ] &&
    [ "$(grep -c '^ *[0-9]*\. pool general' "$work/upgrade-plan")" = 3 ] || { cat "$work/upgrade-plan"; return 1; }
}

# with_pods COMMAND...: while it runs, nodes that come get their pod network, as Calico would give it to them.
with_pods() {
  local result
  : > "$work/wiring"
  while [ -e "$work/wiring" ]; do lab pods > /dev/null 2>&1 < /dev/null; sleep 2; done &
  "$@"
  result=$?
  rm -f "$work/wiring"
  wait $!
  return "$result"
}

# One pod on each worker, none of which may leave.
held() {
  jq -n '{app: "held"} as $labels | {apiVersion: "v1", kind: "List", items: [
    {apiVersion: "apps/v1", kind: "Deployment", metadata: {name: "held", namespace: "held"}, spec: {replicas: 3, selector: {matchLabels: $labels}, template: {metadata: {$labels}, spec: {
      containers: [{name: "pause", image: "registry.k8s.io/pause:3.10.1"}],
      topologySpreadConstraints: [{maxSkew: 1, topologyKey: "kubernetes.io/hostname", whenUnsatisfiable: "DoNotSchedule", labelSelector: {matchLabels: $labels}}]}}}},
    {apiVersion: "policy/v1", kind: "PodDisruptionBudget", metadata: {name: "held", namespace: "held"}, spec: {minAvailable: 3, selector: {matchLabels: $labels}}}]}'
}

# A budget that no pod may leave stops it at the first worker, with every control plane done.
upgrade_stops_at_a_budget() {
  kubectl create namespace held > /dev/null && held | lab kubectl create -f - > /dev/null && kubectl -n held rollout status deployment held --timeout=120s > /dev/null || return 1
  with_pods command_line upgrade --yes --drain-minutes 1 > "$work/upgrade" 2>&1
  [ $? = 1 ] && grep -q 'budgets (PodDisruptionBudget) hold held/held-' "$work/upgrade" || { tail -n 40 "$work/upgrade"; return 1; }
  [ "$(kubectl get nodes -o json | jq -r '.items[] | select(.metadata.labels | has("node-role.kubernetes.io/control-plane")).status.nodeInfo.kubeletVersion' | sort | uniq -c | xargs)" = '3 v1.36.3' ] || { kubectl get nodes; return 1; }
  [ "$(kubectl get nodes -o json | jq '[.items[] | select(.spec.unschedulable)] | length')" = 0 ] || { echo 'a node stayed cordoned'; return 1; }
  [ "$(kubectl -n kube-system get configmap hacluster-upgrade -o 'jsonpath={.data.state}')" = failed ] && three_members &&
    grep 'replaced' "$work/upgrade"
}

upgrade_goes_on() {
  kubectl delete namespace held --wait=false > /dev/null
  with_pods command_line upgrade --yes > "$work/upgrade" 2>&1 || { tail -n 40 "$work/upgrade"; return 1; }
  until_true 60 all_at v1.36.3 && nodes 3 3 && three_members && until_true 120 all_running || { kubectl get nodes; kubectl get pods -A; return 1; }
  [ "$(kubectl -n kube-system get configmap hacluster-upgrade -o 'jsonpath={.data.state}')" = 'done' ] &&
    [ "$(kubectl -n kube-system get daemonset kube-proxy -o 'jsonpath={.spec.template.spec.containers[0].image}')" = registry.k8s.io/kube-proxy:v1.36.3 ] &&
    [ "$(kubectl -n kube-system get deployment coredns -o 'jsonpath={.spec.template.spec.containers[0].image}')" = registry.k8s.io/coredns/coredns:v1.14.2 ] || return 1
  # The node file that changed came with the new hosts.
  configured || return 1
  command_line upgrade | tail -n 1
}

upgrade_steps() {
  step 'a cluster of Kubernetes 1.35.4 is formed' older_cluster || return
  rm -f "$work/acks"
  start_writer
  step 'the templates of 1.36.3 are applied, and no host changes' newer_templates
  step 'upgrade prints its steps and touches nothing' plan_of_upgrade
  step 'control planes go one at a time while the API answers; pods that may not leave stop it at the first worker' probed upgrade-control-planes 25 upgrade_stops_at_a_budget
  step 'the same command goes on: workers, kube-proxy and CoreDNS are of the new version' probed upgrade-workers 5 upgrade_goes_on
  step 'nothing that was acknowledged meanwhile was lost' nothing_was_lost
}
