#!/usr/bin/env bash
# Runs a Python program where nothing tells of this machine or its user:
#   neutral.sh PROJECT AGENTS PROGRAM [ARGUMENT...]
# It has namespaces of its own, so nothing of the system is changed. PROGRAM is told in PEON_NEVER
# what must not be found in anything it keeps.
set -euo pipefail

if [ "$1" != --inside ]; then
  exec unshare --mount --uts --map-root-user -- "$0" --inside "$(hostname)" "$HOME" "$@"
fi
machine=$2 home=$3 project=$4 agents=$5
shift 5

hostname garden
mount -t tmpfs none /srv
mkdir /srv/{peon,agents,home,garden}
mount --bind "$project" /srv/peon
mount --bind "$agents" /srv/agents
cd /srv/peon
exec env -i PATH=/usr/local/bin:/usr/bin:/bin HOME=/srv/home USER=ada LOGNAME=ada LANG=C.UTF-8 \
  PYTHONPATH=tests:server:protocol PEON_TEST_AGENTS=/srv/agents \
  PEON_NEVER="$machine:$home:$project:$agents" .venv/bin/python "$@"
