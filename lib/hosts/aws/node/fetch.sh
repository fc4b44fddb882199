#!/bin/sh
# sh fetch KEY: prints an object of the cluster's bucket. HAC_REGION and HAC_BUCKET name it; curl is all it needs.
set -eu

imds() {
  curl -sf --noproxy '*' --max-time 3 -H "X-aws-ec2-metadata-token: $token" "http://169.254.169.254/latest/meta-data/iam/security-credentials/$1"
}

# s3_call ACTION KEY
s3_call() {
  printf 'user = "%s:%s"\nheader = "X-Amz-Security-Token: %s"\n' "$(field AccessKeyId)" "$(field SecretAccessKey)" "$(field Token)" |
    curl -sSf --max-time 120 --config - --aws-sigv4 "aws:amz:$HAC_REGION:s3" \
      -H 'x-amz-content-sha256: e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855' "https://$HAC_BUCKET.s3.$HAC_REGION.$domain/$2"
}

field() { printf '%s' "$keys" | tr -d '\n' | sed "s/.*\"$1\" *: *\"\([^\"]*\)\".*/\1/"; }

case $HAC_REGION in cn-*) domain=amazonaws.com.cn ;; *) domain=amazonaws.com ;; esac
token=$(curl -sf --noproxy '*' --max-time 3 -X PUT -H 'X-aws-ec2-metadata-token-ttl-seconds: 300' http://169.254.169.254/latest/api/token)
keys=$(imds "$(imds '')")
s3_call GetObject "$1"
