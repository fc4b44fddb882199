#!/usr/bin/env bats
# Machines that make a cluster: real scripts, real curl and openssl, a cloud and a cluster that are stand-ins.
load support

setup_file() { make_first_cluster; }

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
  if in_cluster a; then return 1; fi
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
