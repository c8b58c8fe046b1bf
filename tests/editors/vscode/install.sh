#!/usr/bin/env bash
# Installs a real VS Code for the tests: code-server, compiled for the Node of this environment.
# install.sh NODE_FOLDER DESTINATION; what is there already stays.
set -euo pipefail

node_folder=$1
destination=$2
here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
key=$("$node_folder/bin/node" --version; cat "$here/code-server/package-lock.json" "$here/install.sh")
stamp="$destination/.installed-$(sha256sum <<<"$key" | cut -c1-16)"

[ ! -e "$stamp" ] || exit 0
[ -e /usr/include/gssapi/gssapi.h ] || {
  echo "VS Code's server is compiled against a header that is not here." \
    "Install the packages in .ci/apt.txt." >&2
  exit 1
}
echo "installing VS Code for the tests into $destination (a minute or two, once)"
rm -rf -- "$destination"
mkdir -p -- "$destination"
cp "$here"/code-server/package.json "$here"/code-server/package-lock.json \
  "$here"/code-server/.npmrc "$destination"
cd -- "$destination"
# The headers of this Node, wherever a user's settings say they are, and no more than two compilers.
npm_config_nodedir="$node_folder" npm_config_loglevel=error npm_config_jobs=2 MAKEFLAGS=-j2 \
  npm ci >install.log 2>&1 || {
  tail -30 install.log >&2
  exit 1
}
"$node_folder/bin/node" node_modules/code-server/out/node/entry.js --version \
  --config "$destination/config.yaml" >/dev/null
touch -- "$stamp"
