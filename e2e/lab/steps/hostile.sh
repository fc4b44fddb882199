# shellcheck shell=bash disable=SC2154,SC2016 # here and work are run's; machines have shells of their own
# What somebody on a worker gets, and what can be read off a machine, for run: it brings lab, kubectl, ask, until_true, here and work.

# With the role of its machine: what a worker needs, and nothing of a control plane's. Each "no" is the cloud's own.
worker_role_is_narrow() {
  lab in "$(workers | head -n 1)" bash -c '
    source /usr/local/lib/hacluster/common.sh
    set +eE
    may() { "$@" > /dev/null 2> /tmp/said || { echo "$* should work: $(cat /tmp/said)"; bad=1; }; }
    may_not() {
      if "$@" > /dev/null 2> /tmp/said; then echo "$* should be denied"; bad=1
      elif ! grep -qiE "denied|403" /tmp/said; then echo "$* failed otherwise: $(cat /tmp/said)"; bad=1; fi
      denials=$((denials + 1))
    }
    bad=0 denials=0
    may secret_get public/ca.crt
    may secret_get join/worker
    for name in state init-lock/1 access/admin roots/ca.key roots/sa.key roots/etcd/ca.key roots/front-proxy-ca.key roots/encryption.yaml; do may_not secret_get "$name"; done
    for name in state join/worker public/ca.crt roots/ca.key access/admin; do may_not secret_put "$name" <<< mine; done
    may_not secret_get access/people
    may_not secret_list access/requests
    may_not secret_written access/requests/1
    may_not secret_create access/certificates/1 <<< mine
    may_not secret_delete access/requests/1
    may_not secret_create init-lock/9 <<< mine
    may_not object_get "snapshots/$HAC_UID/LATEST"
    may_not object_put "snapshots/$HAC_UID/LATEST" /etc/hostname
    may_not object_put "bundle/mine.json" /etc/hostname
    rm -f /tmp/said
    echo "$denials times no"
    exit $bad' < /dev/null
}

# With the certificate of its kubelet: its own Node and its own pods, nothing of others.
worker_certificate_is_narrow() {
  local own other
  read -r own other _ <<< "$(workers | paste -sd' ')"
  other=$(node_of "$other")
  kubectl create secret generic of-others --from-literal=word=theirs > /dev/null || return 1
  lab in "$own" bash -c '
    as_kubelet() { KUBECONFIG=/etc/kubernetes/kubelet.conf kubectl "$@" 2>&1; }
    bad=0 denials=0
    may() { as_kubelet "$@" > /tmp/said || { echo "$* should work: $(cat /tmp/said)"; bad=1; }; }
    may_not() {
      if as_kubelet "$@" > /tmp/said; then echo "$* should be forbidden"; bad=1
      elif ! grep -q "orbidden" /tmp/said; then echo "$* failed otherwise: $(cat /tmp/said)"; bad=1; fi
      denials=$((denials + 1))
    }
    may get node "$2"
    may_not get secret of-others
    may_not get secrets --all-namespaces
    may_not get configmap hacluster-join -n kube-system
    may_not label node "$1" mine=yes
    may_not taint node "$1" mine=yes:NoSchedule
    may_not delete node "$1"
    may_not create token default
    may_not delete pods --all -n kube-system
    may_not create clusterrolebinding mine --clusterrole=cluster-admin --user=mine
    rm -f /tmp/said
    echo "$denials times no"
    exit $bad' - "$other" "$(node_of "$own")" < /dev/null
  local result=$?
  kubectl delete secret of-others > /dev/null
  return "$result"
}

node_of() { kubectl get nodes -o json | jq -r --arg name "$1" '.items[].metadata.name | select(startswith($name + "."))'; }

# What root reads off every machine: processes with arguments and environment, the journal, the console, cloud-init's logs.
no_value_lies_around() {
  local name
  mkdir -p "$work/around"
  for name in $("$here/machines" list | cut -d' ' -f1); do
    lab in "$name" bash -c '
      cat /proc/[0-9]*/cmdline /proc/[0-9]*/environ 2> /dev/null
      journalctl --no-pager -o cat
      cat /var/log/cloud-init*.log
      find /run/hacluster /var/lib/hacluster /var/lib/cloud /etc/hacluster -type f ! -path "*/snapshots/*" -exec cat {} + 2> /dev/null
      true' < /dev/null > "$work/around/$name" || return 1
    cp "$LAB/machines/$name/console.log" "$work/around/$name.console"
  done
  ask literals "$work"/around/*
}

# Under strict attestation: with the token that workers join by, and with its own certificate, a worker asks to be somebody else.
# What it asks for stays pending, and the approvers say why.
worker_claims_names() {
  local own other control reasons
  read -r own other _ <<< "$(workers | paste -sd' ')"
  control=$(node_of "$(control_planes | head -n 1)")
  other=$(node_of "$other")
  lab in "$own" bash -c '
    source /usr/local/lib/hacluster/common.sh
    set +eE
    claim() { # NAME SIGNER USAGE SUBJECT CREDENTIAL...
      local name=$1 signer=$2 usage=$3 subject=$4 status
      shift 4
      openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout /dev/null -subj "$subject" -out /tmp/claim 2> /dev/null
      status=$(jq -n --arg name "$name" --arg signer "kubernetes.io/$signer" --arg usage "$usage" --rawfile request <(base64 -w0 /tmp/claim) \
        "{apiVersion: \"certificates.k8s.io/v1\", kind: \"CertificateSigningRequest\", metadata: {name: \$name}, spec: {request: \$request, signerName: \$signer, usages: [\"digital signature\", \$usage]}}" |
        curl -s -o /tmp/said -w "%{http_code}" --cacert "$HAC_CA" "$@" -H "Content-Type: application/json" --data-binary @- "https://$HAC_ENDPOINT/apis/certificates.k8s.io/v1/certificatesigningrequests")
      [ "$status" = "$wanted" ] || { echo "$name: $status $(cat /tmp/said)"; bad=1; }
    }
    bad=0 wanted=201
    cloud_facts
    printf "header = \"Authorization: Bearer %s\"\n" "$(secret_get join/worker | jq -r .token)" > /tmp/token
    token=(--config /tmp/token)
    certificate=(--cert /var/lib/kubelet/pki/kubelet-client-current.pem)
    first=kube-apiserver-client-kubelet
    claim control-plane $first "client auth" "/O=system:nodes/CN=system:node:$1" "${token[@]}"
    claim ready-node $first "client auth" "/O=system:nodes/CN=system:node:$2" "${token[@]}"
    claim stranger $first "client auth" "/O=system:nodes/CN=system:node:ip-10-20-9-9.$HAC_REGION.compute.internal" "${token[@]}"
    claim masters $first "client auth" "/O=system:masters/CN=system:node:$2" "${token[@]}"
    # Whoever has a certificate of a node may ask for no other at all.
    wanted=403
    claim renewed $first "client auth" "/O=system:nodes/CN=system:node:$2" "${certificate[@]}"
    claim serving kubelet-serving "server auth" "/O=system:nodes/CN=system:node:$2" "${certificate[@]}"
    rm -f /tmp/token /tmp/claim /tmp/said
    exit $bad' - "$control" "$other" < /dev/null || return 1
  until_true 60 claims_are_judged || { cat "$work/judged"; return 1; }
  reasons=$(sort -u "$work/judged")
  kubectl get csr control-plane ready-node stranger masters -o json > "$work/claims" || return 1
  jq -e '[.items[] | .status.certificate // empty, .status.conditions // empty] == []' "$work/claims" > /dev/null || { cat "$work/claims"; return 1; }
  kubectl delete csr control-plane ready-node stranger masters > /dev/null
  paste -sd';' <<< "$reasons"
}
claims_are_judged() {
  local name
  for name in $(control_planes); do lab in "$name" journalctl --no-pager -o cat -u hacluster-approver < /dev/null; done |
    sed -nE 's/.*left (control-plane|ready-node|stranger|masters) pending/\1/p' > "$work/judged"
  [ "$(cut -d: -f1 "$work/judged" | sort -u | wc -l)" = 4 ]
}
# Honest ones came in by the same judgement: no token is enough by itself.
approved_by_the_cloud() {
  local name
  [ -z "$(kubectl get clusterrolebinding kubeadm:node-autoapprove-bootstrap --ignore-not-found -o name)" ] || { echo 'a token is enough'; return 1; }
  for name in $(control_planes); do lab in "$name" journalctl --no-pager -o cat -u hacluster-approver < /dev/null; done | grep -c 'approved ' | sed 's/$/ requests approved/'
}
