#!/bin/sh
# Installs the npm package that the test of the calendar compares with into
# DIR/node_modules. A second run only checks.
set -eu
version=1.5.7
dir=${1:?usage: fetch-chinese-days.sh DIR}
have=$dir/node_modules/chinese-days/package.json
if [ -f "$have" ] && grep -q "\"version\": \"$version\"" "$have"; then exit 0; fi
mkdir -p "$dir"
npm install --silent --no-audit --no-fund --no-save --ignore-scripts --prefix "$dir" "chinese-days@$version"
