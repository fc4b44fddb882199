#!/usr/bin/env bats
# Which certificate requests the approver approves: real requests by openssl, a cloud and an API that are stand-ins.

setup() {
  export HAC_RUN=$BATS_TEST_TMPDIR FAKE=$BATS_TEST_TMPDIR HAC_ATTESTATION=cloud HAC_UID=u1
  # shellcheck source=/dev/null
  source "$TREES/v1.36/control-plane/root/usr/local/lib/hacluster/csr.sh"
  machine_facts() { cat "$FAKE/machine-$1" 2>/dev/null; }
  kubectl() { cat "$FAKE/node" 2>/dev/null || true; }
  machine ip-10-0-1-5 worker 60
  machine cp-1 control-plane 60
  OWN=/O=system:nodes/CN=system:node:ip-10-0-1-5
}

machine() { # NAME ROLE AGE [STATE] [CLUSTER]
  jq -nc --arg node "$1" --arg role "$2" --arg launched "$(date -u -d "-$3 sec" +%FT%TZ)" --arg state "${4:-running}" --arg cluster "${5:-u1}" \
    '{$node, $role, $launched, $state, $cluster, ips: ["10.0.1.5"], dns: ["ip-10-0-1-5.internal"]}' >"$FAKE/machine-$1"
}

csr() { # SIGNER USAGES USER GROUPS SUBJECT SAN
  local extra=()
  if [[ -n $6 ]]; then extra=(-addext "subjectAltName=$6"); fi
  openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout /dev/null -subj "$5" "${extra[@]}" -out "$FAKE/csr.pem" 2>/dev/null
  jq -nc --arg request "$(base64 -w0 "$FAKE/csr.pem")" --arg signerName "$1" --arg usages "$2" --arg username "$3" --arg groups "$4" \
    '{spec: {$request, $signerName, $username, groups: ($groups | split(",")), usages: ($usages | split(","))}}'
}
TOKEN=system:bootstrappers,system:bootstrappers:kubeadm:default-node-token
client() { csr kubernetes.io/kube-apiserver-client-kubelet "${USAGES-digital signature,client auth}" "${FROM-system:bootstrap:abcdef}" "${GROUPS_-$TOKEN}" "${SUBJECT-$OWN}" "${SAN-}"; }
serving() { csr kubernetes.io/kubelet-serving "${USAGES-digital signature,server auth}" "${FROM-system:node:ip-10-0-1-5}" system:nodes "${SUBJECT-$OWN}" "${SAN-DNS:ip-10-0-1-5.internal,IP:10.0.1.5}"; }
yes() {
  run judge "$("$1")"
  echo "$output"
  [ "$status" -eq 0 ]
}
no() { # KIND REASON
  run judge "$("$1")"
  echo "$output"
  [ "$status" -eq 1 ]
  [[ $output == *"$2"* ]]
}

@test "a new machine's first certificate" { yes client; }
@test "its serving certificate" { yes serving; }
@test "a first certificate is left to others without attestation" { HAC_ATTESTATION=none no client ignored; }
@test "a machine that the cloud does not know is refused" { SUBJECT=/O=system:nodes/CN=system:node:evil no client 'does not know evil'; }
@test "a machine of another cluster is refused" {
  machine ip-10-0-1-5 worker 60 running u2
  no client 'not a running machine of this cluster'
}
@test "a machine that has ended is refused" {
  machine ip-10-0-1-5 worker 60 terminated
  no client 'not a running machine of this cluster'
}
@test "the name of a Ready node is refused" {
  echo '{"status": {"conditions": [{"type": "Ready", "status": "True"}]}}' >"$FAKE/node"
  no client 'is a Ready node already'
}
@test "a node that is not Ready may come back for half an hour after its machine's start" {
  echo '{"status": {"conditions": [{"type": "Ready", "status": "Unknown"}]}}' >"$FAKE/node"
  yes client
  machine ip-10-0-1-5 worker 7200
  no client 'more than half an hour'
}
@test "a machine that waited long for its cluster still joins" {
  machine ip-10-0-1-5 worker 7200
  yes client
}
@test "a worker's token is refused a control plane's name" {
  SUBJECT=/O=system:nodes/CN=system:node:cp-1 no client 'is a control plane, the token is not for one'
  GROUPS_=$TOKEN,system:bootstrappers:hacluster:control-plane SUBJECT=/O=system:nodes/CN=system:node:cp-1 yes client
}
@test "another requester than a token is refused a first certificate" {
  FROM=system:serviceaccount:default:x no client 'asked for by system:serviceaccount:default:x'
  GROUPS_=system:authenticated no client 'asked for by'
}
@test "another subject is refused" {
  SUBJECT=/O=system:masters/CN=system:node:ip-10-0-1-5 no client 'organization is not system:nodes'
  SUBJECT=/O=system:nodes/O=system:masters/CN=system:node:ip-10-0-1-5 no client 'organization is not system:nodes'
  SUBJECT=/O=system:nodes/CN=admin no client 'the common name is admin'
  SUBJECT=/O=system:nodes/OU=x/CN=system:node:ip-10-0-1-5 no client 'further parts'
  SUBJECT='/O=system:nodes/CN=system:node:..\/x' no client 'the common name is'
}
@test "other usages and names in a first certificate are refused" {
  USAGES='digital signature,client auth,server auth' no client 'other usages'
  SAN=DNS:x no client 'no alternative names'
}
@test "a serving certificate for others' names, addresses or kinds of name is refused" {
  SAN=IP:10.0.9.9 no serving 'IP:10.0.9.9 is not of ip-10-0-1-5'
  SAN=DNS:api.shop.test,IP:10.0.1.5 no serving 'DNS:api.shop.test is not of ip-10-0-1-5'
  SAN=email:a@b.c no serving 'neither a name nor an address'
}
@test "a serving certificate is refused to another node, and with other usages" {
  FROM=system:node:other no serving 'asked for by system:node:other'
  USAGES='digital signature,client auth' no serving 'other usages'
}
@test "what is no request, or not signed by its own key, is refused" {
  run judge "$(client | jq -c '.spec.request = "Z2FyYmFnZQ=="')"
  [ "$status" -eq 1 ]
  [[ $output == *'not a request that is signed by its own key'* ]]
}
@test "a request whose signature is another's is refused" {
  local broken
  client >/dev/null
  openssl req -in "$FAKE/csr.pem" -outform der -out "$FAKE/csr.der"
  # The last byte belongs to the signature.
  broken=$(head -c -1 "$FAKE/csr.der" | cat - <(printf '\1') | base64 -w64)
  broken=$(printf -- '-----BEGIN CERTIFICATE REQUEST-----\n%s\n-----END CERTIFICATE REQUEST-----\n' "$broken" | base64 -w0)
  run judge "$(client | jq -c --arg broken "$broken" '.spec.request = $broken')"
  [[ $output == *'not a request that is signed by its own key'* ]]
}
@test "other signers' requests are left alone" {
  run judge "$(client | jq -c '.spec.signerName = "example.com/x"')"
  [ "$output" = ignored ]
}
