# Real controllers and a real scheduler place the manifests example on nodes of three zones; a zone is lost; what a tenant may not do
# is refused.
# shellcheck shell=bash source-path=SCRIPTDIR disable=SC2154
source "$REPO/e2e/support/tap.sh"
source "$REPO/e2e/support/api-server.sh"
source "$REPO/e2e/support/simulated/cluster.sh"

make_work
check 'a cluster with nodes in three zones is there' simulated_cluster
definitions() {
  kubectl apply --server-side -f "$(go mod download -json sigs.k8s.io/gateway-api@v1.5.1 | jq -er .Dir)/config/crd/standard" &&
    kubectl wait crd --all --for condition=Established --timeout 30s
}
check 'definitions of routes are installed' definitions
manifests() { (cd "$work" && "$REPO/node_modules/.bin/tsx" "$REPO/examples/manifests/main.ts"); }
check 'the manifests example is written' manifests
[ "$tap_failures" -eq 0 ] || { tail -n 20 "$work"/*.log | sed 's/^/#   /'; tap_end; }
rc=0
WORK=$work "$REPO/node_modules/.bin/tsx" "$REPO/e2e/api/placement.ts" || rc=$?
[ "$rc" -eq 0 ] || tail -n 20 "$work"/{manager,containers}.log | sed 's/^/#   /'
exit "$rc"
