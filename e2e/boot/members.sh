# Runs as a control plane that is about to join, in a sandbox, beside two real etcd members and a dead one.
# shellcheck shell=bash
source "$REPO/e2e/support/tap.sh"
source /usr/local/lib/hacluster/common.sh
for part in kubeadm-files pki roots etcd serial; do
  # shellcheck source=/dev/null
  source "$HAC_LIB/$part.sh"
done
set +eE
cloud_facts
make_roots
write_kubeadm_files
kubeadm init phase certs etcd-healthcheck-client --config "$HAC_RUN/kubeadm/init.yaml" >/dev/null

certify() { # NAME
  make_key >"/run/$1.key"
  openssl req -new -key "/run/$1.key" -subj "/CN=$1" -out "/run/$1.csr"
  # All addresses: on one machine a member's connection seems to come from where it goes to, and etcd checks that.
  sign "/run/$1.csr" "subjectAltName = IP:10.20.0.4,IP:10.20.0.5,IP:10.20.0.6,IP:10.20.0.9,IP:127.0.0.1
extendedKeyUsage = serverAuth,clientAuth" '-5 minutes' '+1 day' -cert "$HAC_PKI/etcd/ca.crt" -keyfile "$HAC_PKI/etcd/ca.key" >"/run/$1.crt"
}

member() { # NAME ADDRESS CLUSTER new|existing
  setsid etcd --name "$1" --data-dir "/run/data-$1" --listen-client-urls "https://$2:2379" --advertise-client-urls "https://$2:2379" \
    --listen-peer-urls "https://$2:2380" --initial-advertise-peer-urls "https://$2:2380" --initial-cluster "$3" --initial-cluster-state "$4" \
    --cert-file "/run/$1.crt" --key-file "/run/$1.key" --client-cert-auth --trusted-ca-file "$HAC_PKI/etcd/ca.crt" \
    --peer-cert-file "/run/$1.crt" --peer-key-file "/run/$1.key" --peer-client-cert-auth --peer-trusted-ca-file "$HAC_PKI/etcd/ca.crt" \
    --unsafe-no-fsync --log-level error >>"/run/$1.log" 2>&1 &
  echo $! >"/run/$1.pid"
  # The shell is not to tell of its end.
  disown
}

members() { etcdctl_at "$(live_endpoints)" member list | sed 's/, /,/g' | cut -d, -f3 | sort | xargs; }
healthy() {
  for _ in $(seq 60); do
    if etcdctl_at "$1" endpoint health >/dev/null 2>&1; then return 0; fi
    sleep 0.5
  done
  return 1
}
is() { [[ $1 == "$2" ]] || { echo "got $1, not $2"; return 1; }; }
kill_member() { kill -9 "$(cat "/run/$1.pid")" && sleep 1; } 2>/dev/null
name() { printf 'ip-%s.eu-central-1.compute.internal' "${1//./-}"; }

b=$(name 10.20.0.5) c=$(name 10.20.0.6) dead=$(name 10.20.0.9)
ip address add 10.20.0.9/32 dev lo
for address in 10.20.0.5 10.20.0.6 10.20.0.9; do certify "$(name $address)"; done
certify "$NODE_NAME"
three=$b=https://10.20.0.5:2380,$c=https://10.20.0.6:2380,$dead=https://10.20.0.9:2380
member "$b" 10.20.0.5 "$three" new
member "$c" 10.20.0.6 "$three" new
member "$dead" 10.20.0.9 "$three" new
healthy https://10.20.0.5:2379 || cat /run/*.log
etcdctl_at https://10.20.0.5:2379 put /registry/word kept >/dev/null

all_live() { reap_dead_members && is "$(members)" "$b $c $dead"; }
check 'etcd: members that live all stay' all_live
kill_member "$dead"

refused() {
  local answer
  answer=$(etcdctl_at https://10.20.0.5:2379 member add x --learner --peer-urls "https://$NODE_ADDRESS:2380" 2>&1)
  [[ $answer == *'unhealthy cluster'* ]] || { echo "$answer"; return 1; }
}
check 'etcd: while a dead member is listed, a new one is refused' refused

away() {
  jq 'map(if .address == "10.20.0.9" then .state = "stopped" else . end)' "$FAKE/instances.json" >/run/i && cp /run/i "$FAKE/instances.json"
  reap_dead_members && is "$(members)" "$b $c $dead"
}
check 'etcd: a member whose machine only stopped stays' away

# Members must have seen each other for five seconds before etcd takes a change.
add() {
  for _ in $(seq 40); do
    if etcdctl_at https://10.20.0.5:2379 member add "$NODE_NAME" --learner --peer-urls "https://$NODE_ADDRESS:2380" 2>/dev/null; then return 0; fi
    sleep 0.5
  done
  return 1
}

replaced() {
  jq 'map(if .address == "10.20.0.9" then .state = "terminated" else . end)' "$FAKE/instances.json" >/run/i && cp /run/i "$FAKE/instances.json"
  reap_dead_members && is "$(members)" "$b $c" || return 1
  is "$(cat "$FAKE/deleted-nodes" 2>/dev/null)" 10.20.0.9 || return 1
  add >/dev/null || return 1
  # The join is cut off here: the learner that nobody became is a leftover of this very machine.
  reap_dead_members && is "$(members)" "$b $c" || return 1
  local id
  id=$(add | sed -n 's/^Member *\([0-9a-f]*\) added.*/\1/p')
  member "$NODE_NAME" "$NODE_ADDRESS" "$b=https://10.20.0.5:2380,$c=https://10.20.0.6:2380,$NODE_NAME=https://$NODE_ADDRESS:2380" existing
  for _ in $(seq 40); do
    if etcdctl_at https://10.20.0.5:2379 member promote "$id" >/dev/null 2>&1; then break; fi
    sleep 0.5
  done
  healthy "https://$NODE_ADDRESS:2379" || return 1
  is "$(etcdctl_at "https://$NODE_ADDRESS:2379" get /registry/word --print-value-only)" kept
}
check 'etcd: a member whose machine is gone is removed, and the new one takes its place with all data' replaced

status() {
  local own
  HAC_ETCD_ENDPOINT=https://10.20.0.4:2379
  export HAC_ETCD_ENDPOINT
  echo '{"data": {"10.20.0.5": "{}", "gone": "{}"}}' >"$FAKE/notes"
  printf 'snapshots/%s/20260102T030405Z-x.db' "$HAC_UID" >"$FAKE/objects/snapshots~${HAC_UID}~LATEST"
  kubeadm init phase certs all --config "$HAC_RUN/kubeadm/init.yaml" >/dev/null 2>&1
  kubeadm init phase kubeconfig all --config "$HAC_RUN/kubeadm/init.yaml" >/dev/null 2>&1
  /usr/local/sbin/hacluster-status || return 1
  # A key for this host, none any more for one that no Node names, no word on the others.
  is "$(jq -c '.data | to_entries | map([.key, .value == null])' "$FAKE/patch")" "[[\"gone\",true],[\"$NODE_NAME\",false]]" || return 1
  own=$(jq -r --arg node "$NODE_NAME" '.data[$node]' "$FAKE/patch")
  is "$(jq -c '[.version, .certificateDaysLeft, .snapshot, .etcd.leader]' <<<"$own")" \
    "[\"$HAC_KUBERNETES_VERSION\",364,{\"key\":\"snapshots/$HAC_UID/20260102T030405Z-x.db\",\"at\":\"2026-01-02T03:04:05Z\"},false]" || return 1
  is "$(jq -r '.etcd.members | map("\(.name) \(.id) \(.healthy) \(.learner)") | sort | join("\n")' <<<"$own")" \
    "$(etcdctl_at https://10.20.0.4:2379 member list | sed 's/, /,/g' | awk -F, '{ print $3, $1, "true false" }' | sort)"
}
check 'status: a control plane notes its members by their whole ids, its certificates and the last snapshot, and forgets who is gone' status

leads() {
  local address leader=0
  for address in 10.20.0.4 10.20.0.5 10.20.0.6; do
    if HAC_ETCD_ENDPOINT=https://$address:2379 is_leader; then leader=$((leader + 1)); fi
  done
  is "$leader" 1
}
check 'etcd: one of all says that it leads' leads

asked() {
  local address
  echo '{"data": {"request": "r2", "done": "r1"}}' >"$FAKE/notes"
  rm -f "$FAKE/patch"
  for address in 10.20.0.4 10.20.0.5 10.20.0.6; do HAC_ETCD_ENDPOINT=https://$address:2379 /usr/local/sbin/hacluster-requests || return 1; done
  is "$(jq -r '.data.done' "$FAKE/patch")" r2 || return 1
  local key
  key=$(jq -r .data.key "$FAKE/patch")
  is "$(jq -r '[.data.revision, .data.keys] | join(" ")' "$FAKE/patch")" "$(jq -r '"\(.revision) \(.totalKey)"' "$FAKE/objects/${key//\//\~}.json")" || return 1
  is "$(printf '%s\n' "$FAKE"/objects/*.db | wc -l)" 1 || return 1
  echo '{"data": {"request": "r2", "done": "r2"}}' >"$FAKE/notes"
  rm -f "$FAKE/patch"
  for address in 10.20.0.4 10.20.0.5 10.20.0.6; do HAC_ETCD_ENDPOINT=https://$address:2379 /usr/local/sbin/hacluster-requests || return 1; done
  [[ ! -e $FAKE/patch ]]
}
check 'snapshot: the leader stores one when it is asked to, once, and says which' asked

guarded() {
  jq 'map(if .address == "10.20.0.5" or .address == "10.20.0.6" then .state = "terminated" else . end)' "$FAKE/instances.json" >/run/i && cp /run/i "$FAKE/instances.json"
  kill_member "$c"
  kill_member "$b"
  # Two of three are gone: nobody can remove anything, and the join fails instead of doing harm.
  ! reap_dead_members
}
check 'etcd: without a majority nothing is removed' guarded
tap_end
