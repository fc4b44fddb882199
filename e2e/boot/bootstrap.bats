#!/usr/bin/env bats
# The bootstrap of whole machines: real scripts, real curl and openssl, a cloud and a cluster that are stand-ins.
load support

setup_file() {
  # One real init, whose roots later tests find in the store.
  export MADE=$BATS_FILE_TMPDIR/made
  BATS_TEST_TMPDIR=$BATS_FILE_TMPDIR/first
  mkdir -p "$BATS_TEST_TMPDIR"
  fresh_cloud
  on a /usr/local/sbin/hacluster-bootstrap >"$BATS_FILE_TMPDIR/first.log" 2>&1 || { cat "$BATS_FILE_TMPDIR/first.log"; return 1; }
  cp -r "$FAKE" "$MADE"
}

setup() { fresh_cloud; }

@test "the first control plane makes the cluster, stores roots, admin certificate, token and state" {
  boot a
  [ "$status" -eq 0 ]
  in_cluster a
  [ "$(phase)" = initialized ]
  [ "$(cat "$FAKE/parameters/init-lock~1")" = i-a ]
  called 'a kubeadm init --config'
  openssl verify -CAfile "$FAKE/parameters/roots~ca.crt" <(jq -r .certificate "$FAKE/parameters/access~admin")
  openssl x509 -in "$FAKE/parameters/roots~ca.crt" -noout -text | grep -q 'CA:TRUE'
  jq -r .certificate "$FAKE/parameters/access~admin" | openssl x509 -noout -subject | grep -q 'O = kubeadm:cluster-admins, CN = terraform:shop'
  jq -er .token "$FAKE/parameters/join~worker"
  cmp "$FAKE/parameters/public~ca.crt" "$FAKE/parameters/roots~ca.crt"
  called 'systemctl enable --now hacluster-token.timer'
  not_called 'WRONG SIGNATURE'
}

@test "only what lies below public/ is stored readable, and no root stays outside its folder" {
  for file in "$MADE"/kinds/*; do
    case ${file##*/} in
      public~*) grep -qx 'String ' "$file" ;;
      *) grep -qx 'SecureString arn:aws:kms:.*' "$file" ;;
    esac
  done
  disk=$BATS_FILE_TMPDIR/first/disk-a
  [ "$(stat -c %a "$disk/etc/upper/kubernetes/pki/ca.key")" = 600 ]
  [ "$(stat -c %a "$disk/etc/upper/kubernetes/enc/encryption.yaml")" = 600 ]
  [ "$(grep -rl 'PRIVATE KEY' "$disk" | grep -v /etc/upper/kubernetes/pki/ | wc -l)" -eq 0 ]
}

@test "the roots live ten years, begin in the past, and are of the kind that kubeadm makes" {
  for name in ca etcd~ca front-proxy-ca; do
    certificate=$MADE/parameters/roots~$name.crt
    openssl x509 -in "$certificate" -noout -checkend $((3640 * 86400))
    [ "$(date -d "$(openssl x509 -in "$certificate" -noout -startdate | cut -d= -f2)" +%s)" -lt $(($(date +%s) - 3000)) ]
    openssl x509 -in "$certificate" -noout -pubkey | cmp - <(openssl pkey -in "$MADE/parameters/roots~$name.key" -pubout)
  done
  openssl pkey -in "$MADE/parameters/roots~sa.key" -pubout | cmp - "$MADE/parameters/roots~sa.pub"
}

@test "of three that boot together, one makes the cluster and the others join it" {
  HAC_ATTEMPT=200
  for name in a b c; do
    on "$name" /usr/local/sbin/hacluster-bootstrap >"$BATS_TEST_TMPDIR/$name.log" 2>&1 &
  done
  wait
  cat "$BATS_TEST_TMPDIR"/?.log
  for name in a b c; do in_cluster "$name"; done
  [ "$(grep -c 'kubeadm init --config' "$FAKE/calls")" -eq 1 ]
  [ "$(grep -c 'kubeadm join --config' "$FAKE/calls")" -eq 2 ]
  [ ! -e "$FAKE/join-lock" ]
  [ "$(cat "$FAKE"/parameters/init-lock~* | wc -w)" -eq 1 ]
}

@test "a state that cannot be read never leads to init" {
  HAC_ATTEMPT=4
  touch "$FAKE/down"
  boot a
  [ "$status" -eq 1 ]
  rm "$FAKE/down"
  touch "$FAKE/denied"
  boot a
  [ "$status" -eq 1 ]
  [[ $output == *'the cluster state, which cannot be read'* ]]
  not_called 'kubeadm (init|join)'
}

@test "a missing or garbled state never leads to init" {
  HAC_ATTEMPT=3
  for text in '' garbage '{"phase":"other"}' '{"phase":{}}' '[]'; do
    state "$text"
    boot a
    [ "$status" -eq 1 ]
  done
  rm "$FAKE/parameters/state"
  boot a
  [ "$status" -eq 1 ]
  not_called 'kubeadm (init|join)'
  [ ! -e "$FAKE/parameters/init-lock~1" ]
}

@test "a cluster that was initialized and does not answer is waited for, with the reason" {
  HAC_ATTEMPT=3
  roots
  state '{"phase":"initialized"}'
  boot a
  [ "$status" -eq 1 ]
  [[ $output == *'waiting for the API server of the cluster, which was initialized before'* ]]
  not_called 'kubeadm (init|join)'
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

@test "a lock is kept for a machine that runs, for one that stopped, and while the cloud does not say" {
  HAC_ATTEMPT=3
  printf i-b >"$FAKE/parameters/init-lock~1"
  for now in running stopped pending; do
    instances a "b=$now"
    boot a
    [ "$status" -eq 1 ]
  done
  echo garbage >"$FAKE/instances.json"
  boot a
  [ "$status" -eq 1 ]
  not_called 'kubeadm init'
  [ ! -e "$FAKE/parameters/init-lock~2" ]
}

@test "a lock of a machine that is gone is taken over, by a new link of the chain" {
  printf i-b >"$FAKE/parameters/init-lock~1"
  instances a c
  boot a
  [ "$status" -eq 0 ]
  [ "$(cat "$FAKE/parameters/init-lock~2")" = i-a ]
  called 'kubeadm init'
}

@test "of two that take over at once, one does" {
  HAC_ATTEMPT=200
  printf i-b >"$FAKE/parameters/init-lock~1"
  instances a c b=terminated
  for name in a c; do
    on "$name" /usr/local/sbin/hacluster-bootstrap >"$BATS_TEST_TMPDIR/$name.log" 2>&1 &
  done
  wait
  cat "$BATS_TEST_TMPDIR"/?.log
  [ "$(grep -c 'kubeadm init --config' "$FAKE/calls")" -eq 1 ]
  in_cluster a
  in_cluster c
}

@test "an init that failed half way starts over on the same machine, with the same roots" {
  touch "$FAKE/init-fails"
  boot a
  [ "$status" -eq 1 ]
  ! in_cluster a
  [ "$(phase)" = uninitialized ]
  cp "$FAKE/roots-used-a" "$BATS_TEST_TMPDIR/before"
  rm "$FAKE/init-fails"
  nodes
  boot a
  [ "$status" -eq 0 ]
  called 'kubeadm reset --force'
  cmp "$FAKE/roots-used-a" "$BATS_TEST_TMPDIR/before"
}

@test "a machine that dies while it makes the roots leaves them to the one that takes over" {
  printf i-b >"$FAKE/parameters/init-lock~1"
  cp "$MADE/parameters/roots~ca.key" "$MADE/parameters/roots~ca.crt" "$MADE/parameters/roots~etcd~ca.key" "$FAKE/parameters/"
  instances a b=terminated
  boot a
  [ "$status" -eq 0 ]
  for name in ca.key ca.crt etcd~ca.key; do cmp "$MADE/parameters/roots~$name" "$FAKE/parameters/roots~$name"; done
  openssl x509 -in "$FAKE/parameters/roots~etcd~ca.crt" -noout -pubkey | cmp - <(openssl pkey -in "$FAKE/parameters/roots~etcd~ca.key" -pubout)
}

@test "an answer that is lost on the way does not make a second set of roots" {
  touch "$FAKE/lost-answers"
  boot a
  [ "$status" -eq 0 ]
  sha256sum "$FAKE/parameters/roots~ca.crt" | cut -d' ' -f1 | grep -f - "$FAKE/roots-used-a"
}

@test "when all is done but the state, only the state is written" {
  roots
  mkdir -p "$BATS_TEST_TMPDIR/disk-a"
  run on a bash -c 'touch /etc/hacluster/init-started /etc/hacluster/init-done'
  printf i-a >"$FAKE/parameters/init-lock~1"
  touch "$FAKE/api-up"
  boot a
  [ "$status" -eq 0 ]
  [ "$(phase)" = initialized ]
  not_called 'kubeadm (init --config|reset|join)'
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
  printf '%s\n' '3894d31850a3a95b, started, ip-10-20-0-9.eu-central-1.compute.internal, https://10.20.0.9:2380, https://10.20.0.9:2379, false' \
    '16f7191b6752f4b5, started, ip-10-20-0-5.eu-central-1.compute.internal, https://10.20.0.5:2380, https://10.20.0.5:2379, false' >"$FAKE/members"
  boot a
  [ "$status" -eq 0 ]
  called 'member remove 3894d31850a3a95b'
  called 'delete node ip-10-20-0-9.eu-central-1.compute.internal'
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

@test "a clock that never synchronizes is waited for a while, then worked with" {
  touch "$FAKE/no-clock"
  boot a
  [ "$status" -eq 0 ]
  [[ $output == *'going on with the clock as it is'* ]]
}

@test "nothing happens twice" {
  boot a
  [ "$status" -eq 0 ]
  : >"$FAKE/calls"
  boot a
  [ "$status" -eq 0 ]
  not_called '.'
}

@test "the image may name preflight checks that do not apply to it" {
  run on a bash -c 'printf "Swap\nNumCPU\n" >/etc/hacluster/preflight-ignore'
  boot a
  called 'kubeadm init .*--ignore-preflight-errors=Swap,NumCPU$'
}
