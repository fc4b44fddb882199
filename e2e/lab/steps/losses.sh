# shellcheck shell=bash disable=SC2154,SC2016 # here and work are run's; machines have shells of their own
# What a cluster loses, and how it comes back, for run: it brings lab, kubectl, ask, until_true, here and work; cluster.sh and probes.sh the rest.

id_of() { "$here/machines" list | awk -v name="$1" '$1 == name { print $2 }'; }
in_zone() { "$here/machines" list | awk -v zone="$1" '$3 == zone { print $1 }'; }
gone() { ! "$here/machines" list | grep -q " $1 "; }
not_ready() { [ "$(kubectl get nodes -o json | jq '[.items[] | select(any(.status.conditions[]; .type == "Ready" and .status != "True"))] | length')" = "$1" ]; }
all_healthy() { jq -e '[.[][]] | length == 3 and all(. == "healthy")' "$LAB/run/target-health.json" > /dev/null; }
# replaced [WORKERS]: the cluster's nodes are the cloud's machines, no more and no fewer.
replaced() {
  nodes 3 "${1:-3}" && three_members &&
    [ "$(kubectl get nodes -o json | jq -r '.items[].spec.providerID | split("/")[-1]' | sort)" = "$("$here/machines" list | cut -d' ' -f2 | sort)" ]
}

lose_control_plane() {
  local id began=$SECONDS
  id=$(id_of "$(control_planes | head -n 1)")
  ask terminate "$id" || return 1
  until_true 60 gone "$id" || return 1
  until_true 400 replaced || return 1
  figure lab-heal-s "$((SECONDS - began))"
  until_true 60 all_ready
}

lose_network_of_zone() {
  lab cut b
  until_true 120 not_ready 2
  writes_go_on || { lab heal b; return 1; }
  lab heal b
  until_true 180 not_ready 0
}

lose_power_of_zone() {
  local names name
  names=$(in_zone c)
  for name in $names; do lab kill "$name" || return 1; done
  until_true 120 not_ready 2 || return 1
  writes_go_on || return 1
  [ "$(kubectl get nodes -l topology.kubernetes.io/zone!="$(zone_label c)" -o json | jq '[.items[].status.conditions[] | select(.type == "Ready" and .status == "True")] | length')" = 4 ] || return 1
  for name in $names; do lab start "$name" || return 1; done
  until_true 240 not_ready 0 && until_true 60 three_members && until_true 120 all_healthy && own_disk
}
zone_label() { kubectl get nodes -o json | jq -r --arg zone "$1" '[.items[].metadata.labels["topology.kubernetes.io/zone"] | select(endswith($zone))][0]'; }

# Cut off, it is no leader, takes no write, and comes back as a follower. The one that leads is the one that hurts.
lose_network_of_leader() {
  local leader result
  leader=$(etcd_leader) || return 1
  lab unplug "$leader"
  sleep 60
  led_on "$leader"
  result=$?
  sleep 50
  lab plug "$leader"
  [ "$result" = 0 ] && until_true 180 not_ready 0 && until_true 60 three_members || return 1
  [ -z "$(kubectl get configmap taken-alone --ignore-not-found -o name)" ] || { echo 'what was asked of it alone is in the cluster'; return 1; }
  echo "the leader was $leader"
}
led_on() { # LEADER
  [ "$(etcd_leader)" != "$1" ] || { echo "$1 still leads"; return 1; }
  ! lab in "$1" kubectl --server "https://$(address "$1"):6443" --request-timeout=10s create configmap taken-alone < /dev/null > /dev/null 2>&1 || { echo "$1 took a write alone"; return 1; }
  writes_go_on
}
etcd_leader() {
  local pki=/etc/kubernetes/pki/etcd name
  name=$("$here/machines" list | awk '$5 == "on" { print $1 }' | while read -r name; do
    ! lab in "$name" test -e $pki/healthcheck-client.key < /dev/null || [ -e "$LAB/machines/$name/unplugged" ] || { echo "$name"; break; }
  done)
  lab in "$name" etcdctl --cacert $pki/ca.crt --cert $pki/healthcheck-client.crt --key $pki/healthcheck-client.key endpoint status --cluster -w json < /dev/null 2> /dev/null |
    jq -r '[.[] | select(.Status.leader == .Status.header.member_id).Endpoint][0] | capture("//(?<address>[0-9.]+):").address' |
    while read -r address; do "$here/machines" list | awk -v address="$address" '$4 == address { print $1 }'; done | grep .
}

# Everything at once, as after a night without power.
lose_all_power() {
  local names name
  names=$("$here/machines" list | cut -d' ' -f1)
  for name in $names; do lab kill "$name" || return 1; done
  for name in $names; do lab start "$name" || return 1; done
  until_true 300 came_back && until_true 120 all_healthy && own_disk
}
came_back() { kubectl get --raw /readyz > /dev/null 2>&1 && nodes 3 3 && not_ready 0 && three_members; }

# All control planes end, with their disks. The new ones wait, until somebody says what docs/operations.md tells.
lose_all_members() {
  local name ids id
  kubectl create configmap before-the-snapshot > /dev/null || return 1
  for name in $(control_planes); do lab in "$name" systemctl start hacluster-snapshot.service < /dev/null || return 1; done
  kubectl create configmap after-the-snapshot > /dev/null
  ids=$(for name in $(control_planes); do id_of "$name"; done)
  for id in $ids; do ask terminate "$id" || return 1; done
  for id in $ids; do until_true 60 gone "$id" || return 1; done
  until_true 240 new_ones_wait || return 1
  command_line restore --yes --wait --timeout 400 || return 1
  until_true 400 replaced || return 1
  until_true 120 all_ready || return 1
  kubectl get configmap before-the-snapshot > /dev/null || return 1
  if kubectl get configmap after-the-snapshot > /dev/null 2>&1; then echo 'the snapshot is younger than it should be'; return 1; fi
  until_true 180 all_running && echo 'what was written before the snapshot is there; what came after it, at most 30 minutes by default, is not'
}
new_ones_wait() {
  local name count=0
  for name in $("$here/machines" list | awk '$5 == "on" { print $1 }'); do
    ! lab log "$name" < /dev/null 2> /dev/null | grep 'waiting for the API server of the cluster, which was initialized before' > /dev/null || count=$((count + 1))
  done
  [ "$count" = 3 ]
}

# One made the cluster, the others joined it one after the other.
one_init() {
  local name inits=0 joins=0
  for name in $(control_planes); do
    if lab log "$name" < /dev/null | grep 'decided: init' > /dev/null; then inits=$((inits + 1)); else joins=$((joins + 1)); fi
  done
  echo "$inits init, $joins joins"
  [ "$inits" = 1 ] && [ "$joins" = 2 ]
}
