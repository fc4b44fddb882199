# shellcheck shell=bash disable=SC2154 # here and work are run's
# Steps about security groups, for run: it brings lab, kubectl, until_true, control_planes, workers, three_members, here and work.

# address NAME
address() { "$here/machines" list | awk -v name="$1" '$1 == name { print $4 }'; }
balancer_name() { jq -r '.resources[] | select(.type == "aws_lb").instances[0].attributes.dns_name' "$LAB/stacks/$(cat "$LAB/run/stack")/terraform.tfstate"; }

# dials FROM TO PORT: open, closed (a refusal is an answer) or silent.
dials() {
  local ended=0
  lab in "$1" timeout 3 bash -c "exec 3<> /dev/tcp/$2/$3" < /dev/null 2> /dev/null || ended=$?
  case $ended in 0) echo open ;; 124) echo silent ;; *) echo closed ;; esac
}

# expect WANTED FROM TO PORT
expect() {
  local found
  found=$(dials "$2" "$3" "$4")
  [ "$found" = "$1" ] || { echo "$2 finds $3 port $4 $found, not $1"; return 1; }
}

# refused FROM TO WHAT [SECONDS]: within the last so many seconds.
refused() {
  lab dropped > "$work/dropped" && awk -v from="$1" -v to="$2" -v what="$3" -v limit="${4:-60}" \
    '$3 == "arriving" && ($4 == from || from == "any") && ($5 == to || to == "any") && $6 == what && $2 + 0 <= limit { found = 1; print } END { exit !found }' "$work/dropped"
}

# A worker that somebody broke into finds neither etcd nor the other components of a control plane, but the API.
firewall_keeps_workers_out() {
  local worker control port
  worker=$(workers | head -n 1)
  control=$(control_planes | tail -n 1)
  for port in 2379 2380 10257 10259; do expect silent "$worker" "$(address "$control")" "$port" || return 1; done
  for port in 2379 2380 10257 10259; do
    refused "$worker" "$control" "tcp/$port" > /dev/null || { echo "lab dropped does not tell of $port"; cat "$work/dropped"; return 1; }
  done
  expect open "$worker" "$(address "$control")" 6443 && expect open "$worker" "$(balancer_name)" 6443
}

# Also not the kubelet's port, where something listens; a control plane reaches that one.
firewall_parts_workers() {
  local one other
  read -r one other _ <<< "$(workers | paste -sd' ')"
  expect silent "$one" "$(address "$other")" 10250 && expect silent "$one" "$(address "$other")" 31234 &&
    expect open "$(control_planes | head -n 1)" "$(address "$other")" 10250
}

# A pod on each node, and from each to all others a packet that just fits into the nodes' own.
firewall_lets_pods_through() {
  local image answers
  image=$(lab in "$(workers | head -n 1)" sed -n "s/^sandbox = '\(.*\)'/\1/p" /etc/containerd/config.toml < /dev/null)
  jq -n --arg image "$image" '{apiVersion: "apps/v1", kind: "DaemonSet", metadata: {name: "everywhere", namespace: "kube-system"}, spec: {
    selector: {matchLabels: {app: "everywhere"}}, template: {metadata: {labels: {app: "everywhere"}}, spec: {
      tolerations: [{operator: "Exists"}], terminationGracePeriodSeconds: 0, containers: [{name: "pause", image: $image}]}}}}' |
    lab kubectl apply -f - > /dev/null || return 1
  kubectl -n kube-system rollout status daemonset everywhere --timeout=60s > /dev/null && answers=$(pods_ping)
  kubectl -n kube-system delete daemonset everywhere > /dev/null
  echo "$answers"
  [[ $answers == *', all answered' ]]
}
pods_ping() {
  local pods node pod nodes=0 packets=0
  pods=$(kubectl -n kube-system get pods -l app=everywhere -o json | jq -r '.items[] | "\(.spec.nodeName | split(".")[0]) \(.status.podIP)"')
  while read -r node pod; do
    # shellcheck disable=SC2046,SC2016 # words on purpose; for the machine's shell
    packets=$((packets + $(lab in "$node" bash -c '
      own=$1 count=0
      shift
      for pid in $(pgrep -x pause); do
        nsenter -t "$pid" -n ip -o -4 address | grep -q " $own/" || continue
        mtu=$(nsenter -t "$pid" -n ip -json link show eth0 | jq ".[0].mtu")
        for other in "$@"; do ! nsenter -t "$pid" -n ping -q -c 1 -W 2 -M do -s $((mtu - 28)) "$other" > /dev/null 2>&1 || count=$((count + 1)); done
        break
      done
      echo $count' - "$pod" $(cut -d' ' -f2 <<< "$pods") < /dev/null)))
    nodes=$((nodes + 1))
  done <<< "$pods"
  echo "$packets of $((nodes * nodes)) from $nodes pods$([ "$packets" != $((nodes * nodes)) ] || [ "$nodes" -lt 2 ] || echo ', all answered')"
}

# The rule between etcd members is taken away behind Terraform's back, and a member restarts: without the rule it finds no other.
firewall_missing_rule_shows() {
  local victim began result=0
  victim=$(control_planes | head -n 1)
  ask close 2380 || return 1
  until_true 10 rule_is_gone && lab in "$victim" pkill -x etcd < /dev/null && began=$SECONDS && until_true 60 refused any any tcp/2380 5 || result=1
  echo "told $((SECONDS - ${began:-SECONDS})) s after the member restarted: $(awk '$6 == "tcp/2380"' "$work/dropped" | head -n 1)"
  lab terraform apply -auto-approve -input=false -no-color > "$work/again" 2>&1 || { tail -n 20 "$work/again"; return 1; }
  until_true 120 member_is_healthy "$victim" && three_members && return "$result"
}
rule_is_gone() { ! lab ports | grep -q 'tcp/2379-2380'; }
member_is_healthy() {
  local pki=/etc/kubernetes/pki/etcd
  lab in "$1" etcdctl --cacert "$pki/ca.crt" --cert "$pki/healthcheck-client.crt" --key "$pki/healthcheck-client.key" endpoint health < /dev/null > /dev/null 2>&1
}

# An API server reads the log of a pod.
a_kubelet_is_called() {
  local pod
  pod=$(kubectl -n kube-system get pods -l k8s-app=kube-dns -o name | head -n 1)
  kubectl -n kube-system logs "$pod" --tail=1 > /dev/null 2>&1
}

# A rule that nothing uses is needless. Typha is Calico's, which is not there.
firewall_has_no_needless_rule() {
  local unused
  # After a loss of power a pod counts as running for a while before its kubelet has started it again.
  until_true 90 a_kubelet_is_called || return 1
  lab ports || return 1
  unused=$(lab ports | grep '^0 ' | grep -v ' # calico-typha:')
  [ -z "$unused" ] || { printf 'nothing used\n%s\n' "$unused"; return 1; }
  echo "not used: $(lab ports | grep '^0 ' | paste -sd';')"
}
