#!/bin/sh
# Fetches the fonts of the dossier and checks each against fonts.sha256.
#
#   fetch-fonts.sh DEST
#
# The Noto faces come from npm packages, Hanazono from the Debian package
# fonts-hanazono (no root needed). Without apt, set HANAZONO_DIR to a folder
# that contains HanaMinA.ttf and HanaMinB.ttf. A second run only checks.
set -eu

dest=${1:?usage: fetch-fonts.sh DEST}
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
pins=$here/fonts.sha256
mkdir -p "$dest"
dest=$(CDPATH='' cd -- "$dest" && pwd)

say() { printf 'fonts: %s\n' "$*"; }
die() { printf 'fonts: %s\n' "$*" >&2; exit 1; }

check() {
	if command -v sha256sum >/dev/null 2>&1; then
		sha256sum -c "$@" >/dev/null 2>&1
	else
		shasum -a 256 -c "$@" >/dev/null 2>&1
	fi
}

# sound NAME: the file exists and has its pinned digest.
sound() {
	[ -f "$dest/$1" ] && grep " $1\$" "$pins" | (cd "$dest" && check -)
}

if (cd "$dest" && check "$pins"); then
	say "all present in $dest"
	exit 0
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT HUP INT TERM

# place FILE NAME: check the file, then rename it into place.
place() {
	cp "$1" "$dest/.$2.part"
	mv "$dest/.$2.part" "$dest/$2"
	sound "$2" || { rm -f "$dest/$2"; die "$2 is not the pinned file"; }
	say "$2 ok"
}

# from_npm PACKAGE VERSION FOLDER:NAME...
from_npm() {
	package=$1 version=$2
	shift 2
	missing=
	for item in "$@"; do
		sound "${item#*:}" || missing="$missing $item"
	done
	[ -n "$missing" ] || return 0
	command -v npm >/dev/null 2>&1 || die "npm is needed to fetch $package"
	say "fetching $package $version ..."
	rm -rf "$work/npm" && mkdir "$work/npm"
	(cd "$work/npm" && npm pack --silent "$package@$version" >/dev/null) || die "npm could not fetch $package@$version"
	for item in $missing; do
		folder=${item%%:*} name=${item#*:}
		tar -xzf "$work"/npm/*.tgz -C "$work/npm" "package/$folder/$name"
		place "$work/npm/package/$folder/$name" "$name"
	done
}

# from_debian NAME...
from_debian() {
	missing=
	for name in "$@"; do
		sound "$name" || missing="$missing $name"
	done
	[ -n "$missing" ] || return 0
	folder=${HANAZONO_DIR:-/usr/share/fonts/truetype/hanazono}
	if [ ! -f "$folder/HanaMinB.ttf" ]; then
		command -v apt-get >/dev/null 2>&1 || die "no apt-get here: set HANAZONO_DIR to a folder with HanaMinA.ttf and HanaMinB.ttf"
		say "fetching the Debian package fonts-hanazono ..."
		mkdir "$work/deb"
		(cd "$work/deb" && apt-get -qq download fonts-hanazono >/dev/null 2>&1) ||
			die "apt-get could not download fonts-hanazono (run apt-get update first)"
		dpkg -x "$work"/deb/*.deb "$work/deb/root"
		folder=$work/deb/root/usr/share/fonts/truetype/hanazono
	fi
	for name in $missing; do
		place "$folder/$name" "$name"
	done
}

from_npm @expo-google-fonts/noto-serif-sc 0.4.3 400Regular:NotoSerifSC_400Regular.ttf 700Bold:NotoSerifSC_700Bold.ttf
from_npm @expo-google-fonts/noto-sans-sc 0.4.3 400Regular:NotoSansSC_400Regular.ttf 700Bold:NotoSansSC_700Bold.ttf
from_npm @expo-google-fonts/noto-emoji 0.4.7 400Regular:NotoEmoji_400Regular.ttf
from_debian HanaMinA.ttf HanaMinB.ttf

(cd "$dest" && check "$pins") || die "a font in $dest is not the pinned file"
say "all present in $dest"
