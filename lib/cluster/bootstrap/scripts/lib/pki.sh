# shellcheck shell=bash
# Keys and certificates, by openssl alone. Sourced, never run.

make_key() { openssl ecparam -name prime256v1 -genkey -noout; }

make_public() { openssl pkey -in "$1" -pubout; }

# sign CSR EXTENSIONS FROM UNTIL SIGNER...: prints a certificate. `openssl req` cannot date one back, `openssl ca` can;
# a node whose clock is a little behind would refuse one that begins now.
sign() {
  local csr=$1 extensions=$2 from=$3 until=$4 work rc=0
  shift 4
  work=$(mktemp -d "$HAC_RUN/sign.XXXXXX") || return 1
  : >"$work/index"
  cat >"$work/cnf" <<CNF
[ca]
default_ca = own
[own]
database = $work/index
unique_subject = no
new_certs_dir = $work
rand_serial = yes
default_md = sha256
policy = any
x509_extensions = ext
[any]
organizationName = optional
commonName = supplied
[ext]
$extensions
CNF
  openssl ca -batch -notext -config "$work/cnf" -in "$csr" -out "$work/crt" \
    -startdate "$(stamp "$from")" -enddate "$(stamp "$until")" "$@" >"$work/log" 2>&1 || rc=$?
  if ((rc == 0)); then cat "$work/crt"; else cat "$work/log" >&2; fi
  rm -rf "$work"
  return "$rc"
}

stamp() { date -u -d "$1" +%Y%m%d%H%M%SZ; }

# make_authority KEY NAME: a root that lives ten years.
make_authority() {
  local csr rc=0
  csr=$(mktemp "$HAC_RUN/csr.XXXXXX") || return 1
  openssl req -new -key "$1" -subj "/CN=$2" -out "$csr" &&
    sign "$csr" 'basicConstraints = critical, CA:TRUE
keyUsage = critical, digitalSignature, keyEncipherment, keyCertSign
subjectKeyIdentifier = hash' '-1 hour' '+3650 days' -selfsign -keyfile "$1" || rc=$?
  rm -f "$csr"
  return "$rc"
}

# make_client KEY NAME GROUP HOURS: a client certificate of the cluster's authority.
make_client() {
  local csr rc=0
  csr=$(mktemp "$HAC_RUN/csr.XXXXXX") || return 1
  openssl req -new -key "$1" -subj "/O=$3/CN=$2" -out "$csr" && sign_client "$csr" "$4" || rc=$?
  rm -f "$csr"
  return "$rc"
}

# sign_client CSR HOURS ARGUMENTS...: of a request nothing counts but its key and, unless -subj says another, its subject.
sign_client() {
  sign "$1" 'basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature, keyEncipherment
extendedKeyUsage = clientAuth
authorityKeyIdentifier = keyid' '-5 minutes' "+$2 hours" -cert "$HAC_PKI/ca.crt" -keyfile "$HAC_PKI/ca.key" "${@:3}"
}

# own_kubeconfig FILE: an hour of everything; whoever holds the authority's key may give it to himself anyway. Put there at
# once, since several timers use the same.
own_kubeconfig() {
  local work
  work=$(mktemp -d "$HAC_RUN/own.XXXXXX") || return 1
  make_key >"$work/key" && make_client "$work/key" "hacluster:$NODE_NAME" system:masters 1 >"$work/crt" || return 1
  jq -n --arg server "https://$HAC_ENDPOINT" --arg ca "$(base64 -w0 "$HAC_PKI/ca.crt")" \
    --rawfile crt <(base64 -w0 "$work/crt") --rawfile key <(base64 -w0 "$work/key") '{
      apiVersion: "v1", kind: "Config", "current-context": "own",
      clusters: [{name: "own", cluster: {server: $server, "certificate-authority-data": $ca}}],
      users: [{name: "own", user: {"client-certificate-data": $crt, "client-key-data": $key}}],
      contexts: [{name: "own", context: {cluster: "own", user: "own"}}]}' >"$work/conf" && mv "$work/conf" "$1" || return 1
  rm -rf "$work"
}

# publish_admin: the certificate that Terraform connects with; half a day of life, so it is never worth keeping.
publish_admin() {
  local work
  work=$(mktemp -d "$HAC_RUN/admin.XXXXXX") || return 1
  make_key >"$work/key" && make_client "$work/key" "terraform:$HAC_CLUSTER" "$HAC_ADMIN_GROUP" 12 >"$work/crt" || return 1
  jq -n --rawfile certificate "$work/crt" --rawfile key "$work/key" --rawfile ca "$HAC_PKI/ca.crt" \
    --arg expires "$(date -u -d '+12 hours' +%FT%TZ)" '$ARGS.named' | secret_put access/admin || return 1
  rm -rf "$work"
  log "stored an admin certificate of 12 hours"
}
