PYTHON

signature() { # name: verifies Ed25519 over the lines above the signature
	openssl pkeyutl -verify -pubin -inkey "$work/$1.pem" -rawin \
		-in "$work/$1.text" -sigfile "$work/$1.sig" >"$work/openssl" 2>&1 ||
		fail "$(cat "$work/$1.path")" '签名与内容不符' 'its signature does not fit its text'
}

signatures() { # verifies notes and time stamps in the order in which they were read
	for job in "$work"/note*.text; do
		[ -f "$job" ] && signature "$(basename "$job" .text)"
	done
	for job in "$work"/stamp*.job; do
		[ -f "$job" ] && stamp "${job%.job}"
	done
	return 0
}

issued() { # certificate and issuer: checks the signature; both must be valid at 
	openssl verify -partial_chain -attime "$when" -trusted "$2" "$1" >"$work/openssl" 2>&1
}

stamp() { # path of a job: verifies a token, whose certificate must be for time stamps, valid, and chain to the roots
	{ read -r imprint && read -r when && read -r text && read -r item && read -r anchor && read -r wanted; } <"$1.job"
	openssl ts -verify -digest "$imprint" -token_in -in "$1.tsr" -CAfile "$1.roots" -untrusted "$1.untrusted" \
		-check_ss_sig -attime "$when" >"$work/openssl" 2>&1 ||
		fail "$item" '时间戳不成立' "the time stamp does not hold: $(grep -v OK "$work/openssl" | tail -n 1)"
	for child in "$1".*.child; do
		[ -f "$child" ] || continue
		issued "$child" "${child%.child}.parent" ||
			fail "$item" '时间戳机构的证书不成立' 'a certificate of the time stamp does not lead to the authority'
	done
	for root in "$1".*.root; do
		[ -f "$root" ] && issued "$1.top" "$root" || continue
		anchor=${root%.root}
		anchor=${anchor##*.}
		[ "$anchor" != "$wanted" ] || break
	done
	[ "$anchor" != - ] || fail "$item" '时间戳机构的证书不成立' 'a certificate of the time stamp does not lead to the authority'
	[ "$wanted" = - ] || [ "$wanted" = "$anchor" ] ||
		fail "$item" "不是所期望的时间戳机构，其根证书指纹为 $anchor" 'not the expected authority'
	echo "时间戳 time stamp: $text  $item  机构证书指纹 authority: $anchor" >>"$work/stamps"
}

digests() { # manifest: checks the digest of every listed file
	sha256sum --strict --quiet -c "$1" >"$work/sums" 2>/dev/null && return
	wrong=$(sed -n 's/: FAILED.*$//p' "$work/sums" | head -n 1)
	fail "${wrong:-$1}" "与 $1 所列摘要不符" "its SHA-256 is not the one in $1"
}

leaves() { # reads verified entries and prints the leaf hash of each, whole or withheld
	python3 -I -S -X utf8 -c '
import hashlib, json, sys
for line in sys.stdin.buffer:
    line = line.rstrip(b"\n")
    print(json.loads(line).get("withheld") or hashlib.sha256(b"\0" + line).hexdigest())'
}

unless() { # prints the failure that a step recorded, if there is one
	[ -s "$work/$1" ] || return 0
	cat "$work/$1"
	exit 1
}

verify_pdf() { # checks with openssl what python left of the seal
	openssl x509 -in "$work/cms.leaf" -noout -pubkey >"$work/cms.pub" 2>/dev/null &&
		openssl dgst "-$(cat "$work/cms.hash")" -verify "$work/cms.pub" -signature "$work/cms.sig" "$work/cms.attrs" >"$work/openssl" 2>&1 ||
		fail signature '签名与内容不符' 'the signature does not fit'
	if [ "$code" -ne 0 ]; then
		cat "$work/rest"
		exit 1
	fi
	signatures
	openssl cms -verify -cades -binary -inform DER -in "$work/cms.der" -content "$work/content" -out /dev/null \
		-CAfile "$work/cms.root" -check_ss_sig -purpose any -attime "$(cat "$work/cms.time")" >"$work/openssl" 2>&1 ||
		fail certificate '证书当时无效，或与根证书不符' "the certificate was not valid then, or does not lead to its root: $(tail -n 1 "$work/openssl")"
	openssl x509 -in "$work/cms.leaf" -noout -ext keyUsage 2>/dev/null | grep -qE 'Digital Signature|Non Repudiation' ||
		fail certificate '不是用于签名的证书' 'it is not one for signing'
	unless certificate.wrong
	pass '签章覆盖整个文件 the seal covers the whole file'
	printf '签章人 signer: '
	openssl x509 -in "$work/cms.leaf" -noout -subject -nameopt multiline,utf8,-esc_msb | sed -n 's/^ *commonName *= //p'
	cat "$work/rest"
	if openssl x509 -in "$work/cms.leaf" -noout -subject -nameopt utf8,-esc_msb | grep -q 'Recourse Development'; then
		echo '注意 note: 开发用证书，仅供测试，不具法律效力 / a development certificate: no legal effect'
	fi
	if [ -s "$work/stamps" ]; then
		cat "$work/stamps"
	else
		echo '注意 note: 没有第三方时间戳 / no outside time'
	fi
	[ -n "$expected" ] ||
		echo '请将根证书指纹与从别处取得的指纹核对 / compare the fingerprint with one obtained elsewhere'
	echo '核验通过 / SOUND'
	exit 0
}

# Isolated mode: python imports nothing from the bag.
python3 -I -S -X utf8 "$work/check.py" "$work" "$expected" "$authority" "$pdf"
code=$?
[ "$code" -eq 0 ] || [ "$code" -eq 3 ] || exit 1
[ -z "$pdf" ] || verify_pdf
signatures
pass '检查点签名 signatures of the checkpoints'
cat "$work/rest"
[ "$code" -eq 0 ] || exit 1
[ ! -s "$work/stamps" ] || cat "$work/stamps"
pass '日志、个人信息、原件 journal, values, originals'
digests manifest-sha256.txt
digests tagmanifest-sha256.txt
unless tags.wrong
pass '清单与全部文件 manifests and every file'
if [ -f "$work/seal.text" ]; then
	signature seal
	unless seal.wrong
	pass '封印覆盖全部文件，含 dossier.pdf / the seal covers every file, dossier included'
else
	echo '注意 note: 本包未封印，dossier.pdf 不在签名范围内 / not sealed: no signature covers dossier.pdf'
fi
[ -n "$expected" ] ||
	echo '请将公钥指纹与从别处取得的指纹核对 / compare the key fingerprint with one obtained elsewhere'
if [ -n "$earlier" ]; then
	sh "$self" "$earlier" >"$work/earlier" || { sed 's/FAIL: /FAIL: earlier: /' "$work/earlier"; exit 1; }
	lines=$(sed -n 2p "$earlier/data/checkpoint.txt")
	[ "$(sed -n 1p data/checkpoint.txt)" = "$(sed -n 1p "$earlier/data/checkpoint.txt")" ] ||
		fail data/checkpoint.txt '与先前那一包不是同一案件' 'is of another case than the earlier bag'
	[ "$(sed -n 2p data/checkpoint.txt)" -ge "$lines" ] ||
		fail data/checkpoint.txt '条目少于先前那一包' 'covers fewer entries than the earlier bag'
	cmp -s data/keys/checkpoint.vkey "$earlier/data/keys/checkpoint.vkey" ||
		grep -qxF "$(cat "$earlier/data/keys/checkpoint.vkey")" data/keys/history.txt 2>/dev/null ||
		fail data/keys/checkpoint.vkey '先前那一包的公钥不在本包的沿革之中' 'the key of the earlier bag does not lead to this one'
	leaves <"$earlier/data/journal/entries.jsonl" >"$work/leaves"
	head -n "$lines" data/journal/entries.jsonl | leaves | cmp -s - "$work/leaves" ||
		fail data/journal/entries.jsonl '不包含先前那一包的全部条目' 'does not contain all entries of the earlier bag'
	pass "包含先前的包，其 $lines 条全在 contains the earlier bag, all $lines entries of it"
fi
echo '核验通过 / SOUND'
