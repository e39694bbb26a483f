#!/bin/sh
# 核验证据包 / Verifies a bag:  sh verify.sh [--key 指纹或公钥 FINGERPRINT-OR-KEY] [文件夹 FOLDER]
# 不写文件夹时，核验本文件所在的文件夹 / without FOLDER: the one this file lies in.
# 只需 / needs only: sh, openssl (3.0+), sha256sum, python3 (3.6+, standard library).
# 不联网，不改动任何文件 / no network, changes no file.
# 退出码 / exit: 0 通过 sound, 1 不通过 not sound, 2 无法核验 cannot run.
set -u
LC_ALL=C
export LC_ALL

expected=''
if [ "${1-}" = '--key' ]; then
	[ $# -ge 2 ] || { echo '--key 之后应写公钥指纹 / --key needs a fingerprint'; exit 2; }
	expected=$2
	shift 2
fi

cd "${1:-$(dirname "$0")}" || exit 2
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
import base64, binascii, datetime, hashlib, json, os, re, stat, sys

WORK, EXPECTED = sys.argv[1], sys.argv[2]
ABOUT, POINT = 'data/case.json', 'data/checkpoint.txt'
ENTRIES, VALUES = 'data/journal/entries.jsonl', 'data/journal/values.json'
VKEY, PEM = 'data/keys/checkpoint.vkey', 'data/keys/checkpoint.pem'
MANIFEST, TAGS, SEAL = 'manifest-sha256.txt', 'tagmanifest-sha256.txt', 'seal.txt'
REQUIRED = ['bagit.txt', 'bag-info.txt', MANIFEST, TAGS, 'dossier.pdf', 'verify.sh', '核验说明.txt',
            ABOUT, POINT, ENTRIES, VALUES, PEM, VKEY]
FOLDERS = {'data', 'data/journal', 'data/keys', 'data/originals'}
ORIGINAL = re.compile(r'data/originals/([0-9a-f]{64})(\.[a-z0-9]{1,8})?\Z')
DIGEST = re.compile(r'[0-9a-f]{64}\Z')
MAX_LINE, MAX_NOTE, MAX_DEPTH, MAX_NAMES = 1 << 20, 16 << 10, 32, 2000


class Report:
    """Where lines go: the screen, or a file shown once the signature is checked."""
    out, code = sys.stdout.buffer, 1


def say(text):
    Report.out.write((text + '\n').encode('utf-8', 'replace'))


def line_of(item, zh, en):
    return '不通过 FAIL: %s: %s / %s' % (item, zh, en)


def fail(item, zh, en):
    say(line_of(item, zh, en))
    sys.exit(Report.code)


def later(step, item, zh, en):
    """Fails too, but only after other programs have checked the bytes."""
    with open(os.path.join(WORK, step), 'w') as f:
        f.write(line_of(item, zh, en) + '\n')


def small(path, limit=16 << 20):
    if os.path.getsize(path) > limit:
        fail(path, '文件过大', 'too large to make sense')
    with open(path, 'rb') as f:
        return f.read()


# --- strict JSON: one object, no name twice, no half characters, no NaN

class Wrong(Exception):
    pass


def members(pairs):
    result = dict(pairs)
    if len(result) != len(pairs):
        raise Wrong('同一名称出现两次 / a name stands twice in one JSON object')
    if len(pairs) > MAX_NAMES:
        raise Wrong('名称过多 / too many names')
    return result


def no_constant(name):
    raise Wrong('JSON 格式错误 / malformed JSON')


def depth(value):
    if isinstance(value, dict):
        return 1 + max([depth(v) for v in value.values()], default=0)
    if isinstance(value, list):
        return 1 + max([depth(v) for v in value], default=0)
    return 0


def parse(line):
    try:
        text = line.decode('utf-8')
        if not (text.startswith('{') and text.endswith('}')):
            raise Wrong('不是一个 JSON 对象 / not one JSON object')
        value = json.loads(text, object_pairs_hook=members, parse_constant=no_constant)
        if '\\u' in text:
            json.dumps(value, ensure_ascii=False).encode('utf-8')
    except (ValueError, RecursionError):
        raise Wrong('JSON 或 UTF-8 格式错误 / malformed JSON or UTF-8')
    if line.count(b'{') + line.count(b'[') > MAX_DEPTH and depth(value) > MAX_DEPTH:
        raise Wrong('JSON 嵌套过深 / JSON nested too deep')
    return value


def whole(value):
    return value if type(value) is int and 0 <= value < 1 << 63 else None


def is_digest(value):
    return isinstance(value, str) and DIGEST.match(value) is not None


def strict64(text, size):
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
    return raw if len(raw) == size and base64.b64encode(raw).decode() == text else None


# --- step 1: layout, key, the notes that openssl checks next

def layout():
    present, odd = {}, []
    for folder, folders, files in os.walk('.'):
        for name in folders + files:
            path = os.path.join(folder, name)[2:]
            mode = os.lstat(path).st_mode
            if stat.S_ISREG(mode):
                present[path] = True
            elif not stat.S_ISDIR(mode) or path not in FOLDERS and not os.listdir(path):
                odd.append(path)
    for path in REQUIRED:
        if path not in present:
            fail(path, '缺少此文件', 'is missing')
    originals = {}
    for path in sorted(list(present) + odd, key=os.fsencode):
        match = ORIGINAL.match(path)
        if path in odd or not (match or path == SEAL or path in REQUIRED):
            fail(path, '不属于本包的文件', 'does not belong into the bag')
        if match:
            if match.group(1) in originals:
                fail(path, '同一原件出现两次', 'the same original stands twice')
            originals[match.group(1)] = path
    return present, originals


def parse_key(text):
    parts = text.split('+', 2)
    if len(parts) != 3 or not parts[0] or re.search(r'\s', text):
        return None
    raw = strict64(parts[2], 33)
    if raw is None or raw[0] != 1:
        return None
    short = hashlib.sha256(parts[0].encode() + b'\n' + raw).digest()[:4]
    return (parts[0], short, raw[1:]) if parts[1] == short.hex() else None


def key():
    try:
        text = small(VKEY, MAX_NOTE).decode('utf-8')
    except UnicodeDecodeError:
        text = ''
    found = parse_key(text[:-1]) if text.endswith('\n') else None
    if found is None:
        fail(VKEY, '公钥格式错误', 'not a verifier key of the form name+hash+key')
    der = bytes.fromhex('302a300506032b6570032100') + found[2]
    pem = b'-----BEGIN PUBLIC KEY-----\n' + base64.b64encode(der) + b'\n-----END PUBLIC KEY-----\n'
    if small(PEM, MAX_NOTE) != pem:
        fail(PEM, '与 %s 中的公钥不一致' % VKEY, 'not the key that stands in ' + VKEY)
    fingerprint = hashlib.sha256(der).hexdigest()
    wanted = EXPECTED.strip()
    if wanted:
        other = parse_key(wanted)
        same = other[0::2] == found[0::2] if other else wanted.replace(':', '').lower() == fingerprint
        if not same:
            fail(VKEY, '不是所期望的公钥，本包公钥指纹为 ' + fingerprint, 'not the expected key')
    return found, fingerprint


def note(path, count, found):
    try:
        lines = small(path, MAX_NOTE).decode('utf-8').split('\n')
    except UnicodeDecodeError:
        lines = []
    if len(lines) != count + 3 or lines[count] or lines[count + 2]:
        fail(path, '不是 %d 行的签名文本' % count, 'not a signed note of %d lines' % count)
    start = '— %s ' % found[0]
    if not lines[count + 1].startswith(start):
        fail(path, '签名行没有写明该公钥', 'its signature line does not name the key ' + found[0])
    signature = strict64(lines[count + 1][len(start):], 68)
    if signature is None:
        fail(path, '签名格式错误', 'its signature is malformed')
    if signature[:4] != found[1]:
        fail(path, '签名行中的公钥散列不符', 'its signature line carries the hash of another key')
    return lines[:count], signature[4:]


def keep(name, text, signature):
    with open(os.path.join(WORK, name + '.text'), 'wb') as f:
        f.write(('\n'.join(text) + '\n').encode('utf-8'))
    with open(os.path.join(WORK, name + '.sig'), 'wb') as f:
        f.write(signature)


def checkpoint(found):
    text, signature = note(POINT, 3, found)
    keep('checkpoint', text, signature)
    return text


def point(text):
    size = int(text[1]) if re.match(r'[1-9][0-9]{0,17}\Z', text[1]) else 0
    if not text[0].startswith('recourse/case/') or text[0] == 'recourse/case/':
        fail(POINT, '首行不是案件标识', 'its origin is not a case')
    if size < 1:
        fail(POINT, '条目数格式错误', 'its size is not a number of entries')
    root = strict64(text[2], 32)
    if root is None:
        fail(POINT, '树根格式错误', 'its root is not a SHA-256')
    return text[0][len('recourse/case/'):], size, root.hex()


# --- step 2: case.json, journal, values, originals

def about(case, size):
    raw = small(ABOUT)
    try:
        if not raw.endswith(b'\n'):
            raise Wrong()
        said = parse(raw[:-1])
    except Wrong:
        fail(ABOUT, '不是单行 JSON', 'not one JSON object on one line')
    if said.get('format') != 1 or type(said.get('format')) is not int:
        fail(ABOUT, '格式版本不是 1', 'its format is not 1')
    for name in ('number', 'case', 'audience', 'generator', 'custodian', 'at'):
        if not isinstance(said.get(name), str):
            fail(ABOUT, '字段缺失或格式错误', 'a field is missing or malformed')
    held = said.get('withheld')
    sound = (isinstance(held, list) and all(is_digest(d) for d in held) and held == sorted(set(held))
             and json.dumps(held, separators=(',', ':')).encode() in raw)
    if (not sound or whole(said.get('pace')) is None or whole(said.get('entries')) is None
            or not instant(said['at'], '')):
        fail(ABOUT, '字段缺失或格式错误', 'a field is missing or malformed')
    if not re.match(r'R[0-9]{8}-[0-9]{6,12}\Z', said['number']):
        fail(ABOUT, '案件编号格式错误', 'its case number is malformed')
    if said['case'] != case:
        fail(ABOUT, '与检查点不是同一案件', 'it tells of another case than the checkpoint')
    full = said['audience'] in ('court', 'archive')
    if not full and said['audience'] not in ('opponent', 'platform'):
        fail(ABOUT, '受众未知', 'its audience is unknown')
    if full and held:
        fail(ABOUT, '此类包不得保留原件', 'it withholds an original')
    if said['entries'] != size:
        fail(ABOUT, '条目数与检查点不符', 'it counts other entries than the checkpoint')
    return said


def instant(text, fraction):
    if not isinstance(text, str):
        return False
    match = re.match(r'(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)' + fraction + r'Z\Z', text, re.ASCII)
    try:
        return match is not None and datetime.datetime(*map(int, match.groups())) is not None
    except ValueError:
        return False


class Tree:
    """The right edge of an RFC 6962 Merkle tree."""

    def __init__(self):
        self.size, self.edge = 0, []

    def add(self, data):
        self.edge.append(hashlib.sha256(b'\0' + data).digest())
        self.size += 1
        left = self.size
        while left & 1 == 0:
            right = self.edge.pop()
            self.edge[-1] = hashlib.sha256(b'\1' + self.edge[-1] + right).digest()
            left >>= 1

    def root(self):
        if not self.edge:
            return hashlib.sha256(b'').hexdigest()
        root = self.edge[-1]
        for other in reversed(self.edge[:-1]):
            root = hashlib.sha256(b'\1' + other + root).digest()
        return root.hex()


def value_name(seq, path):
    if not re.match(r'[A-Za-z0-9_.\-]{1,100}\Z', path):
        return VALUES
    return 'entry %d value %s' % (seq, path)


def form(text_en='not an array with one value a line'):
    fail(VALUES, '不是每行一个值的 JSON 数组', text_en)


def lines_of(path):
    with open(path, 'rb') as f:
        while True:
            line = f.readline(MAX_LINE + 1)
            if not line:
                return
            if not line.endswith(b'\n'):
                fail(path, '某行过长或没有换行结尾', 'a line is too long or does not end')
            yield line[:-1]


def values():
    """Yields (seq, path, value, salt) in order, then None for ever."""
    lines, last, more = lines_of(VALUES), None, False
    if next(lines, None) != b'[':
        form()
    for line in lines:
        if line == b']':
            if more:
                form()
            if next(lines, None) is not None:
                form('something stands behind its array')
            while True:
                yield None
        if last is not None and not more:
            form()
        more = line.endswith(b',')
        try:
            v = parse(line[:-1] if more else line)
            salt = bytes.fromhex(v['salt'])
            sound = (len(v) == 4 and whole(v['seq']) is not None and isinstance(v['path'], str)
                     and isinstance(v['value'], str) and re.match(r'([0-9a-fA-F]{2})*\Z', v['salt']))
        except (Wrong, KeyError, TypeError, ValueError):
            sound = False
        if not sound:
            form('a value is not made of seq, path, value and salt')
        place = (v['seq'], v['path'].encode())
        if last is not None and last >= place:
            fail(value_name(v['seq'], v['path']), '重复或次序错误', 'stands twice or out of order')
        last = place
        yield v['seq'], v['path'], v['value'], salt
    form('ends before its array does')


def check_entry(item, seq, case, entry):
    if entry.get('v') != 1 or type(entry.get('v')) is not int:
        fail(item, '格式版本不是 1', 'its format is not 1')
    if entry.get('case') != case:
        fail(item, '属于另一案件', 'belongs to another case')
    if whole(entry.get('seq')) != seq:
        fail(item, '序号不连续', 'its seq is not the next one')
    if not isinstance(entry.get('kind'), str) or not entry['kind'] \
            or not instant(entry.get('at'), r'\.\d{6}'):
        fail(item, '类别或时间格式错误', 'its kind or time is malformed')
    if not is_digest(entry.get('prev')):
        fail(item, 'prev 格式错误', 'its prev is malformed')
    if not isinstance(entry.get('commitments', {}), dict):
        fail(item, '承诺值格式错误', 'its commitments are malformed')
    pace = entry.get('pace', 2)
    if whole(pace) is None or pace < 2:
        fail(item, '倍速格式错误', 'its pace is malformed')
    return max(1, entry.get('pace', 1))


def check_blob(item, entry, originals, withheld, taken):
    if 'blob' not in entry or entry['kind'].startswith('export_'):
        return
    blob = entry['blob'] if isinstance(entry['blob'], dict) else {}
    digest, size = blob.get('sha256'), whole(blob.get('size'))
    if not is_digest(digest) or size is None:
        fail(item, '文件引用格式错误', 'its file is not named by SHA-256 and size')
    if (digest in originals) == (digest in withheld):
        fail(item, '其原件缺失: ' + digest, 'its original is missing, or said to be withheld while it is here')
    taken.add(digest)
    if digest in originals and os.path.getsize(originals[digest]) != size:
        fail(originals[digest], '大小与条目记载不符', 'has not the size that %s took in' % item)


def facts(entry):
    return entry['facts'] if isinstance(entry.get('facts'), dict) else {}


def journal(present, originals, case, size, root):
    said = about(case, size)
    tree, shown, pace, taken = Tree(), values(), 1, set()
    ahead, opened, hidden, entry = next(shown), 0, 0, {}
    withheld = set(said['withheld'])
    for line in lines_of(ENTRIES):
        seq = tree.size + 1
        item = 'entry %d' % seq
        if seq > size:
            fail(item, '检查点只覆盖 %d 条' % size, 'the checkpoint covers only %d entries' % size)
        try:
            entry = parse(line)
        except Wrong as wrong:
            fail(item, *str(wrong).split(' / '))
        pace = max(pace, check_entry(item, seq, case, entry))
        if entry.get('prev') != tree.root():
            fail('entry %d' % max(1, seq - 1), '第 %d 条接不上：本条或第 %d 条的 prev 被改动' % (seq, seq),
                 '%s does not follow on it: it was changed, or the prev of %s' % (item, item))
        check_blob(item, entry, originals, withheld, taken)
        commitments = entry.get('commitments', {})
        if not all(is_digest(c) for c in commitments.values()):
            fail(item, '承诺值格式错误', 'a commitment is not a SHA-256')
        hidden += len(commitments)
        while ahead is not None and ahead[0] == seq:
            name = value_name(seq, ahead[1])
            if ahead[1] not in commitments:
                fail(name, '该条没有此承诺值', 'the entry has no such commitment')
            if hashlib.sha256(ahead[3] + ahead[2].encode()).hexdigest() != commitments[ahead[1]]:
                fail(name, '与承诺值不符', 'is not the value the entry committed to')
            opened, hidden, ahead = opened + 1, hidden - 1, next(shown)
        tree.add(line)
        if seq == 1 and (entry['kind'] != 'case_filed' or facts(entry).get('number') != said['number']):
            fail(ABOUT, '案件编号与第 1 条不符', 'its case number is not the one entry 1 was filed under')
    if tree.size != size:
        fail('entry %d' % (tree.size + 1), '缺失：检查点覆盖 %d 条' % size, 'is missing')
    if tree.root() != root:
        fail('entry %d' % size, '全部条目的树根与检查点不符：本条被改动', 'the root is not the one the checkpoint signs')
    if ahead is not None:
        fail(value_name(ahead[0], ahead[1]), '没有对应条目或次序错误', 'there is no such entry, or the values are not in order')
    if pace != said['pace']:
        fail(ABOUT, '倍速与条目记载不符', 'its pace is not what the entries say')
    if entry['kind'] != 'export_requested':
        fail('entry %d' % size, '检查点不是为导出而作', 'the checkpoint was not made for an export')
    if facts(entry).get('audience') != said['audience']:
        fail(ABOUT, '受众与第 %d 条不符' % size, 'its audience is not the one asked for')
    if facts(entry).get('sealed') is True and SEAL not in present:
        fail(SEAL, '缺少此文件，而最后一条要求封印', 'is missing, and the last entry asked for a sealed bag')
    for digest in sorted(originals):
        if digest not in taken:
            fail(originals[digest], '没有条目收录此文件', 'no entry took it in')
    for digest in said['withheld']:
        if digest not in taken:
            fail(ABOUT, '所称保留的原件没有条目收录', 'it withholds what no entry took in')
    return said, opened, hidden


# --- what the manifests must name; sha256sum then checks the bytes

def manifest(path, covered):
    lines = lines_of(path)
    for name in sorted(covered, key=os.fsencode):
        line = next(lines, b'')
        if not re.match(rb'[0-9a-f]{64}\Z', line[:64]) or line[64:] != b'  ' + os.fsencode(name):
            fail(path, '应列出而未列出 ' + name, 'does not name %s where it should' % name)
    if next(lines, None) is not None:
        fail(path, '列出的文件多于实有', 'names more files than there are')


def names(originals):
    match = {os.fsencode(p): d.encode() for d, p in originals.items()}
    with open(MANIFEST, 'rb') as f:
        for line in f:
            digest = match.get(line[66:-1])
            if digest not in (None, line[:64]):
                fail(os.fsdecode(line[66:-1]), '内容与文件名中的摘要不符', 'its bytes are not those its name says')


def tags(present, said):
    octets = [os.path.getsize(p) for p in present if p.startswith('data/')]
    info = ('Source-Organization: %s\nExternal-Identifier: %s\nBagging-Date: %s\nBag-Software-Agent: %s\nPayload-Oxum: %d.%d\n'
            % (said['custodian'], said['number'], said['at'][:10], said['generator'], sum(octets), len(octets)))
    wanted = {'bagit.txt': 'BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n', 'bag-info.txt': info}
    for path in ('bagit.txt', 'bag-info.txt'):
        if small(path) != wanted[path].encode():
            return later('tags.wrong', path, '与本包内容不符', 'does not say what follows from the bag itself')


def digest_of(path):
    with open(path, 'rb') as f:
        return hashlib.sha256(f.read()).hexdigest()


def seal(present, found, case):
    if SEAL not in present:
        return
    text, signature = note(SEAL, 2, found)
    keep('seal', text, signature)
    if text[0] != 'recourse/bag/' + case:
        later('seal.wrong', SEAL, '封印属于另一案件', 'it seals a bag of another case')
    elif text[1] != digest_of(TAGS):
        later('seal.wrong', SEAL, '封印的不是此清单', 'it seals another ' + TAGS)


def main():
    present, originals = layout()
    found, fingerprint = key()
    text = checkpoint(found)
    say('公钥 key: %s\n公钥指纹 key fingerprint (SHA-256): %s' % (found[0], fingerprint))
    Report.out, Report.code = open(os.path.join(WORK, 'rest'), 'wb'), 3
    case, size, root = point(text)
    said, opened, hidden = journal(present, originals, case, size, root)
    manifest(MANIFEST, [p for p in present if p.startswith('data/')])
    names(originals)
    manifest(TAGS, [p for p in present if not p.startswith('data/') and p not in (TAGS, SEAL)])
    tags(present, said)
    seal(present, found, case)
    say('案件 case: %s  受众 audience: %s' % (said['number'], said['audience']))
    say('条目 entries: %d  树根 root: %s' % (size, root))
    say('个人信息 values: %d  未展示或已删除 hidden or erased: %d' % (opened, hidden))
    say('原件 originals: %d  未随附 withheld: %d' % (len(originals), len(said['withheld'])))
    say('本包指纹 fingerprint of the payload: ' + digest_of(MANIFEST))
    if said['pace'] > 1:
        say('注意 note: 演示倍速 %d，非真实案件 / pace %d, not a case of real life' % (said['pace'], said['pace']))


try:
    main()
except (OSError, UnicodeError, MemoryError) as error:
    fail(getattr(error, 'filename', None) or 'verify.sh', '读取失败: %s' % error, 'cannot be read')
PYTHON

signature() { # name, file: Ed25519 over the lines above the signature
	openssl pkeyutl -verify -pubin -inkey data/keys/checkpoint.pem -rawin \
		-in "$work/$1.text" -sigfile "$work/$1.sig" >"$work/openssl" 2>&1 ||
		fail "$2" '签名与内容不符' 'its signature does not fit its text'
}

digests() { # manifest: every file it names has the digest it names
	sha256sum --strict --quiet -c "$1" >"$work/sums" 2>/dev/null && return
	wrong=$(sed -n 's/: FAILED.*$//p' "$work/sums" | head -n 1)
	fail "${wrong:-$1}" "与 $1 所列摘要不符" "its SHA-256 is not the one in $1"
}

unless() { # the line a step left for now, if it did not hold
	[ -s "$work/$1" ] || return 0
	cat "$work/$1"
	exit 1
}

# Isolated: nothing that lies in the bag is imported.
python3 -I -S -X utf8 "$work/check.py" "$work" "$expected"
code=$?
[ "$code" -eq 0 ] || [ "$code" -eq 3 ] || exit 1
signature checkpoint data/checkpoint.txt
pass '检查点签名 signature of the checkpoint'
cat "$work/rest"
[ "$code" -eq 0 ] || exit 1
pass '日志、个人信息、原件 journal, values, originals'
digests manifest-sha256.txt
digests tagmanifest-sha256.txt
unless tags.wrong
pass '清单与全部文件 manifests and every file'
if [ -f "$work/seal.text" ]; then
	signature seal seal.txt
	unless seal.wrong
	pass '封印覆盖全部文件，含 dossier.pdf / the seal covers every file, dossier included'
else
	echo '注意 note: 本包未封印，dossier.pdf 不在签名范围内 / not sealed: no signature covers dossier.pdf'
fi
[ -n "$expected" ] ||
	echo '请将公钥指纹与从别处取得的指纹核对 / compare the key fingerprint with one obtained elsewhere'
echo '核验通过 / SOUND'
