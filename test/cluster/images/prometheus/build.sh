#!/bin/sh
# build.sh FOLDER: compiles Prometheus into it, from its Go module (v0.305.0 is the release 3.5.0). Debian's knows no Kubernetes.
set -e
here=$(cd "$(dirname "$0")" && pwd)
module=$(go mod download -json github.com/prometheus/prometheus@v0.305.0 | sed -n 's/.*"Dir": "\(.*\)",*/\1/p')
source=$(mktemp -d)
trap 'rm -rf "$source"' EXIT
cp -r "$module/." "$source"
chmod -R u+w "$source"
cp "$here/plugins.go" "$source/plugins/plugins.go"
CGO_ENABLED=0 go build -C "$source" -trimpath -ldflags='-s -w -X github.com/prometheus/common/version.Version=3.5.0' -o "$1/prometheus" ./cmd/prometheus
