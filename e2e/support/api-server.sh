# An API server of one machine, with etcd and the controllers that are asked for. Source it after tap.sh; PARTS on PATH.
# shellcheck shell=bash

# lacking_programs PROGRAM...: those that are not there
lacking_programs() {
  local program
  for program in "$@"; do command -v "$program" >/dev/null || printf ' %s' "$program"; done
}

# make_work: a folder that goes with the suite, and what was started in it
make_work() {
  work=$(mktemp -d)
  touch "$work/pids"
  export KUBECONFIG=$work/kubeconfig
  trap clean EXIT
  trap 'exit 130' INT TERM
}
clean() { # the API server first, which would otherwise wait for etcd
  local pid
  tac "$work/pids" | while read -r pid; do
    kill "$pid" 2>/dev/null
    within 10 ended "$pid" || kill -9 "$pid"
  done
  rm -rf "$work"
}
ended() { ! kill -0 "$1"; }

start() { # start NAME PROGRAM ARGUMENTS...
  local name=$1
  shift
  "$@" >"$work/$name.log" 2>&1 </dev/null &
  echo $! >>"$work/pids" # a file, since `check` runs in a subshell
}
within() { # within SECONDS COMMAND...: until it succeeds
  local end=$((SECONDS + $1))
  shift
  until "$@" >/dev/null 2>&1; do
    [ $SECONDS -lt $end ] || return 1
    sleep 0.2
  done
}

free_ports() { # free_ports COUNT
  python3 - "$1" <<'P'
import socket, sys
sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(int(sys.argv[1]))]
print(*(s.getsockname()[1] for s in sockets))
P
}

certificate() { # certificate NAME SUBJECT EXTENSION: signed by the cluster's authority
  openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$work/$1.key" -subj "$2" -addext "$3" 2>/dev/null |
    openssl x509 -req -CA "$work/ca.crt" -CAkey "$work/ca.key" -days 1 -copy_extensions copy -out "$work/$1.crt" 2>/dev/null
}

certificates() {
  read -r etcd_port peer_port api_port manager_port < <(free_ports 4)
  echo "$etcd_port $peer_port $api_port $manager_port" >"$work/ports" # a file, since `check` runs in a subshell
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 1 -subj /CN=kubernetes \
    -keyout "$work/ca.key" -out "$work/ca.crt" 2>/dev/null
  certificate server /CN=kube-apiserver subjectAltName=IP:127.0.0.1
  certificate admin /O=system:masters/CN=operator extendedKeyUsage=clientAuth
  openssl genpkey -algorithm RSA -out "$work/sa.key" 2>/dev/null
  kubectl config set-cluster test --server "https://127.0.0.1:$api_port" --certificate-authority "$work/ca.crt"
  kubectl config set-credentials admin --client-certificate "$work/admin.crt" --client-key "$work/admin.key"
  kubectl config set-context test --cluster test --user admin
  kubectl config use-context test
}

api_flags=() manager_flags=() # further flags of the API server and of the controllers
cluster() { # cluster CONTROLLER...: without the namespace controller no namespace would ever be gone
  local etcd_port peer_port api_port manager_port controllers
  read -r etcd_port peer_port api_port manager_port <"$work/ports"
  controllers=$(IFS=,; echo "$*")
  start etcd etcd --data-dir "$work/etcd" --unsafe-no-fsync --log-level warn \
    --listen-client-urls "http://127.0.0.1:$etcd_port" --advertise-client-urls "http://127.0.0.1:$etcd_port" \
    --listen-peer-urls "http://127.0.0.1:$peer_port"
  start apiserver kube-apiserver --bind-address 127.0.0.1 --secure-port "$api_port" --endpoint-reconciler-type none \
    --etcd-servers "http://127.0.0.1:$etcd_port" --client-ca-file "$work/ca.crt" --authorization-mode RBAC \
    --tls-cert-file "$work/server.crt" --tls-private-key-file "$work/server.key" \
    --service-cluster-ip-range 10.96.0.0/16 --service-account-issuer https://test.example \
    --service-account-key-file "$work/sa.key" --service-account-signing-key-file "$work/sa.key" "${api_flags[@]}"
  within 60 kubectl get --raw /readyz || return 1
  start manager kube-controller-manager --kubeconfig "$KUBECONFIG" --controllers "$controllers" \
    --leader-elect=false --bind-address 127.0.0.1 --secure-port "$manager_port" "${manager_flags[@]}"
}
