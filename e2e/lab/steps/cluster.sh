# shellcheck shell=bash disable=SC2154,SC2016 # here, repo and work are run's; machines have shells of their own
# Steps about what was formed, for run: it brings lab, kubectl, ask, here, repo and work.

# nodes CONTROL_PLANES WORKERS: exactly so many are registered.
nodes() {
  local all
  all=$(kubectl get nodes -o json 2> /dev/null) || return 1
  jq -e --argjson control "$1" --argjson workers "$2" '[.items[].metadata.labels | has("node-role.kubernetes.io/control-plane")] | (map(select(.)) | length) == $control and (map(select(not)) | length) == $workers' <<< "$all" > /dev/null
}

all_ready() { lab pods && kubectl wait --for=condition=Ready node --all --timeout=10s > /dev/null; }

all_running() { kubectl get pods -A -o json | jq -e '[.items[].status | select(.phase != "Succeeded") | .containerStatuses // [{ready: false}] | all(.ready)] | length > 8 and all' > /dev/null; }

# What running components say of themselves, against the example's props and the library's defaults. A drop-in of the lab's image differs
# in what its machines lack: cgroups of their own, swap that is off, free disks.
configured() {
  local node name said want='{"maxPods": 110, "clusterDNS": ["10.96.0.10"], "clusterDomain": "cluster.local", "rotateCertificates": true, "serverTLSBootstrap": true,
    "seccompDefault": true, "tlsMinVersion": "VersionTLS12", "podPidsLimit": 4096, "containerLogMaxSize": "50Mi", "shutdownGracePeriod": "1m0s", "enforceNodeAllocatable": ["pods"],
    "authentication": {"anonymous": {"enabled": false}, "webhook": {"enabled": true}}, "authorization": {"mode": "Webhook"}, "systemReserved": {"cpu": "100m"}}'
  for node in $(kubectl get nodes -o json | jq -r '.items[].metadata.name'); do
    said=$(kubectl get --raw "/api/v1/nodes/$node/proxy/configz") || return 1
    jq -e --argjson want "$want" '.kubeletconfig | contains($want) and .readOnlyPort == null and (.kubeReserved.memory | test("^[0-9]+Mi$"))' <<< "$said" > /dev/null ||
      { echo "the kubelet of $node is configured otherwise"; jq -c .kubeletconfig <<< "$said"; return 1; }
  done
  kubectl get nodes -o json | jq -e '[.items[] | (.metadata.labels | has("node-role.kubernetes.io/control-plane")) as $control
    | any(.spec.taints[]?; .key == "node-role.kubernetes.io/control-plane" and .effect == "NoSchedule") == $control and (.status.nodeInfo.containerRuntimeVersion | startswith("containerd://2."))] | all' > /dev/null ||
    { echo 'a taint or a runtime is another'; kubectl get nodes -o json | jq -c '.items[] | [.metadata.name, .spec.taints, .status.nodeInfo]'; return 1; }
  for name in $(control_planes); do
    runs_with "$name" kube-apiserver --authorization-mode=Node,RBAC --enable-admission-plugins=NodeRestriction --service-cluster-ip-range=10.96.0.0/16 --profiling=false --tls-min-version=VersionTLS12 \
      --encryption-provider-config=/etc/kubernetes/enc/encryption.yaml --authentication-config=/etc/kubernetes/auth/authentication.yaml --audit-log-path=/var/log/kubernetes/audit/audit.log \
      --kubelet-certificate-authority=/etc/kubernetes/pki/ca.crt --etcd-servers=https://127.0.0.1:2379 || return 1
    runs_with "$name" etcd --client-cert-auth=true --peer-client-cert-auth=true --quota-backend-bytes=4294967296 --corrupt-check-time=4h0m0s --data-dir=/var/lib/etcd/data || return 1
    runs_with "$name" kube-controller --profiling=false || return 1
    lab in "$name" sh -c 'containerd config dump | grep -qF "/etc/containerd/certs.d"' < /dev/null || { echo "containerd of $name knows no mirrors"; return 1; }
  done
  echo 'kubelets of six hosts, API servers, etcd and containerd of three'
}
runs_with() { # MACHINE PROGRAM FLAG...: the name of the program as the kernel cuts it
  local name=$1 program=$2 flag said
  shift 2
  said=$(lab in "$name" sh -c 'tr "\0" "\n" < "/proc/$(pgrep -o -x "$1")/cmdline"' - "$program" < /dev/null) || return 1
  for flag in "$@"; do grep -qxF -e "$flag" <<< "$said" || { echo "$program of $name runs without $flag"; return 1; }; done
}

zones_are_known() { [ "$(kubectl get nodes -o json | jq -r '[.items[].metadata.labels["topology.kubernetes.io/zone"]] | unique | length')" = 3 ]; }

control_planes() { kubectl get nodes -l node-role.kubernetes.io/control-plane -o json | jq -r '.items[].metadata.name | split(".")[0]'; }
workers() { kubectl get nodes -l '!node-role.kubernetes.io/control-plane' -o json | jq -r '.items[].metadata.name | split(".")[0]'; }

members() {
  local pki=/etc/kubernetes/pki/etcd
  lab in "$(control_planes | head -n 1)" etcdctl --cacert "$pki/ca.crt" --cert "$pki/healthcheck-client.crt" --key "$pki/healthcheck-client.key" member list < /dev/null
}
three_members() { [ "$(members 2> /dev/null | grep -c ', started,.*, false$')" = 3 ] && [ "$(members | wc -l)" = 3 ]; }

own_disk() {
  local name
  for name in $(control_planes); do
    lab in "$name" sh -c 'findmnt --noheadings --output SOURCE,FSTYPE /var/lib/etcd && test "$(findmnt --noheadings --output SOURCE /var/lib/etcd)" = "$(readlink -f /dev/nvme1n1)"' < /dev/null || return 1
  done
}

roots_are_stored() {
  local name root
  ask parameters > "$work/parameters"
  for root in ca.crt ca.key etcd/ca.crt etcd/ca.key front-proxy-ca.crt front-proxy-ca.key sa.key sa.pub encryption.yaml; do
    grep -q "^SecureString .*/roots/$root$" "$work/parameters" || { echo "roots/$root is not stored encrypted"; cat "$work/parameters"; return 1; }
  done
  for name in $(control_planes); do # one authority, and keys that only root reads
    lab in "$name" sh -c '
      open=$(find /etc/kubernetes /var/lib/kubelet/pki -type f \( -name "*.key" -o -name "*.pem" -o -name "*.conf" \) ! -perm 600)
      test -z "$open" || { echo "others may read $open" >&2; exit 1; }
      sha256sum < /etc/kubernetes/pki/ca.key' < /dev/null || return 1
  done > "$work/sums"
  [ "$(sort -u "$work/sums" | wc -l)" = 1 ] || { cat "$work/sums"; return 1; }
  for name in $(workers); do # and no root of trust on a worker
    lab in "$name" sh -c '! find / -xdev \( -name ca.key -o -name sa.key -o -name encryption.yaml \) | grep .' < /dev/null || return 1
  done
}

# What was applied, what it came to, and what machines were started with.
applied() { find "$LAB/stacks" "$LAB/run/user-data" -type f ! -path '*/.terraform/*'; }
nothing_looks_secret() {
  local files
  mapfile -t files < <(applied)
  "$repo/node_modules/.bin/tsx" "$here/scan.ts" "${files[@]}"
}
no_value_stands_there() {
  local files
  mapfile -t files < <(applied)
  ask literals "${files[@]}"
}

replan_is_empty() { lab terraform plan -detailed-exitcode -input=false -no-color -out=last.plan > "$work/plan" 2>&1 || { tail -n 60 "$work/plan"; return 1; }; }

# A pod is one hop further than its machine, and behind its machine's address.
metadata_is_out_of_reach() {
  local name
  name=$(kubectl get pods -n kube-system -l k8s-app=kube-dns -o json | jq -r '.items[0].spec.nodeName | split(".")[0]')
  lab in "$name" bash -c '
    token() { curl -s -m 4 -o /dev/null -w "%{http_code}" -X PUT -H "X-aws-ec2-metadata-token-ttl-seconds: 60" http://169.254.169.254/latest/api/token; }
    iptables -t nat -I POSTROUTING -d 169.254.169.254 -j MASQUERADE
    pod=$(nsenter -t "$(pgrep -o -x coredns)" -n curl -s -m 4 -o /dev/null -w "%{http_code} after %{time_connect}" -X PUT -H "X-aws-ec2-metadata-token-ttl-seconds: 60" http://169.254.169.254/latest/api/token)
    ended=$?
    iptables -t nat -D POSTROUTING -d 169.254.169.254 -j MASQUERADE
    echo "machine: $(token); pod: $pod, curl ended with $ended"
    [ "$(token)" = 200 ] && [ "$ended" = 28 ]' < /dev/null
}
