# A Kubernetes API with real controllers, a real scheduler, and nodes that kwok plays: two in each of three zones. Source it after
# api-server.sh, as root, inside network and PID namespaces of its own.
# shellcheck shell=bash disable=SC2154 # work, KUBECONFIG and the functions are api-server.sh's
simulated=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

simulated_nodes() {
  local number zone
  for number in 1 2 3 4 5 6; do
    zone=$(printf abc | cut -c$(((number - 1) % 3 + 1)))
    cat <<Y
---
apiVersion: v1
kind: Node
metadata:
  name: node-$number
  labels: {simulated/power: "on", kubernetes.io/hostname: node-$number, topology.kubernetes.io/region: r1, topology.kubernetes.io/zone: $zone}
status:
  allocatable: {cpu: 3900m, memory: 15Gi, pods: "110"}
  capacity: {cpu: "4", memory: 16Gi, pods: "110"}
  addresses: [{type: InternalIP, address: 10.99.254.$number}, {type: Hostname, address: node-$number}]
Y
  done
}

# Every address of a pod is answered here; what is sent to a host without power goes to a device that nobody reads.
simulated_network() {
  ip link set lo up && ip route add local 10.99.0.0/16 dev lo && ip tuntap add dead mode tun && ip link set dead up
}

simulated_cluster() {
  simulated_network && certificates || return 1
  # There is no other network to find an address in.
  api_flags=(--advertise-address 10.99.255.1)
  # A host that is lost shows after 8 seconds, not after 40.
  manager_flags=(--service-account-private-key-file "$work/sa.key" --root-ca-file "$work/ca.crt"
    --node-monitor-period 1s --node-monitor-grace-period 8s --node-eviction-rate 10)
  cluster '*' || return 1
  start scheduler kube-scheduler --kubeconfig "$KUBECONFIG" --leader-elect=false --bind-address 127.0.0.1
  start kwok kwok --kubeconfig "$KUBECONFIG" --cidr 10.99.0.0/16 --config "$simulated/stages.yaml" \
    --manage-nodes-with-label-selector simulated/power=on --node-lease-duration-seconds 8
  start containers "$simulated/../../../node_modules/.bin/tsx" "$simulated/containers.ts"
  simulated_nodes | kubectl create -f - && kubectl wait node --all --for condition=Ready --timeout 60s &&
    within 30 kubectl get serviceaccount default
}
