#!/bin/sh
# 核验证据包 / Verifies a bag:  sh verify.sh [选项 OPTIONS] [文件夹 FOLDER]
# 核验签章的 PDF / Verifies a sealed PDF:  sh verify.sh [选项 OPTIONS] 文件 FILE.pdf
# 选项 options:
#   --key 指纹或公钥 FINGERPRINT-OR-KEY     从别处取得的公钥（PDF：证书）指纹 / from another source (PDF: of the certificate)
#   --authority 指纹 FINGERPRINT            从别处取得的时间戳机构证书指纹 / of the time-stamping authority's certificate
#   --superset-of 文件夹 FOLDER             证明本包包含先前的包 / proves that this bag contains an earlier one
# 不写文件夹时，核验本文件所在的文件夹 / without FOLDER: the folder of this file.
# 只需 / needs only: sh, openssl (3.0+), sha256sum, python3 (3.6+, standard library).
# 不联网，不改动任何文件 / no network, changes no file.
# 退出码 / exit status: 0 通过 sound, 1 不通过 not sound, 2 无法核验 cannot verify.
set -u
LC_ALL=C
export LC_ALL

expected='' authority='' earlier=''
while :; do
	case "${1-}" in
	--key | --authority | --superset-of) [ $# -ge 2 ] || { echo "$1 之后缺少内容 / needs a value"; exit 2; } ;;
	--*) echo "未知选项 unknown option: $1"; exit 2 ;;
	esac
	case "${1-}" in
	--key) expected=$2 ;;
	--authority) authority=$2 ;;
	--superset-of) earlier=$(cd "$2" && pwd) || exit 2 ;;
	*) break ;;
	esac
	shift 2
done

self=$(cd "$(dirname "$0")" && pwd)/$(basename "$0")
pdf=''
if [ -f "${1-}" ]; then
	pdf=$(cd "$(dirname "$1")" && pwd)/$(basename "$1")
else
	cd "${1:-$(dirname "$0")}" || exit 2
fi
for tool in openssl sha256sum python3 mktemp; do
	command -v "$tool" >/dev/null 2>&1 || { echo "缺少工具 missing tool: $tool"; exit 2; }
done
openssl pkeyutl -help 2>&1 | grep -q rawin || { echo '需要 OpenSSL 3.0 以上 / needs OpenSSL 3.0 or newer'; exit 2; }
work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT
trap 'exit 2' HUP INT TERM

fail() { # item, reason in Chinese, reason in English
	printf '不通过 FAIL: %s: %s / %s\n' "$1" "$2" "$3"
	exit 1
}
pass() { printf '通过 ok: %s\n' "$1"; }

cat >"$work/check.py" <<'PYTHON'
