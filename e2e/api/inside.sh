# Runs as the first control plane of a cluster, in a sandbox: the library's scripts, kubeadm's phases, and then the programs.
# shellcheck shell=bash
source "$REPO/e2e/support/tap.sh"
source /usr/local/lib/hacluster/common.sh
for part in kubeadm-files pki roots decide etcd serial join init; do
  # shellcheck source=/dev/null
  source "$HAC_LIB/$part.sh"
done
set +eE
api=https://10.20.0.4:6443
manifests=/etc/kubernetes/manifests
mkdir -p /run/logs
printf '10.20.0.4 api.shop.test\n' >>/etc/hosts

phases() {
  write_kubeadm_files || return 1
  make_roots || return 1
  publish_admin || return 1
  local phase
  for phase in 'certs all' 'kubeconfig all' 'etcd local' 'control-plane all'; do
    # shellcheck disable=SC2086 # two words
    kubeadm init phase $phase --config "$HAC_RUN/kubeadm/init.yaml" || return 1
  done
}

start() { # NAME
  setsid node "$REPO/e2e/boot/static-pod.mjs" "$manifests/$1.yaml" >>"/run/logs/$1.log" 2>&1 &
  echo $! >"/run/$1.pid"
}

stop() { # NAME
  kill "$(cat "/run/$1.pid")"
  while kill -0 "$(cat "/run/$1.pid")" 2>/dev/null; do sleep 0.1; done
}

ready() {
  local left
  for ((left = 240; left > 0; left--)); do
    if [[ $(curl -s --cacert "$HAC_PKI/ca.crt" "$api/readyz") == ok ]]; then return 0; fi
    sleep 0.25
  done
  tail -5 /run/logs/*.log
  return 1
}

k() { kubectl --kubeconfig /etc/kubernetes/super-admin.conf --server "$api" "$@"; }
# with CERTIFICATE KEY URL-PATH: the status of a request with that certificate.
with() { curl -s -o /dev/null -w '%{http_code}' --cacert "$HAC_PKI/ca.crt" --cert "$1" --key "$2" "$api$3"; }
anonymous() { curl -s -o /dev/null -w '%{http_code}' --cacert "$HAC_PKI/ca.crt" "$api$1"; }
is() { [[ $1 == "$2" ]] || { echo "got $1, not $2"; return 1; }; }

cloud_facts
check 'the roots are made, and kubeadm makes all of its files from them' phases
start etcd
start kube-apiserver
check 'etcd and the API server start from the manifests' ready
# It creates what the admin group may do, as `kubeadm init` does.
kubeadm init phase bootstrap-token --config "$HAC_RUN/kubeadm/init.yaml" --skip-token-print >/dev/null 2>&1

same_roots() {
  openssl x509 -in "$HAC_PKI/apiserver.crt" -noout -text | grep -q 'DNS:api.shop.test' || return 1
  openssl x509 -in "$HAC_PKI/apiserver.crt" -noout -text | grep -q 'DNS:public.shop.test' || return 1
  openssl verify -CAfile "$FAKE/parameters/roots~ca.crt" "$HAC_PKI/apiserver.crt" || return 1
  openssl verify -CAfile "$FAKE/parameters/roots~etcd~ca.crt" "$HAC_PKI/etcd/server.crt" || return 1
  openssl verify -CAfile "$FAKE/parameters/roots~front-proxy-ca.crt" "$HAC_PKI/front-proxy-client.crt"
}
check 'every certificate of kubeadm is signed by the stored roots, and the names are right' same_roots

secrets_are_encrypted() {
  k -n default create secret generic proof --from-literal=word=unreadable-in-etcd >/dev/null || return 1
  local raw=/run/raw
  etcdctl_at https://127.0.0.1:2379 get /registry/secrets/default/proof --print-value-only >"$raw" || return 1
  head -c 40 "$raw" | grep -aq '^k8s:enc:secretbox:v1:key-' || return 1
  ! grep -aq unreadable-in-etcd "$raw" || return 1
  is "$(k -n default get secret proof -o 'jsonpath={.data.word}' | base64 -d)" unreadable-in-etcd
}
check 'Secrets cannot be read in etcd' secrets_are_encrypted

check 'anonymous requests reach /readyz' is "$(anonymous /readyz)" 200
check 'anonymous requests reach /livez' is "$(anonymous /livez)" 200
check 'anonymous requests reach nothing else: /api' is "$(anonymous /api)" 401
check 'anonymous requests reach nothing else: /version' is "$(anonymous /version)" 401
check 'anonymous requests reach nothing else: cluster-info' is "$(anonymous /api/v1/namespaces/kube-public/configmaps/cluster-info)" 401

jq -r .certificate "$FAKE/parameters/access~admin" >/run/admin.crt
jq -r .key "$FAKE/parameters/access~admin" >/run/admin.key
check 'the admin certificate from the secret store may do everything' is "$(with /run/admin.crt /run/admin.key /api/v1/secrets)" 200
expired() {
  openssl req -new -key /run/admin.key -subj "/O=kubeadm:cluster-admins/CN=terraform:shop" -out /run/old.csr || return 1
  sign /run/old.csr 'extendedKeyUsage = clientAuth' '-13 hours' '-1 hour' -cert "$HAC_PKI/ca.crt" -keyfile "$HAC_PKI/ca.key" >/run/old.crt || return 1
  is "$(with /run/old.crt /run/admin.key /api/v1/secrets)" 401
}
check 'an expired one may do nothing' expired
withdrawn() {
  k delete clusterrolebinding kubeadm:cluster-admins >/dev/null || return 1
  local now
  for _ in 1 2 3 4 5 6 7 8; do
    now=$(with /run/admin.crt /run/admin.key /api/v1/secrets)
    if [[ $now == 403 ]]; then break; fi
    sleep 0.5
  done
  kubeadm init phase bootstrap-token --config "$HAC_RUN/kubeadm/init.yaml" --skip-token-print >/dev/null 2>&1
  k create clusterrolebinding kubeadm:cluster-admins --clusterrole=cluster-admin --group=kubeadm:cluster-admins >/dev/null 2>&1
  is "$now" 403
}
check 'the rights of the admin certificate can be withdrawn' withdrawn

audited() {
  local log=/var/log/kubernetes/audit/audit.log
  jq -es 'any(.[]; .objectRef.resource == "secrets" and .verb == "create" and .level == "Metadata")' "$log" >/dev/null || return 1
  jq -es 'any(.[]; .objectRef.resource == "clusterrolebindings" and .level == "RequestResponse")' "$log" >/dev/null || return 1
  ! grep -q "$(printf unreadable-in-etcd | base64)" "$log"
}
check 'the audit log tells of Secrets without their content, and of rights in full' audited

pod() { # NAMESPACE
  k -n "$1" create -f - 2>&1 <<'Y'
{"apiVersion": "v1", "kind": "Pod", "metadata": {"generateName": "x-"}, "spec": {"hostNetwork": true, "automountServiceAccountToken": false, "containers": [{"name": "x", "image": "x"}]}}
Y
}
k -n default create serviceaccount default >/dev/null 2>&1
k -n kube-system create serviceaccount default >/dev/null 2>&1
refused() {
  local answer
  answer=$(pod default)
  [[ $answer == *'violates PodSecurity "baseline:latest"'* ]] || { echo "$answer"; return 1; }
}
check 'a pod on the host network is refused where the namespace says nothing' refused
check 'and is not in kube-system' pod kube-system

rotated() {
  /usr/local/sbin/hacluster-token-rotate --force || return 1
  local token
  token=$(jq -er .token "$FAKE/parameters/join~worker")
  is "$(curl -s -o /dev/null -w '%{http_code}' --cacert "$HAC_PKI/ca.crt" -H "Authorization: Bearer $token" "$api/api/v1/namespaces/kube-system/configmaps/kubeadm-config")" 403 || return 1
  cp "$FAKE/parameters/join~worker" /run/before
  /usr/local/sbin/hacluster-token-rotate || return 1
  cmp /run/before "$FAKE/parameters/join~worker"
}
check 'the worker token is a real one, and is kept while it is fresh' rotated

request() { # CSR NODE SIGNER USAGE [SAN]
  local token extra=()
  token=$(jq -r .token "$FAKE/parameters/join~worker")
  if [[ -n ${5-} ]]; then extra=(-addext "subjectAltName=$5"); fi
  openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout /dev/null -subj "/O=system:nodes/CN=system:node:$2" "${extra[@]}" -out /run/node.csr 2>/dev/null
  jq -n --arg name "$1" --arg signer "$3" --arg usage "$4" --arg csr "$(base64 -w0 /run/node.csr)" '{apiVersion: "certificates.k8s.io/v1", kind: "CertificateSigningRequest",
    metadata: {$name}, spec: {request: $csr, signerName: $signer, usages: ["digital signature", $usage]}}' >/run/csr.json
  kubectl --server "$api" --certificate-authority "$HAC_PKI/ca.crt" --token "$token" create -f /run/csr.json
}
approved() { # CSR yes|no
  is "$(k get csr "$1" -o json | jq -r 'if .status.conditions[0].type == "Approved" then "yes" else "no" end')" "$2"
}
attested() {
  local client=kubernetes.io/kube-apiserver-client-kubelet
  k create clusterrolebinding kubeadm:node-autoapprove-bootstrap --clusterrole=x --group=y >/dev/null 2>&1
  request real ip-10-20-0-5.eu-central-1.compute.internal $client 'client auth' || return 1
  request stranger ip-10-20-0-77.eu-central-1.compute.internal $client 'client auth' || return 1
  request serving ip-10-20-0-5.eu-central-1.compute.internal kubernetes.io/kubelet-serving 'server auth' IP:10.20.0.5 || return 1
  /usr/local/sbin/hacluster-approver || return 1
  approved real yes && approved stranger no || return 1
  # A token is not the node whose name it asks for.
  approved serving no || return 1
  ! k get clusterrolebinding kubeadm:node-autoapprove-bootstrap >/dev/null 2>&1
}
check 'by a token, only a machine that the cloud knows becomes a node' attested

served() {
  k --as system:node:ip-10-20-0-5.eu-central-1.compute.internal --as-group system:nodes --as-group system:authenticated create -f /run/serving.json || return 1
  k --as system:node:ip-10-20-0-5.eu-central-1.compute.internal --as-group system:nodes --as-group system:authenticated create -f /run/foreign.json || return 1
  /usr/local/sbin/hacluster-approver || return 1
  approved own-address yes && approved foreign-address no
}
request x ip-10-20-0-5.eu-central-1.compute.internal kubernetes.io/kubelet-serving 'server auth' IP:10.20.0.5 >/dev/null 2>&1
jq '.metadata.name = "own-address"' /run/csr.json >/run/serving.json
request y ip-10-20-0-5.eu-central-1.compute.internal kubernetes.io/kubelet-serving 'server auth' IP:10.20.0.9 >/dev/null 2>&1
jq '.metadata.name = "foreign-address"' /run/csr.json >/run/foreign.json
check "a node gets a serving certificate for its own addresses, not for others'" served

renewed() {
  cp "$FAKE/parameters/access~admin" /run/before
  /usr/local/sbin/hacluster-admin || return 1
  cmp /run/before "$FAKE/parameters/access~admin" || return 1
  /usr/local/sbin/hacluster-admin --force || return 1
  ! cmp -s /run/before "$FAKE/parameters/access~admin"
}
check 'the admin certificate is renewed when it is due' renewed

snapshot() {
  /usr/local/sbin/hacluster-etcd-snapshot || return 1
  local latest
  latest=$(cat "$FAKE/objects/snapshots~1a2b3c4d~LATEST")
  jq -e '.totalKey > 0 and .kubernetesVersion == "1.36.3"' "$FAKE/objects/${latest//\//\~}.json" >/dev/null || return 1
  ! grep -aq unreadable-in-etcd "$FAKE/objects/${latest//\//\~}"
}
check 'the leader stores a snapshot, which holds no readable Secret' snapshot

# The command line as somebody runs it who is signed in to the cloud; keys are the same for all, `caller` says who it is.
commands() { # COMMAND ARGUMENTS...
  AWS_ACCESS_KEY_ID=ASIAEXAMPLE AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY AWS_SESSION_TOKEN=to/ken+== \
    NODE_EXTRA_CA_CERTS=/run/cloud.crt node "$REPO/node_modules/tsx/dist/cli.mjs" "$REPO/cli/main.ts" "$1" --cluster shop --region eu-central-1 "${@:2}"
}
printf '{"uid":"1a2b3c4d","endpoint":"api.shop.test:6443"}' >"$FAKE/parameters/~hacluster~shop~current"
admins=arn:aws:sts::123456789012:assumed-role/Admins
printf '[{"identity":"arn:aws:iam::123456789012:user/alice","groups":["developers"],"hours":1},{"identity":"%s/*","groups":["platform-admins"],"hours":8}]' "$admins" \
  >"$FAKE/parameters/access~people"

# meanwhile COMMAND...: with hosts that look for what people ask, every half second.
meanwhile() {
  local rc=0 hosts
  (while :; do /usr/local/sbin/hacluster-requests && sleep 0.5; done) >/run/logs/requests.log 2>&1 &
  hosts=$!
  disown
  "$@" || rc=$?
  kill "$hosts"
  return "$rc"
}

named() { # ARN FILE NAME GROUP
  printf %s "$1" >"$FAKE/caller"
  meanwhile commands access --output "$2" || { cat /run/logs/requests.log; return 1; }
  is "$(kubectl --kubeconfig "$2" auth whoami -o json | jq -r '.status.userInfo | "\(.username) \(.groups - ["system:authenticated"] | join(","))"')" "$3 $4" || return 1
  compgen -G "$FAKE/parameters/access~requests~*" && return 1
  is "$(stat -c %a "$2")" 600
}
check "access: a person's name is the cloud's, and the groups are the list's" named arn:aws:iam::123456789012:user/alice /run/alice.conf alice developers
check 'access: another person has another name' named "$admins/bob@example.com" /run/bob.conf Admins/bob@example.com platform-admins

told_apart() {
  k create clusterrolebinding platform-admins --clusterrole=cluster-admin --group=platform-admins >/dev/null || return 1
  kubectl --kubeconfig /run/bob.conf -n default create configmap made-by-bob >/dev/null || return 1
  if kubectl --kubeconfig /run/alice.conf -n default create configmap made-by-alice >/dev/null 2>&1; then return 1; fi
  is "$(cat /var/log/kubernetes/audit/*.log | jq -rs '[.[] | select(.verb == "create" and .objectRef.resource == "configmaps" and (.user.username | . == "alice" or startswith("Admins/"))) | "\(.user.username) \(.responseStatus.code)"] | unique | join(", ")')" \
    'Admins/bob@example.com 201, alice 403'
}
check 'access: groups decide what they may do, and the audit log tells them apart' told_apart

stranger() {
  local rc=0 answer
  printf arn:aws:iam::123456789012:user/mallory >"$FAKE/caller"
  answer=$(meanwhile commands access --output /run/mallory.conf 2>&1) || rc=$?
  [[ $answer == *"refused: arn:aws:iam::123456789012:user/mallory is not in the cluster's list of people"* && ! -e /run/mallory.conf ]] || { echo "$answer"; return 1; }
  is "$rc" 1
}
check 'access: a stranger is refused, and told why' stranger

asked_for() {
  local answer key
  answer=$(meanwhile commands snapshot --json) || { echo "$answer"; cat /run/logs/requests.log; return 1; }
  key=$(jq -er 'select(.keys > 100 and .revision > 100).key' <<<"$answer") && is "$key" "$(cat "$FAKE/objects/snapshots~1a2b3c4d~LATEST")"
}
check 'snapshot: one is stored when it is asked for, through the API' asked_for

not_while_it_lives() {
  local answer rc=0 before
  before=$(cat "$FAKE/parameters/state")
  answer=$(commands restore --yes 2>&1) || rc=$?
  [[ $answer == 'restore: an API server answers at api.shop.test:6443'* ]] || { echo "$answer"; return 1; }
  is "$rc" 1 && is "$(cat "$FAKE/parameters/state")" "$before"
}
check 'restore: is refused while an API server answers' not_while_it_lives

damaged() {
  local latest file
  latest=$(cat "$FAKE/objects/snapshots~1a2b3c4d~LATEST")
  file=$FAKE/objects/${latest//\//\~}
  cp "$file" /run/kept
  printf x >>"$file"
  local rc=0
  /usr/local/sbin/hacluster-etcd-restore || rc=$?
  cp /run/kept "$file"
  is "$rc" 1 && [[ -d /var/lib/etcd/data/member ]]
}
check 'a damaged snapshot is refused, and nothing is touched' damaged

restored() {
  k -n default create configmap after-the-snapshot >/dev/null || return 1
  stop kube-apiserver
  stop etcd
  rm -rf /var/lib/etcd/data
  printf '{"phase":"restore"}' >"$FAKE/parameters/state"
  /usr/local/sbin/hacluster-etcd-restore || return 1
  start etcd
  start kube-apiserver
  ready || return 1
  is "$(k -n default get secret proof -o 'jsonpath={.data.word}' | base64 -d)" unreadable-in-etcd || return 1
  ! k -n default get configmap after-the-snapshot >/dev/null 2>&1
}
check 'after the loss of everything, the snapshot brings the cluster back with the same roots' restored
tap_end
