# shellcheck shell=bash
# The keys that Secrets are encrypted by in etcd, as lines of an EncryptionConfiguration. Sourced, never run.

HAC_KEY_LINE='^ *- \{name: ([a-z0-9-]+), secret: [A-Za-z0-9+/=]+\}$'

# key_names FILE: the first is the one that writes.
key_names() {
  local line
  while IFS= read -r line; do
    if [[ $line =~ $HAC_KEY_LINE ]]; then printf '%s\n' "${BASH_REMATCH[1]}"; fi
  done <"$1"
}

# with_keys FILE NAME...: the file with these keys in this order; a name that it does not hold gets a new key.
with_keys() {
  local file=$1 line name done=''
  local -A lines=()
  shift
  while IFS= read -r line; do
    if [[ $line =~ $HAC_KEY_LINE ]]; then lines[${BASH_REMATCH[1]}]=$line; fi
  done <"$file"
  for name in "$@"; do [[ -n ${lines[$name]:-} ]] || lines[$name]=$(key_line "$name") || return 1; done
  while IFS= read -r line; do
    if [[ ! $line =~ $HAC_KEY_LINE ]]; then
      printf '%s\n' "$line"
    elif [[ -z $done ]]; then
      done=yes
      for name in "$@"; do printf '%s\n' "${lines[$name]}"; done
    fi
  done <"$file"
}

key_line() { # NAME
  local secret
  secret=$(openssl rand -base64 32) && printf '            - {name: %s, secret: %s}' "$1" "$secret"
}

# stale_secrets KEY: namespace/name of every Secret that etcd holds under another key, or under none. A page at a time.
stale_secrets() {
  local from=/registry/secrets/ page last
  page=$(mktemp "$HAC_RUN/page.XXXXXX") || return 1
  while :; do
    etcdctl_at https://127.0.0.1:2379 get "$from" /registry/secrets0 --limit 100 -w fields >"$page" || break
    awk -F' : ' -v good="\"k8s:enc:secretbox:v1:$1:" '
      $1 == "\"Key\"" { key = substr($2, 20, length($2) - 20) }
      $1 == "\"Value\"" && index($2, good) != 1 { print key }' "$page"
    last=$(awk -F' : ' '$1 == "\"Key\"" { key = substr($2, 2, length($2) - 2) } END { print key }' "$page")
    if [[ -z $last ]]; then
      rm -f "$page"
      return 0
    fi
    # The lowest sign that no name holds: what comes next is after it.
    from=$last!
  done
  rm -f "$page"
  return 1
}

# rewrite_secrets KEY: 0 if every Secret is under this key; otherwise has the API server write the others again, which it
# does though nothing changes.
rewrite_secrets() {
  local all names space
  all=$(stale_secrets "$1") || return 1
  if [[ -z $all ]]; then return 0; fi
  log "writing $(wc -l <<<"$all") Secrets again under $1"
  for space in $(cut -d/ -f1 <<<"$all" | sort -u); do
    mapfile -t names < <(sed -n "s|^$space/||p" <<<"$all")
    while ((${#names[@]})); do
      # One that was changed or deleted meanwhile is seen in the next round.
      kc -n "$space" get secret "${names[@]:0:100}" --ignore-not-found -o json | kc replace -f - >/dev/null || true
      names=("${names[@]:100}")
    done
  done
  return 1
}
