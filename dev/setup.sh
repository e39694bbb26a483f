#!/bin/sh
# Finds, and on Debian or Ubuntu installs, what is missing.
#
#   setup.sh run     what `make run` needs: PostgreSQL 15 or newer, the fonts
#   setup.sh test    what `make test` needs as well
#
# A second run only checks and takes less than a second. It changes nothing that
# exists and starts nothing.
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
root=$(dirname -- "$here")

die() { printf 'setup: %s\n' "$*" >&2; exit 1; }
have() { command -v "$1" >/dev/null 2>&1; }

# postgres_major DIR prints the version of the server programs in DIR.
postgres_major() {
	[ -x "$1/initdb" ] && [ -x "$1/postgres" ] || return 1
	"$1/postgres" --version | sed -n 's/.*(PostgreSQL) \([0-9][0-9]*\).*/\1/p'
}

have_postgres() {
	on_path=$(command -v postgres || true)
	for dir in "${on_path%/*}" /usr/lib/postgresql/*/bin /usr/pgsql-*/bin /usr/local/pgsql/bin \
		/opt/homebrew/opt/postgresql@*/bin /usr/local/opt/postgresql@*/bin; do
		[ -n "$dir" ] && major=$(postgres_major "$dir") && [ -n "$major" ] && [ "$major" -ge 15 ] && return 0
	done
	return 1
}

# fonts_complete checks that every pinned font exists; the download checks digests.
fonts_complete() {
	while read -r _ name; do
		[ -f "$fonts/$name" ] || return 1
	done <"$root/evidence/dossier/fonts.sha256"
}

have_chromium() { have chromium || have chromium-browser || have google-chrome || [ -d "/Applications/Google Chrome.app" ]; }

# want PACKAGE FORMULA adds to the list of packages to install.
packages=
formulas=
want() {
	packages="$packages $1"
	formulas="$formulas $2"
}

as_root() {
	if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo "$@"; fi
}

# install_postgres stops Debian from creating and starting a default cluster, which
# would use a port and memory.
install_postgres() {
	[ -e /etc/postgresql-common/createcluster.conf ] && return 0
	"$here/during.sh" "preparing PostgreSQL" "$0" apt install -y --no-install-recommends postgresql-common
	as_root sed -i 's/^#*create_main_cluster.*/create_main_cluster = false/' /etc/postgresql-common/createcluster.conf
}

install_packages() {
	[ -n "$packages" ] || return 0
	if have brew; then
		die "missing:$packages. Install them with: brew install$formulas"
	fi
	have apt-get || die "missing:$packages. Install them with the package manager of this system and run this again"
	[ "$(id -u)" -eq 0 ] || have sudo || die "missing:$packages. As root, run: apt-get install$packages"
	[ "$(id -u)" -eq 0 ] || sudo -v || die "sudo needs an administrator password to install:$packages"
	"$here/during.sh" "fetching the package lists" "$0" apt update
	case "$packages" in
	*postgresql*) install_postgres ;;
	esac
	"$here/during.sh" "installing$packages" "$0" apt install -y --no-install-recommends $packages
}

case "${1:-}" in
run | test) ;;
apt)
	shift
	as_root env DEBIAN_FRONTEND=noninteractive apt-get "$@"
	exit
	;;
*) die "usage: setup.sh run|test" ;;
esac

fonts=${RECOURSE_FONTS:-$root/.recourse/fonts}
have_postgres || want postgresql postgresql@17
if [ "$1" = test ]; then
	have_chromium || want chromium chromium
	have pdftotext || want poppler-utils poppler
	have qpdf || want qpdf qpdf
	have ffmpeg || want ffmpeg ffmpeg
	have exiftool || want libimage-exiftool-perl exiftool
	[ -x /usr/bin/time ] || want time gnu-time
	have strings || want binutils binutils
	convert -version 2>/dev/null | grep -q ImageMagick || want imagemagick imagemagick
	have openssl || want openssl openssl
	have python3 || want python3 python3
	have unzip || want unzip unzip
	have pgrep || want procps proctools
	have npm || want npm node
fi
fonts_complete || have npm || want npm node
install_packages
have_postgres || die "PostgreSQL 15 or newer is needed, but the packages of this system are older: install it from postgresql.org"

# One font comes from a Debian package, and a new machine has no package lists.
if have apt-cache && ! fonts_complete && ! apt-cache show fonts-hanazono >/dev/null 2>&1; then
	"$here/during.sh" "fetching the package lists" "$0" apt update
fi
mkdir -p "$fonts" 2>/dev/null || die "the folder $fonts cannot be written: choose another with RECOURSE_FONTS=DIR"
"$here/during.sh" "fetching and checking the fonts" "$root/evidence/dossier/fetch-fonts.sh" "$fonts"
if [ "$1" = test ]; then
	"$here/during.sh" "fetching the calendar to compare with" "$root/playbook/calendar/fetch-chinese-days.sh" "$root/.tools/npm"
fi
