# Names of a lab's things on the host: two labs, at two folders, do not meet.
# shellcheck shell=bash disable=SC2034 # used by those who source it
: "${LAB:?folder of the lab}"
tag=lab-$(printf %s "$LAB" | sha256sum | cut -c1-6)
marks=/run/cdk-container-platform-labs
router_namespace=$tag-router
