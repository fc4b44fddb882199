# shellcheck shell=bash
# The roots of trust: made once, on the host that holds the init lock, and kept in the secret store. Sourced, never run.

HAC_ROOTS=(ca.key ca.crt etcd/ca.key etcd/ca.crt front-proxy-ca.key front-proxy-ca.crt sa.key sa.pub)
HAC_ENCRYPTION=/etc/kubernetes/enc/encryption.yaml

root_folders() {
  install -d -m 0755 /etc/kubernetes "$HAC_PKI" "$HAC_PKI/etcd"
  install -d -m 0700 "${HAC_ENCRYPTION%/*}"
}

# take NAME FILE: what the store holds.
take() {
  local rc=0
  secret_get "roots/$1" >"$2.new" || rc=$?
  if ((rc == 0)) && [[ ! -s $2.new ]]; then rc=1; fi
  if ((rc != 0)); then
    rm -f "$2.new"
    return "$rc"
  fi
  case $1 in *.crt | *.pub) chmod 0644 "$2.new" ;; esac
  mv "$2.new" "$2"
}

# settle NAME FILE MAKE...: what the store holds, made first if it holds nothing. Only what was read back from the store
# is ever used, so a crash at any point, and a second maker, end with the same roots.
settle() {
  local name=$1 file=$2 rc=0
  shift 2
  take "$name" "$file" || rc=$?
  ((rc == 4)) || return "$rc"
  "$@" >"$file.made" || return 1
  rc=0
  secret_create "roots/$name" <"$file.made" || rc=$?
  rm -f "$file.made"
  ((rc == 0 || rc == 3)) || return 1
  take "$name" "$file"
}

make_encryption() {
  cat <<YAML
apiVersion: apiserver.config.k8s.io/v1
kind: EncryptionConfiguration
resources:
  - resources: [secrets]
    providers:
      - secretbox:
          keys:
            - {name: key-$(date -u +%Y%m%d), secret: $(openssl rand -base64 32)}
      - identity: {}
YAML
}

make_roots() {
  local pair
  root_folders
  for pair in ca=kubernetes etcd/ca=etcd-ca front-proxy-ca=front-proxy-ca; do
    local file=$HAC_PKI/${pair%=*}
    settle "${pair%=*}.key" "$file.key" make_key || return 1
    settle "${pair%=*}.crt" "$file.crt" make_authority "$file.key" "${pair#*=}" || return 1
  done
  settle sa.key "$HAC_PKI/sa.key" make_key || return 1
  settle sa.pub "$HAC_PKI/sa.pub" make_public "$HAC_PKI/sa.key" || return 1
  settle encryption.yaml "$HAC_ENCRYPTION" make_encryption || return 1
  publish_authority
}

# What workers verify the API server by; a stranger's certificate in its place stops everything.
publish_authority() {
  local rc=0
  secret_create public/ca.crt <"$HAC_PKI/ca.crt" || rc=$?
  ((rc == 0 || rc == 3)) || return 1
  fetch_authority || return 1
  cmp -s "$HAC_CA" "$HAC_PKI/ca.crt" || die "public/ca.crt in the secret store is not the certificate of roots/ca.key"
}

fetch_roots() {
  local name
  root_folders
  for name in "${HAC_ROOTS[@]}"; do take "$name" "$HAC_PKI/$name" || return 1; done
  take encryption.yaml "$HAC_ENCRYPTION" || return 1
  install -m 0644 "$HAC_PKI/ca.crt" "$HAC_CA"
}
