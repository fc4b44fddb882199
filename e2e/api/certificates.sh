# Three control planes whose certificates end in 30 days: the timer's script renews them. Then the token and the certificates
# of the beginning are gone, and a worker joins.
# shellcheck shell=bash source-path=SCRIPTDIR source=planes.sh
source "$REPO/e2e/api/planes.sh"
sed -i 's/certificateValidityPeriod: .*/certificateValidityPeriod: 720h0m0s/' "$trees/v1.36/control-plane/root/etc/hacluster/kubeadm/cluster.yaml"
form a b c
k -n kube-system get configmap kubeadm-config -o json | jq '.data.ClusterConfiguration |= sub("certificateValidityPeriod: .*"; "certificateValidityPeriod: 8760h0m0s")' | k replace -f - >/dev/null
k -n default create configmap probe >/dev/null
node "$REPO/e2e/api/probe.mjs" "$work/operator.conf" "$work/seen.json" 2>"$work/logs/probe" &
renew=/usr/local/sbin/hacluster-certificates
manifests=/etc/kubernetes/manifests

served() { # MACHINE PORT: what the program there shows, as its number and its days left
  local crt
  crt=$(on "$1" openssl s_client -connect "${at[$1]}:$2" -cert /etc/kubernetes/pki/etcd/healthcheck-client.crt -key /etc/kubernetes/pki/etcd/healthcheck-client.key </dev/null 2>/dev/null | openssl x509) || return 1
  printf '%s %s\n' "$(openssl x509 -noout -serial <<<"$crt")" "$((($(date -d "$(openssl x509 -noout -enddate <<<"$crt" | cut -d= -f2)" +%s) - $(date +%s)) / 86400))"
}
# pids MACHINE: of its four programs, as NAME=PID in order.
pids() {
  # shellcheck disable=SC2016 # there, not here
  on "$1" bash -c 'for proc in /proc/[0-9]*; do
    read -r -d "" program <"$proc/cmdline" || continue
    case $program in etcd | kube-apiserver | kube-controller-manager | kube-scheduler) printf "%s=%s\n" "$program" "${proc#/proc/}" ;; esac
  done 2>/dev/null' | sort | xargs
}
not_here() { # MACHINE: manifests that are away
  local one
  for one in etcd kube-apiserver kube-controller-manager kube-scheduler; do [[ -e $(file "$1" "$manifests/$one.yaml") ]] || printf '%s ' "$one"; done
}

sick() {
  mv "$(file c "$manifests/kube-apiserver.yaml")" "$(file c /etc/kubernetes/kept.yaml)"
  until_ok 30 bash -c "! nsenter -t ${pid[c]} --net bash -c ': </dev/tcp/10.20.0.13/6443' 2>/dev/null" || return 1
  local before after rc=0
  before=$(pids b)
  on b env HAC_ATTEMPT=3 "$renew" || rc=$?
  after=$(pids b)
  mv "$(file c /etc/kubernetes/kept.yaml)" "$(file c "$manifests/kube-apiserver.yaml")"
  is "$after" "$before" && [[ $rc != 0 ]] && is "$(served b 6443 | cut -d' ' -f2)" 29
}
check 'certificates: while a control plane is ill, no other touches its parts' sick
ready() { curl -sf -o /dev/null --noproxy '*' --cacert "$FAKE/parameters/roots~ca.crt" "https://$1:6443/readyz"; }
until_ok 60 ready "${at[c]}"

# The power fails while etcd's manifest is away.
cut_off() {
  on a "$renew" >>"$work/logs/run-a" 2>&1 &
  until_ok 40 bash -c "! test -e $(file a "$manifests/etcd.yaml")" || return 1
  local one
  for one in $(on a sh -c "grep -l hacluster-certificates /proc/[0-9]*/cmdline" 2>/dev/null | sed 's|/proc/\([0-9]*\)/.*|\1|'); do on a kill -9 "$one" 2>/dev/null; done
  is "$(not_here a)" 'etcd kube-apiserver '
}
check 'certificates: a host dies in the middle, without its etcd and API server' cut_off

takes_turns() {
  : >"$work/away"
  while :; do
    printf '%s|%s|%s\n' "$(not_here a)" "$(not_here b)" "$(not_here c)"
    sleep 0.1
  done >"$work/away" &
  local watching=$! rc=0
  all 'a b c' "$renew" || rc=1
  kill "$watching"
  tail -n 4 "$work"/logs/run-?
  if grep -vE '^(\|\||[^|]+\|\||\|[^|]+\||\|\|[^|]+)$' "$work/away"; then return 1; fi
  return "$rc"
}
old=$(openssl x509 -in "$(file b /etc/kubernetes/pki/apiserver.crt)" -noout -serial)
check 'certificates: the next run goes on with it, all hosts renew, and never two are without a part' takes_turns
said 'all certificates are renewed'
shown() {
  local one port crt
  for one in a b c; do
    for port in 6443=apiserver 2379=etcd/server 2380=etcd/peer; do
      crt=$(file "$one" "/etc/kubernetes/pki/${port#*=}.crt")
      is "$(served "$one" "${port%=*}")" "$(openssl x509 -in "$crt" -noout -serial) 364" || return 1
    done
  done
  [[ $(openssl x509 -in "$(file b /etc/kubernetes/pki/apiserver.crt)" -noout -serial) != "$old" ]]
}
check 'certificates: API servers and etcd members show the new ones, of a year' shown
restarted() { # A program that reads its own once began after it was written.
  local one part conf begun all_pids
  for one in a b c; do
    all_pids=$(pids "$one")
    for part in kube-controller-manager=controller-manager.conf kube-scheduler=scheduler.conf kube-apiserver=pki/apiserver-etcd-client.crt etcd=pki/etcd/peer.crt; do
      conf=$(file "$one" "/etc/kubernetes/${part#*=}")
      begun=$(on "$one" sh -c "stat -c %Y /proc/$(grep -o "${part%=*}=[0-9]*" <<<"$all_pids" | cut -d= -f2)")
      ((begun >= $(stat -c %Y "$conf"))) || { echo "$one: ${part%=*} began at $begun, ${part#*=} is of $(stat -c %Y "$conf")"; return 1; }
    done
    is "$(on "$one" sh -c 'sed -n "s/^ *client-certificate-data: //p" /etc/kubernetes/scheduler.conf | base64 -d | openssl x509 -noout -checkend 30000000' >/dev/null && echo yes)" yes || return 1
  done
}
check 'certificates: every part runs since its own was written' restarted
idle() {
  local before
  before="$(pids a)$(pids b)$(pids c)"
  all 'a b c' "$renew" && is "$(pids a)$(pids b)$(pids c)" "$before" || return 1
  is "$(k -n kube-system get configmap hacluster-join --ignore-not-found -o name)" ''
}
check 'certificates: when none is near its end nothing is done, and the lock is free' idle
stays() {
  local one key
  key=$(sed -n 2p "$FAKE/parameters/roots~ca.key")
  for one in a b c; do
    is "$(on "$one" grep -rlF "$key" /etc /var/lib/kubelet /var/lib/hacluster /run 2>/dev/null)" /etc/kubernetes/pki/ca.key || return 1
    is "$(stat -c %a "$(file "$one" /etc/kubernetes/pki/ca.key)")" 600 || return 1
  done
  is "$(grep -c 'PutParameter roots/ca.key' "$FAKE/calls")" 1
}
check "certificates: the authority's key is in the store and at its one place on a host" stays
admin() {
  cp "$FAKE/parameters/access~admin" "$work/admin"
  jq --arg soon "$(date -u -d '+8 hours' +%FT%TZ)" '.expires = $soon' "$work/admin" >"$FAKE/parameters/access~admin"
  all 'a b c' /usr/local/sbin/hacluster-admin && operator || return 1
  ! cmp -s "$work/admin" "$FAKE/parameters/access~admin" && is "$(k auth can-i '*' '*')" yes
}
check 'certificates: the admin certificate in the secret store is renewed when it is due, and works' admin

# --- six months later
bootstrap_token() { jq -r .token "$FAKE/parameters/join~worker"; }
accepted() { curl -s -o /dev/null -w '%{http_code}' --cacert "$FAKE/parameters/roots~ca.crt" -H "Authorization: Bearer $1" "https://api.shop.test:6443/api/v1/namespaces/kube-system/configmaps/kubeadm-config"; }
first=$(bootstrap_token)
rejected() { [[ $(accepted "$first") == 401 ]]; }
swept() { [[ -z $(k -n kube-system get secret "bootstrap-token-${first%%.*}" --ignore-not-found -o name) ]]; }
gone() {
  is "$(accepted "$first")" 200 || return 1
  jq '.expires = "2020-01-01T00:00:00Z"' "$FAKE/parameters/join~worker" >"$work/join" && cp "$work/join" "$FAKE/parameters/join~worker"
  k -n kube-system patch secret "bootstrap-token-${first%%.*}" -p '{"stringData":{"expiration":"2020-01-01T00:00:00Z"}}' >/dev/null || return 1
  until_ok 10 rejected || return 1
  until_ok 20 swept
}
check 'six months: the first token has ended; the controller manager has swept it away' gone
power_on w worker
early() {
  local rc=0
  on w env HAC_ATTEMPT=3 /usr/local/sbin/hacluster-bootstrap >"$work/logs/early" 2>&1 || rc=$?
  is "$rc" 1 && grep -q 'a join token with two minutes left' "$work/logs/early" && [[ ! -e $(file w /etc/kubernetes/bootstrap-kubelet.conf) ]]
}
check 'six months: a worker does not try a token that has ended; it waits' early
is_node() { [[ $(k get node "$(name w)" --ignore-not-found -o 'jsonpath={.status.conditions[?(@.type=="Ready")].status}') == True ]]; }
joins() {
  all 'a b c' /usr/local/sbin/hacluster-token-rotate || return 1
  [[ $(bootstrap_token) != "$first" ]] || return 1
  # Strict: no token is enough. The approver does what its loop does every 15 s.
  on b /usr/local/sbin/hacluster-approver >>"$work/logs/approver" 2>&1
  boot w &
  local booting=$!
  while kill -0 "$booting" 2>/dev/null; do
    on b /usr/local/sbin/hacluster-approver >>"$work/logs/approver" 2>&1
    sleep 1
  done
  wait "$booting" || return 1
  grep -q 'approved node-csr' "$work/logs/approver" || return 1
  until_ok 30 is_node || return 1
  is "$(openssl x509 -in "$(file w /var/lib/kubelet/pki/kubelet-client-current.pem)" -noout -subject -nameopt RFC2253)" "subject=CN=system:node:$(name w),O=system:nodes" || return 1
  is "$(k get csr -o json | jq -r --arg user "system:bootstrap:$(bootstrap_token | cut -d. -f1)" '[.items[] | select(.spec.username == $user and (.status.certificate // "") != "")] | length')" 1
}
check 'six months: the rotated token, the approver and the renewed controller manager make it a node' joins
said 'the worker is in'

available() {
  cat "$work/seen.json"
  # One in 200 ms: five seconds in all, as the balancer needs to see what is away.
  jq -e '.asked > 50 and .writes > 50 and (.unanswered | length) <= 25 and (.lost | length) == 0 and (.refused | length) == 0' "$work/seen.json" >/dev/null
}
check 'the API answered all along, and no write of a client that stayed was lost' available
said "$(jq -r '"\(.asked) new connections, \(.unanswered | length) unanswered; \(.writes) writes, \(.retries) tried again, \(.lost | length) lost"' "$work/seen.json")"
tap_end
