# shellcheck shell=bash
# kubeadm's description of the cluster (ConfigMaps kubeadm-config and kubelet-config), from which every join takes its
# version and flags. A host of a newer launch template brings a newer one: that is how a cluster is upgraded. Sourced,
# never run.

# What this host was made to describe, the same on all control planes of a launch template.
HAC_DESCRIPTION=$HAC_CONFIG/kubeadm/cluster.yaml

description() { sha256sum "$HAC_DESCRIPTION" | cut -d' ' -f1; }

control_planes() { kc get nodes -l node-role.kubernetes.io/control-plane -o json; }

# joinable: minors rise one at a time, and no host is older than another that serves the API already.
joinable() {
  control_planes | jq -e --arg own "$NODE_NAME" --arg version "$HAC_KUBERNETES_VERSION" '
    def minor: ltrimstr("v") | split(".")[1] | tonumber;
    ($version | minor) as $to | [.items[] | select(.metadata.name != $own) | .status.nodeInfo.kubeletVersion // "" | select(. != "") | minor]
    | length == 0 or ($to >= max and $to <= min + 1)' >/dev/null
}

# describe_cluster: under the join lock, so that nobody joins by half of it.
describe_cluster() {
  joinable || die "this host is to be $HAC_KUBERNETES_VERSION, the control planes are $(control_planes | jq -r '[.items[].status.nodeInfo.kubeletVersion] | unique | join(", ")'): minors rise one at a time and never go back; give the launch template a version that fits"
  let_api_servers_call_kubelets || return 1
  kubeadm init phase upload-config all --config "$HAC_RUN/kubeadm/init.yaml" --kubeconfig "$HAC_RUN/own.conf" >&2
}

# Since 1.36 kubeadm gives an API server's own certificate no group of administrators, but this right, when it makes a cluster.
# In one that an older kubeadm made nobody else would: `kubectl logs` and `exec` would end with every upgrade.
let_api_servers_call_kubelets() {
  local binding=kubeadm:apiserver-kubelet-client found
  found=$(kc get clusterrolebinding "$binding" --ignore-not-found -o name) || return 1
  [[ -n $found ]] || kc create clusterrolebinding "$binding" --clusterrole=system:kubelet-api-admin --user=kube-apiserver-kubelet-client >&2
}

note_description() { # KIND NAME
  kc -n kube-system annotate --overwrite "$1" "$2" "hacluster/description=$(description)" >/dev/null
}

# A new cluster's addons are those of its maker.
note_first_description() { note_description node "$NODE_NAME" && note_description daemonset kube-proxy; }

# addons_follow: kube-proxy and CoreDNS go on when every control plane has: they may not be newer than an API server.
addons_follow() {
  local addons
  note_description node "$NODE_NAME" || return 1
  addons=$(kc -n kube-system get daemonset kube-proxy -o json | jq -r '.metadata.annotations["hacluster/description"]') || return 1
  if [[ $addons == "$(description)" ]] ||
    ! control_planes | jq -e --arg own "$(description)" 'all(.items[]; .metadata.annotations["hacluster/description"] == $own)' >/dev/null; then
    return 0
  fi
  log 'every control plane is of this description: kube-proxy and CoreDNS follow'
  kubeadm init phase addon all --config "$HAC_RUN/kubeadm/init.yaml" --kubeconfig "$HAC_RUN/own.conf" >&2 || return 1
  note_description daemonset kube-proxy
}
