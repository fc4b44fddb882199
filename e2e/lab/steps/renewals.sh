# shellcheck shell=bash disable=SC2154,SC2016 # here and work are run's; machines have shells of their own
# Certificates and the encryption key are renewed under real kubelets, for run: it brings lab, kubectl, until_true and work.

# A machine's own file, as its host sees it.
root_of() { echo "$LAB/machines/$1/root"; }

# Which hosts lack a manifest, a line each time that this changes.
watch_manifests() {
  local name absent last=''
  while [ -e "$work/renewing" ]; do
    absent=$(for name in $1; do [ "$(find "$(root_of "$name")/etc/kubernetes/manifests" -name '*.yaml' | wc -l)" = 4 ] || echo "$name"; done | paste -sd' ')
    [ "$absent" = "$last" ] || echo "$absent"
    last=$absent
    sleep 0.1
  done
}

# served NAME PORT: the number of the certificate that is shown there.
served() {
  lab in "$1" bash -c 'openssl s_client -connect "$1" -cert /etc/kubernetes/pki/etcd/healthcheck-client.crt -key /etc/kubernetes/pki/etcd/healthcheck-client.key < /dev/null 2> /dev/null |
    openssl x509 -noout -serial' - "$(address "$1"):$2" < /dev/null
}
numbers() { for name in $1; do for port in 6443 2379 2380; do echo "$name $port $(served "$name" "$port")" || return 1; done; done; }

# All hosts are told at once, and do it one after the other.
renew_certificates() {
  local names name running=() result=0
  names=$(control_planes | paste -sd' ')
  numbers "$names" > "$work/numbers.before" || return 1
  : > "$work/renewing"
  watch_manifests "$names" > "$work/absent" &
  for name in $names; do
    lab in "$name" /usr/local/sbin/hacluster-certificates --force > "$work/renewal.$name" 2>&1 < /dev/null &
    running+=($!)
  done
  for name in "${running[@]}"; do wait "$name" || result=1; done
  rm "$work/renewing"
  [ "$result" = 0 ] || { tail -n 5 "$work"/renewal.*; return 1; }
  numbers "$names" > "$work/numbers" || return 1
  [ "$(cut -d' ' -f3 "$work/numbers.before" "$work/numbers" | sort | uniq -d | wc -l)" = 0 ] || { paste "$work/numbers.before" "$work/numbers"; return 1; }
  if grep ' ' "$work/absent"; then echo 'two hosts were without a part at once'; return 1; fi
  for name in $names; do grep -qx "$name" "$work/absent" || { echo "$name was never seen without a part"; return 1; }; done
  until_true 60 all_ready && echo "$(wc -l < "$work/numbers") certificates shown, all new"
}

keys_of() { sed -n 's/^ *- {name: \([a-z0-9-]*\), secret: .*/\1/p' "$(root_of "$1")/etc/kubernetes/enc/encryption.yaml" | paste -sd' '; }

# What docs/operations.md tells, with the timers' services started by hand.
rotate_encryption_key() {
  local names name key rounds=0
  names=$(control_planes | paste -sd' ')
  key=key-of-the-lab-$SECONDS
  for name in 1 2 3; do kubectl create secret generic "kept-$name" "--from-literal=word=word-$name" > /dev/null || return 1; done
  kubectl -n kube-system create configmap hacluster-encryption "--from-literal=key=$key" > /dev/null || return 1
  until [ "$(for name in $names; do keys_of "$name"; done | sort -u)" = "$key" ]; do
    rounds=$((rounds + 1))
    [ "$rounds" -le 8 ] || { echo "not done after $((rounds - 1)) rounds"; for name in $names; do echo "$name: $(keys_of "$name")"; lab in "$name" journalctl --no-pager -n 8 -o cat -u hacluster-encryption < /dev/null; done; return 1; }
    rotation_round "$names"
  done
  rotation_round "$names" # all say that they work by it
  for name in $names; do
    lab in "$name" bash -c 'for number in 1 2 3; do
      [ "$(kubectl --server "https://$1:6443" get secret "kept-$number" -o "jsonpath={.data.word}" | base64 -d)" = "word-$number" ] || exit 1
    done' - "$(address "$name")" < /dev/null || { echo "a Secret is not readable at $name"; return 1; }
  done
  [ "$(lab in "${names%% *}" bash -c '
    pki=/etc/kubernetes/pki/etcd
    etcdctl --cacert $pki/ca.crt --cert $pki/healthcheck-client.crt --key $pki/healthcheck-client.key get /registry/secrets/ --prefix --print-value-only |
      grep -aoE "k8s:enc:[a-z]+:v1:[^:]+:" | sort -u' < /dev/null)" = "k8s:enc:secretbox:v1:$key:" ] || { echo 'etcd holds a Secret under another key'; return 1; }
  kubectl delete secret kept-1 kept-2 kept-3 > /dev/null
  echo "all Secrets are under the new key after $rounds rounds"
}
# A run that fails is done again by the next, as the timer's would be.
rotation_round() { # NAMES
  local name running=()
  for name in $1; do
    lab in "$name" systemctl start hacluster-encryption.service < /dev/null &
    running+=($!)
  done
  wait "${running[@]}"
}
