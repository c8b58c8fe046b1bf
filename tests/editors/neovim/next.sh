#!/usr/bin/env bash
# Unpacks the Neovim of a newer Debian beside the system, with the libraries it needs: next.sh FOLDER
# Nothing of the system is changed. Needs apt, dpkg-deb, patchelf; SUITE names the Debian.
set -euo pipefail

target=${1:?which folder?}
suite=${SUITE:-forky}
if [ -x "$target/nvim" ]; then
  exit 0
fi
for program in apt-get dpkg-deb patchelf; do
  command -v "$program" >/dev/null || { echo "next.sh needs $program" >&2; exit 1; }
done

mirror=$(sed -n 's/^URIs: *//p' /etc/apt/sources.list.d/*.sources | head -1)
apt=$target/apt
root=$target/root
rm -rf "$target"
mkdir -p "$apt"/{lists/partial,cache/archives/partial,etc/preferences.d,etc/sources.list.d} \
  "$apt/etc/apt.conf.d" "$root"
: >"$apt/status"
keys=/usr/share/keyrings/debian-archive-keyring.gpg
echo "deb [signed-by=$keys] $mirror $suite main" >"$apt/etc/sources.list"

options=(
  -o "Dir::Etc=$apt/etc" -o "Dir::Etc::sourcelist=$apt/etc/sources.list"
  -o "Dir::Etc::sourceparts=$apt/etc/sources.list.d" -o "Dir::State=$apt"
  -o "Dir::State::status=$apt/status" -o "Dir::State::lists=$apt/lists"
  -o "Dir::Cache=$apt/cache" -o APT::Install-Recommends=false
  -o Acquire::Languages=none -o APT::Architecture="$(dpkg --print-architecture)"
)
apt-get "${options[@]}" update -qq
apt-get "${options[@]}" install -y -qq --download-only neovim >/dev/null
for package in "$apt"/cache/archives/*.deb; do
  dpkg-deb -x "$package" "$root"
done

loader=$(find "$root" -name 'ld-linux-*.so.*' -type f | head -1)
libraries=$(find "$root" -type d -path '*/lib/*-linux-gnu' | paste -sd:)
patchelf --set-interpreter "$loader" --force-rpath --set-rpath "$libraries" "$root/usr/bin/nvim"
find "$root" -name '*.so*' -type f ! -name 'ld-linux*' ! -name 'libc.so*' \
  -exec patchelf --force-rpath --set-rpath "$libraries" {} \; 2>/dev/null || true
{
  echo '#!/bin/sh'
  echo "export VIMRUNTIME='$root/usr/share/nvim/runtime'"
  echo "exec '$root/usr/bin/nvim' \"\$@\""
} >"$target/nvim"
chmod +x "$target/nvim"
rm -rf "$apt"
"$target/nvim" --version | head -1
