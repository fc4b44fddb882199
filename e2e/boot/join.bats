#!/usr/bin/env bats
# Machines that join a cluster, wait for one, or bring one back: real scripts, real curl and openssl, a cloud and a cluster that are stand-ins.
load support

setup_file() { make_first_cluster; }

setup() { fresh_cloud; }

@test "a cluster that was initialized and does not answer is waited for, with the reason" {
  HAC_ATTEMPT=3
  roots
  state '{"phase":"initialized"}'
  boot a
  [ "$status" -eq 1 ]
  [[ $output == *'waiting for the API server of the cluster, which was initialized before'* ]]
  not_called 'kubeadm (init|join)'
}

@test "its maker was lost before anybody joined: the next one makes it again by the same roots" {
  roots
  state '{"phase":"initialized","by":"i-b","alone":true}'
  printf i-b >"$FAKE/parameters/init-lock~1"
  instances a b=terminated
  boot a
  [ "$status" -eq 0 ]
  called 'kubeadm init --config'
  [ "$(jq -r '.phase, .by, .alone' "$FAKE/parameters/state" | xargs)" = 'initialized i-a true' ]
  [ "$(cat "$FAKE/parameters/init-lock~2")" = i-a ]
  sha256sum "$FAKE/parameters/roots~ca.crt" | cut -d' ' -f1 | grep -f - "$FAKE/roots-used-a"
}

@test "its maker only stopped, or somebody had begun to join: it is waited for" {
  HAC_ATTEMPT=3
  roots
  state '{"phase":"initialized","by":"i-b","alone":true}'
  instances a b=stopped
  boot a
  [ "$status" -eq 1 ]
  state '{"phase":"initialized","by":"i-b"}'
  instances a b=terminated
  boot a
  [ "$status" -eq 1 ]
  [[ $output == *'waiting for the API server of the cluster, which was initialized before'* ]]
  not_called 'kubeadm (init|join)'
}

@test "whoever begins to join says so first" {
  roots
  state '{"phase":"initialized","by":"i-b","alone":true}'
  touch "$FAKE/api-up" "$FAKE/join-fails"
  HAC_ATTEMPT=20
  boot a
  [ "$(jq .alone "$FAKE/parameters/state")" = null ]
}

@test "a state that was reset by mistake does no harm: the cluster that answers wins" {
  roots
  touch "$FAKE/api-up"
  boot a
  [ "$status" -eq 0 ]
  called 'kubeadm join --config'
  not_called 'kubeadm init --config'
}

@test "while another machine still makes the cluster, nobody joins the half of it" {
  HAC_ATTEMPT=4
  roots
  touch "$FAKE/api-up"
  printf i-b >"$FAKE/parameters/init-lock~1"
  boot a
  [ "$status" -eq 1 ]
  [[ $output == *'waiting for i-b to finish making the cluster'* ]]
  not_called 'kubeadm join'
}

@test "an init that was cut off after others had joined becomes a join: it never splits the cluster" {
  roots
  run on a bash -c 'touch /etc/hacluster/init-started; mkdir -p /etc/kubernetes/manifests'
  printf i-a >"$FAKE/parameters/init-lock~1"
  touch "$FAKE/api-up"
  nodes 10.20.0.4 10.20.0.5
  boot a
  [ "$status" -eq 0 ]
  [ "$(phase)" = initialized ]
  not_called 'kubeadm init --config'
  called 'kubeadm join --config'
}

@test "a replacement joins months later, and first removes the members whose machines are gone, by their exact ids" {
  roots
  state '{"phase":"initialized"}'
  touch "$FAKE/api-up"
  instances a b
  nodes 10.20.0.5 10.20.0.9
  printf '%s\n' '3894d31850a3a95b, started, ip-10-20-0-9.eu-central-1.compute.internal, https://10.20.0.9:2380, https://10.20.0.9:2379, false' \
    '16f7191b6752f4b5, started, ip-10-20-0-5.eu-central-1.compute.internal, https://10.20.0.5:2380, https://10.20.0.5:2379, false' >"$FAKE/members"
  boot a
  [ "$status" -eq 0 ]
  called 'member remove 3894d31850a3a95b'
  called 'delete node 10.20.0.9'
  not_called 'delete node 10.20.0.5'
  not_called 'member remove 16f7191b6752f4b5'
  [ "$(grep -nE 'member remove|kubeadm join' "$FAKE/calls" | cut -d' ' -f2 | tr '\n' ' ')" = 'etcdctl kubeadm ' ]
}

@test "a member whose machine is only away, or that the cloud does not speak of, stays" {
  roots
  state '{"phase":"initialized"}'
  touch "$FAKE/api-up"
  machine d 10.20.0.9 control-plane
  instances a b d=stopped
  printf '%s\n' '3894d31850a3a95b, started, ip-10-20-0-9.eu-central-1.compute.internal, https://10.20.0.9:2380, https://10.20.0.9:2379, false' >"$FAKE/members"
  boot a
  [ "$status" -eq 0 ]
  not_called 'member remove'
}

@test "a member with this machine's own address is a leftover of a join that was cut off" {
  roots
  state '{"phase":"initialized"}'
  touch "$FAKE/api-up"
  printf '%s\n' 'aaaad31850a3a95b, unstarted, , https://10.20.0.4:2380, , true' >"$FAKE/members"
  boot a
  [ "$status" -eq 0 ]
  called 'member remove aaaad31850a3a95b'
}

@test "a join that fails cleans up, gives the lock back, and is done again with roots from the store" {
  roots
  state '{"phase":"initialized"}'
  touch "$FAKE/api-up" "$FAKE/join-fails"
  boot a
  [ "$status" -eq 1 ]
  called 'kubeadm reset --force'
  [ ! -e "$FAKE/join-lock" ]
  rm "$FAKE/join-fails"
  boot a
  [ "$status" -eq 0 ]
  in_cluster a
}

@test "a join lock is waited for, and taken over from a machine that is gone" {
  roots
  state '{"phase":"initialized"}'
  touch "$FAKE/api-up"
  jq -n --arg at "$(date +%s)" '{metadata: {resourceVersion: "1"}, data: {machine: "i-b", node: "b", $at}}' >"$FAKE/join-lock"
  HAC_ATTEMPT=5 boot a
  [ "$status" -eq 1 ]
  [[ $output == *'the join lock'* ]]
  not_called 'kubeadm join'
  instances a b=terminated
  boot a
  [ "$status" -eq 0 ]
  [ ! -e "$FAKE/join-lock" ]
}

@test "a join lock that is twenty minutes old is taken over" {
  roots
  state '{"phase":"initialized"}'
  touch "$FAKE/api-up"
  jq -n --arg at "$(($(date +%s) - 1300))" '{metadata: {resourceVersion: "1"}, data: {machine: "i-b", node: "b", $at}}' >"$FAKE/join-lock"
  boot a
  [ "$status" -eq 0 ]
}

@test "a worker joins with a token that lives long enough, and sees nothing of the control planes" {
  roots
  touch "$FAKE/api-up"
  token 1
  HAC_ATTEMPT=5 boot w
  [ "$status" -eq 1 ]
  [[ $output == *'a join token with two minutes left'* ]]
  not_called 'kubeadm join'
  token 60
  boot w
  [ "$status" -eq 0 ]
  jq -e '.users[0].user.token == "abcdef.0123456789abcdef"' "$FAKE/discovery-w"
  jq -r '.clusters[0].cluster["certificate-authority-data"]' "$FAKE/discovery-w" | base64 -d | cmp - "$FAKE/parameters/public~ca.crt"
  not_called 'w ssm:(PutParameter|GetParameter (roots|state|init-lock|access))'
}

@test "a worker of a newer minor than the cluster waits; of an older one it joins" {
  roots
  touch "$FAKE/api-up"
  token 90
  HAC_ATTEMPT=3 FAKE_CLUSTER_VERSION=v1.35.4 boot w
  [ "$status" -eq 1 ]
  [[ $output == *'waiting for the control planes to be of Kubernetes 1.36.3 or a later minor'* ]]
  not_called 'kubeadm join'
  FAKE_CLUSTER_VERSION=v1.37.0 boot w
  [ "$status" -eq 0 ]
}

@test "a worker that failed to join cleans up and tries again" {
  roots
  touch "$FAKE/api-up" "$FAKE/join-fails"
  token 60
  boot w
  [ "$status" -eq 1 ]
  called 'w kubeadm reset --force'
  rm "$FAKE/join-fails"
  boot w
  [ "$status" -eq 0 ]
}

@test "restore takes the snapshot first, and starts over from it when it was cut off" {
  printf '#!/bin/bash\necho "a restore-script" >>"$FAKE/calls"\n' >"$BATS_TEST_TMPDIR/restore"
  roots
  state '{"phase":"restore","snapshot":"LATEST"}'
  printf i-b >"$FAKE/parameters/init-lock~1"
  instances a
  nodes
  run on a bash -c "install -m 755 $BATS_TEST_TMPDIR/restore /usr/local/sbin/hacluster-etcd-restore"
  touch "$FAKE/init-fails"
  boot a
  [ "$status" -eq 1 ]
  called 'kubeadm init .*--ignore-preflight-errors=DirAvailable--var-lib-etcd-data'
  : >"$FAKE/calls"
  rm "$FAKE/init-fails" "$FAKE/api-started"
  boot a
  [ "$status" -eq 0 ]
  [ "$(grep -oE 'kubeadm reset|restore-script|kubeadm init' "$FAKE/calls" | tr '\n' ',')" = 'kubeadm reset,restore-script,kubeadm init,' ]
  [ "$(phase)" = initialized ]
}

@test "a certificate in the place of the authority stops the init" {
  roots
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout /dev/null -subj /CN=other -out "$FAKE/parameters/public~ca.crt" 2>/dev/null
  boot a
  [ "$status" -eq 1 ]
  [[ $output == *'public/ca.crt in the secret store is not the certificate of roots/ca.key'* ]]
  not_called 'kubeadm init --config'
}

@test "a control plane of a newer minor describes the cluster anew, under the join lock, before it joins" {
  roots
  state '{"phase":"initialized"}'
  touch "$FAKE/api-up"
  nodes 10.20.0.5=1.35.4 10.20.0.6=1.36.3
  boot a
  [ "$status" -eq 0 ]
  [ "$(grep -oE 'create -f -|create clusterrolebinding kubeadm:apiserver-kubelet-client|phase upload-config all|annotate --overwrite node|phase addon|kubeadm join|delete configmap hacluster-join' "$FAKE/calls" | tr '\n' ' ')" = 'create -f - create clusterrolebinding kubeadm:apiserver-kubelet-client phase upload-config all kubeadm join annotate --overwrite node delete configmap hacluster-join ' ]
}

@test "a control plane does not join over two minors, nor a cluster that has gone further, and says what to do" {
  roots
  state '{"phase":"initialized"}'
  touch "$FAKE/api-up"
  for there in 1.34.8 1.37.0; do
    nodes "10.20.0.5=$there"
    boot a
    [ "$status" -eq 1 ]
    [[ $output == *"this host is to be 1.36.3, the control planes are v$there: minors rise one at a time and never go back; give the launch template a version that fits"* ]]
  done
  not_called 'kubeadm (join|init phase upload-config)'
}

@test "a description that nobody serves yet may be taken back" {
  roots
  state '{"phase":"initialized"}'
  touch "$FAKE/api-up"
  nodes 10.20.0.5=1.36.2
  boot a
  [ "$status" -eq 0 ]
  called 'phase upload-config all'
}

@test "kube-proxy and CoreDNS follow when the last control plane has the new description, once" {
  roots
  state '{"phase":"initialized"}'
  touch "$FAKE/api-up"
  local print
  print=$(sha256sum "$TREES/v1.36/control-plane/root/etc/hacluster/kubeadm/cluster.yaml" | cut -d' ' -f1)
  jq --arg print "$print" '.items[].metadata.annotations = {"hacluster/description": $print}' "$FAKE/nodes.json" >"$FAKE/noted" && mv "$FAKE/noted" "$FAKE/nodes.json"
  boot a
  [ "$status" -eq 0 ]
  called 'phase addon all'
  called 'annotate --overwrite daemonset kube-proxy'
  : >"$FAKE/calls"
  jq -n --arg print "$print" '{metadata: {annotations: {"hacluster/description": $print}}}' >"$FAKE/kube-proxy.json"
  boot c
  [ "$status" -eq 0 ]
  not_called 'phase addon'
}

@test "an image without the host's version of Kubernetes says so; one that has several side by side gives the right one" {
  roots
  state '{"phase":"initialized"}'
  touch "$FAKE/api-up"
  FAKE_KUBEADM=v1.36.2 boot a
  [ "$status" -eq 1 ]
  [[ $output == *'the image has kubeadm v1.36.2, and this host is to be v1.36.3: put it into the image, or side by side into /opt/hacluster/kubernetes'* ]]
  run on c bash -c 'mkdir -p /opt/hacluster/kubernetes/1.36.3 && /usr/local/sbin/hacluster-bootstrap; readlink /usr/local/bin/kubeadm /usr/local/bin/kubelet /usr/local/bin/kubectl'
  [ "${lines[-1]}" = /opt/hacluster/kubernetes/1.36.3/kubectl ]
}
