#!/bin/sh
# Fetches the fonts of the dossier and checks each against fonts.sha256.
#
#   fetch-fonts.sh DEST
#
# The Noto faces and Nanum Gothic come from npm packages, Hanazono from the Debian package
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

# letters_from_npm FILE@VERSION...: fetch the regular weights of all packages in one
# call of npm, which downloads them in parallel.
# pages_from_npm NAME@VERSION...: fonts that npm has for pages only (WOFF). The part of the
# package with the letters of the script is the one that is named like the font.
pages_from_npm() {
	for item in "$@"; do
		name=${item%@*}_400Regular.woff
		sound "$name" && continue
		command -v npm >/dev/null 2>&1 || die "npm is needed to fetch $name"
		package=$(printf '%s\n' "${item%@*}" | sed 's/\([a-z]\)\([A-Z0-9]\)/\1-\2/g' | tr '[:upper:]' '[:lower:]')
		file=package/files/$package-${package#noto-sans-}-400-normal.woff
		say "fetching $name ..."
		rm -rf "$work/npm" && mkdir "$work/npm"
		(cd "$work/npm" && npm pack --silent "@fontsource/$package@${item#*@}" >/dev/null) || die "npm could not fetch @fontsource/$package"
		tar -xzf "$work"/npm/*.tgz -C "$work/npm" "$file"
		place "$work/npm/$file" "$name"
	done
}

letters_from_npm() {
	packages= missing=
	for item in "$@"; do
		name=${item%@*}_400Regular.ttf
		sound "$name" && continue
		package=$(printf '%s\n' "${item%@*}" | sed 's/\([a-z]\)\([A-Z0-9]\)/\1-\2/g' | tr '[:upper:]' '[:lower:]')
		packages="$packages @expo-google-fonts/$package@${item#*@}" missing="$missing $name"
	done
	[ -n "$missing" ] || return 0
	command -v npm >/dev/null 2>&1 || die "npm is needed to fetch$packages"
	say "fetching $(printf '%s\n' "$missing" | wc -w | tr -d ' ') fonts for other scripts ..."
	rm -rf "$work/npm" && mkdir "$work/npm"
	# shellcheck disable=SC2086 # one argument for each package
	(cd "$work/npm" && npm pack --silent $packages >/dev/null) || die "npm could not fetch$packages"
	for archive in "$work"/npm/*.tgz; do
		tar -xzf "$archive" -C "$work/npm" package/400Regular
	done
	for name in $missing; do
		place "$work/npm/package/400Regular/$name" "$name"
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
letters_from_npm NotoNaskhArabic@0.4.5 NotoSans@0.4.2 NotoSansArmenian@0.4.2 NotoSansBalinese@0.4.1 \
	NotoSansBengali@0.4.4 NotoSansCanadianAboriginal@0.4.1 NotoSansCham@0.4.1 NotoSansCherokee@0.4.2 \
	NotoSansDevanagari@0.4.1 NotoSansEthiopic@0.4.2 NotoSansGeorgian@0.4.3 NotoSansGujarati@0.4.2 \
	NotoSansGurmukhi@0.4.1 NotoSansHebrew@0.4.1 NotoSansJavanese@0.4.2 NotoSansKannada@0.4.3 NotoSansKhmer@0.4.3 \
	NotoSansLao@0.4.2 NotoSansMalayalam@0.4.2 NotoSansMath@0.4.2 NotoSansMongolian@0.4.1 NotoSansMyanmar@0.4.2 \
	NotoSansOriya@0.4.2 NotoSansSinhala@0.4.2 NotoSansSymbols@0.4.1 NotoSansSymbols2@0.4.1 NotoSansTaiViet@0.4.1 \
	NotoSansTamil@0.4.3 NotoSansTelugu@0.4.2 NotoSansThai@0.4.2 NotoSansVai@0.4.2 NotoSansYi@0.4.2 \
	NotoSerifTibetan@0.4.2 NanumGothic@0.4.0
pages_from_npm NotoSansTaiLe@5.2.7 \
	NotoSansNewTaiLue@5.3.0 \
	NotoSansTaiTham@4.5.12 \
	NotoSansMiao@5.0.13 \
	NotoSansLepcha@4.5.9 \
	NotoSansEgyptianHieroglyphs@5.3.0
from_debian HanaMinA.ttf HanaMinB.ttf

(cd "$dest" && check "$pins") || die "a font in $dest is not the pinned file"
say "all present in $dest"
