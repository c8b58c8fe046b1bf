#!/usr/bin/env bash
# Installs a real VS Code for the tests: code-server, on the Node of this environment.
# install.sh NODE_FOLDER DESTINATION; what is there already stays.
#
# Its own installer compiles for minutes. Nearly all that has to be compiled is for what no test of
# ours comes near (databases of chats, Kerberos proxies, Windows), so that is left out; what is left
# is compiled without looking for the fastest code.
set -euo pipefail

node_folder=$1
destination=$2
here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
key=$("$node_folder/bin/node" --version; cat "$here/install.sh" "$here"/code-server/*)
stamp="$destination/.installed-$(sha256sum <<<"$key" | cut -c1-16)"

[ ! -e "$stamp" ] || exit 0
echo "installing VS Code for the tests into $destination (a minute, once)"
rm -rf -- "$destination"
mkdir -p -- "$destination"
cp "$here"/code-server/* "$here"/code-server/.npmrc "$destination"
cd -- "$destination"

install() {
  # The headers of this Node, wherever a user's settings say they are.
  export npm_config_nodedir="$node_folder" npm_config_loglevel=error
  npm ci --ignore-scripts
  printf '#!/bin/sh\nexec g++ "$@" -O0\n' >compiler
  chmod +x compiler
  cd node_modules/code-server/lib/vscode
  "$node_folder/bin/node" "$destination/lighten.mjs"
  npm install --omit=dev --ignore-scripts
  CXX="$destination/compiler" MAKEFLAGS=-j2 \
    npm rebuild --foreground-scripts @vscode/native-watchdog @vscode/spdlog
}

(install) >install.log 2>&1 || {
  tail -30 install.log >&2
  exit 1
}
"$node_folder/bin/node" node_modules/code-server/out/node/entry.js --version \
  --config "$destination/config.yaml" >/dev/null
touch -- "$stamp"
