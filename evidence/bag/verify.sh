#!/bin/sh
# 核验证据包 / Verifies a bag:  sh verify.sh [选项 OPTIONS] [文件夹 FOLDER]
# 核验签章的 PDF / Verifies a sealed PDF:  sh verify.sh [选项 OPTIONS] 文件 FILE.pdf
# 选项 options:
#   --key 指纹或公钥 FINGERPRINT-OR-KEY     从别处取得的公钥（PDF：证书）指纹 / got from elsewhere (PDF: of the certificate)
#   --authority 指纹 FINGERPRINT            从别处取得的时间戳机构证书指纹 / of the time-stamping authority's certificate
#   --superset-of 文件夹 FOLDER             证明本包包含先前的包 / proves that this bag contains an earlier one
# 不写文件夹时，核验本文件所在的文件夹 / without FOLDER: the one this file lies in.
# 只需 / needs only: sh, openssl (3.0+), sha256sum, python3 (3.6+, standard library).
# 不联网，不改动任何文件 / no network, changes no file.
# 退出码 / exit: 0 通过 sound, 1 不通过 not sound, 2 无法核验 cannot run.
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
import base64, binascii, calendar, datetime, hashlib, json, os, re, stat, sys

WORK, EXPECTED, AUTHORITY, PDF = sys.argv[1:5]
ABOUT, POINT = 'data/case.json', 'data/checkpoint.txt'
ENTRIES, VALUES = 'data/journal/entries.jsonl', 'data/journal/values.json'
VKEY, PEM = 'data/keys/checkpoint.vkey', 'data/keys/checkpoint.pem'
HISTORY, ROOTS, TOKEN = 'data/keys/history.txt', 'data/tokens/authorities.pem', 'data/tokens/checkpoint.tsr'
MANIFEST, TAGS, SEAL = 'manifest-sha256.txt', 'tagmanifest-sha256.txt', 'seal.txt'
REQUIRED = ['bagit.txt', 'bag-info.txt', MANIFEST, TAGS, 'dossier.pdf', 'verify.sh', '核验说明.txt',
            ABOUT, POINT, ENTRIES, VALUES, PEM, VKEY]
FOLDERS = {'data', 'data/journal', 'data/keys', 'data/originals', 'data/checkpoints', 'data/tokens'}
NEWER = re.compile(r'data/(keys/history\.txt|checkpoints/(\d{9})\.txt|tokens/(\d{9}|checkpoint)\.tsr|tokens/authorities\.pem)\Z', re.ASCII)
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
        if path in odd or not (match or path == SEAL or path in REQUIRED or NEWER.match(path)):
            fail(path, '不属于本包的文件', 'does not belong into the bag')
        if match:
            if match.group(1) in originals:
                fail(path, '同一原件出现两次', 'the same original stands twice')
            originals[match.group(1)] = path
    return present, originals


def parse_key(text):
    """Gives (name, hash on signature lines, key, fingerprint)."""
    parts = text.split('+', 2)
    if len(parts) != 3 or not parts[0] or re.search(r'\s', text):
        return None
    raw = strict64(parts[2], 33)
    if raw is None or raw[0] != 1:
        return None
    short = hashlib.sha256(parts[0].encode() + b'\n' + raw).digest()[:4]
    fingerprint = hashlib.sha256(spki(raw[1:])).hexdigest()
    return (parts[0], short, raw[1:], fingerprint) if parts[1] == short.hex() else None


def spki(public):
    return bytes.fromhex('302a300506032b6570032100') + public


def pem_of(public):
    return b'-----BEGIN PUBLIC KEY-----\n' + base64.b64encode(spki(public)) + b'\n-----END PUBLIC KEY-----\n'


def key():
    try:
        text = small(VKEY, MAX_NOTE).decode('utf-8')
    except UnicodeDecodeError:
        text = ''
    found = parse_key(text[:-1]) if text.endswith('\n') else None
    if found is None:
        fail(VKEY, '公钥格式错误', 'not a verifier key of the form name+hash+key')
    if small(PEM, MAX_NOTE) != pem_of(found[2]):
        fail(PEM, '与 %s 中的公钥不一致' % VKEY, 'not the key that stands in ' + VKEY)
    return found


def expect(found, terms):
    """Any key of the history will do: each vouches for those before it and the one after it."""
    wanted = EXPECTED.strip()
    if not wanted:
        return
    other = parse_key(wanted)
    for one in [found] + [term[0] for term in terms]:
        if other[0::2] == one[0::2] if other else plain(wanted) == one[3]:
            return
    fail(VKEY, '不是所期望的公钥，本包公钥指纹为 ' + found[3], 'not the expected key')


def plain(fingerprint):
    return fingerprint.strip().replace(':', '').lower()


def by(line, found):
    """What a signature line of this key carries, or why it is none."""
    start = '— %s ' % found[0]
    if not line.startswith(start):
        return None, ('签名行没有写明该公钥', 'its signature line does not name the key ' + found[0])
    signature = strict64(line[len(start):], 68)
    if signature is None:
        return None, ('签名格式错误', 'its signature is malformed')
    if signature[:4] != found[1]:
        return None, ('签名行中的公钥散列不符', 'its signature line carries the hash of another key')
    return signature[4:], None


def note(path, count, keys):
    """Opens a note of so many lines, signed by one of the keys; openssl checks the signature later."""
    try:
        lines = small(path, MAX_NOTE).decode('utf-8').split('\n')
    except UnicodeDecodeError:
        lines = []
    if len(lines) != count + 3 or lines[count] or lines[count + 2]:
        fail(path, '不是 %d 行的签名文本' % count, 'not a signed note of %d lines' % count)
    tried = [by(lines[count + 1], one) for one in keys]
    for i, (signature, wrong) in enumerate(tried):
        if signature:
            return lines[:count], signature, i
    fail(path, *tried[-1][1])


class Jobs:
    """Signatures that openssl checks, in this order."""
    count = 0


def keep(path, text, signature, public):
    Jobs.count += 1
    name = 'seal' if path == SEAL else 'note%06d' % Jobs.count
    for kind, data in (('text', ('\n'.join(text) + '\n').encode('utf-8')), ('sig', signature), ('pem', pem_of(public)),
                       ('path', path.encode())):
        with open(os.path.join(WORK, name + '.' + kind), 'wb') as f:
            f.write(data)


def history(present, found):
    """How each key took over from the one before it: [(key, from)]."""
    newer = sorted(p for p in present if NEWER.match(p))
    if HISTORY not in present:
        if newer:
            fail(HISTORY, '缺少此文件', 'is missing, and there is ' + newer[0])
        return []
    raw = small(HISTORY, 1 << 20)
    try:
        lines = raw.decode('utf-8').split('\n')
    except UnicodeDecodeError:
        fail(HISTORY, '不是 UTF-8', 'is not UTF-8')
    terms, before = [], hashlib.sha256()
    while len(lines) > 1 or not terms:
        used = 5 + min(2, len(terms) + 1)
        zh = '第 %d 条声明' % (len(terms) + 1)
        if len(lines) <= used:
            fail(HISTORY, zh + '被截断', 'a statement is cut')
        own = parse_key(lines[1])
        if (lines[0] != 'recourse/key/%d' % (len(terms) + 1) or own is None or not instant(lines[2], '')
                or lines[3] != before.hexdigest() or lines[4]):
            fail(HISTORY, zh + '不成立', 'a statement does not hold: number, key, time, or what it follows on')
        if terms and lines[2] <= terms[-1][1]:
            fail(HISTORY, zh + '时间早于前一条', 'a statement begins before the one before it')
        for line, signer in zip(lines[5:used], [own] + [t[0] for t in terms[-1:]]):
            signature, wrong = by(line, signer)
            if wrong:
                fail(HISTORY, zh + '：' + wrong[0], wrong[1])
            keep(HISTORY, lines[:4], signature, signer[2])
        before.update(('\n'.join(lines[:used]) + '\n').encode('utf-8'))
        terms.append((own, lines[2]))
        lines = lines[used:]
    if lines[0]:
        fail(HISTORY, '最后一行没有结尾', 'its last line does not end')
    if found[:3] not in [t[0][:3] for t in terms]:
        fail(HISTORY, '没有检查点所用的公钥', 'does not know the key the checkpoint is signed with')
    return terms


def in_force(terms, i, at):
    return not terms or terms[i][1][:19] <= at[:19] and (i + 1 == len(terms) or at[:19] < terms[i + 1][1][:19])


def checkpoint(path, keys):
    text, signature, i = note(path, 3, keys)
    keep(path, text, signature, keys[i][2])
    return point(path, text), i


def points(present, terms, case, size):
    """Earlier checkpoints: {size: (path, root, number of the key)}."""
    found = {}
    for path in sorted(present):
        match = NEWER.match(path)
        if match and match.group(2):
            (other, covers, root), i = checkpoint(path, [t[0] for t in terms])
            if other != case or covers != int(match.group(2)) or covers >= size:
                fail(path, '不是本日志较早的检查点', 'is not an earlier checkpoint of this journal')
            found[covers] = (path, root, i)
    tokens = [p for p in sorted(present) if p.startswith('data/tokens/') and p != ROOTS]
    for path in tokens:
        name = NEWER.match(path).group(3)
        if name != 'checkpoint' and int(name) not in found:
            fail(path, '没有相应的检查点', 'there is no checkpoint of this size')
    if (ROOTS in present) != bool(tokens):
        fail(ROOTS, '缺少，或多余', 'is missing while there are time stamps, or here while there are none')
    if tokens:
        roots(small(ROOTS, 256 << 10))
    return found


def roots(raw):
    """Certificates in PEM form and nothing else."""
    block = re.compile(rb'-----BEGIN CERTIFICATE-----\n[A-Za-z0-9+/=\n]+-----END CERTIFICATE-----\n')
    again, count = b'', 0
    try:
        for match in block.finditer(raw):
            der = base64.b64decode(b''.join(match.group().split(b'\n')[1:-2]), validate=True)
            certificate(der)
            again, count = again + match.group(), count + 1
            if match.group() != armour([der]).encode():
                raise Bad()
    except (Bad, ValueError):
        again = b''
    if not count or again != raw:
        fail(ROOTS, '不是 PEM 证书', 'not certificates in PEM form and nothing else')


def point(path, text):
    size = int(text[1]) if re.match(r'[1-9][0-9]{0,17}\Z', text[1]) else 0
    if not text[0].startswith('recourse/case/') or text[0] == 'recourse/case/':
        fail(path, '首行不是案件标识', 'its origin is not a case')
    if size < 1:
        fail(path, '条目数格式错误', 'its size is not a number of entries')
    root = strict64(text[2], 32)
    if root is None:
        fail(path, '树根格式错误', 'its root is not a SHA-256')
    return text[0][len('recourse/case/'):], size, root.hex()


# --- step 2: case.json, journal, values, originals

def about(case, size, terms):
    raw = small(ABOUT)
    try:
        if not raw.endswith(b'\n'):
            raise Wrong()
        said = parse(raw[:-1])
    except Wrong:
        fail(ABOUT, '不是单行 JSON', 'not one JSON object on one line')
    if said.get('format') not in (1, 2) or type(said.get('format')) is not int:
        fail(ABOUT, '格式版本不是 1 或 2', 'its format is neither 1 nor 2')
    if (said['format'] == 2) != bool(terms):
        fail(ABOUT, '格式 2 应有公钥沿革，格式 1 没有', 'format 2 is the one with a history of keys')
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


def reach(present, path, token, at, item, force, last):
    """When the walk has taken in what a checkpoint covers; gives the time of its stamp, or the last one."""
    if not force:
        fail(path, '签名的公钥当时（%s）未启用或已停用' % item, 'the key that signed it was not in force at ' + item)
    if token not in present:
        return last
    when = stamp(token, small(token, 64 << 10), hashlib.sha256(small(path)).digest(), at, small(ROOTS))
    if when < last:
        fail(token, '时间早于较早检查点的时间戳', 'its time is before that of an earlier checkpoint')
    return when


def journal(present, originals, case, size, root, terms, term, earlier):
    said, stamped = about(case, size, terms), 0
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
        if seq in earlier and tree.root() == earlier[seq][1]:
            path, _, i = earlier[seq]
            stamped = reach(present, path, 'data/tokens/%09d.tsr' % seq, entry['at'], item, in_force(terms, i, entry['at']), stamped)
        elif seq in earlier:
            fail(earlier[seq][0], '日志在第 %d 条时的树根与此不同' % seq, 'the journal had another root at ' + item)
    if tree.size != size:
        fail('entry %d' % (tree.size + 1), '缺失：检查点覆盖 %d 条' % size, 'is missing')
    if tree.root() != root:
        fail('entry %d' % size, '全部条目的树根与检查点不符：本条被改动', 'the root is not the one the checkpoint signs')
    stamped = reach(present, POINT, TOKEN, entry['at'], 'entry %d' % size, in_force(terms, term, entry['at']), stamped)
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
    text, signature, _ = note(SEAL, 2, [found])
    keep(SEAL, text, signature, found[2])
    if text[0] != 'recourse/bag/' + case:
        later('seal.wrong', SEAL, '封印属于另一案件', 'it seals a bag of another case')
    elif text[1] != digest_of(TAGS):
        later('seal.wrong', SEAL, '封印的不是此清单', 'it seals another ' + TAGS)


# --- CMS (RFC 5652) and time stamps (RFC 3161), strictly; openssl checks what is signed

class Bad(IndexError):
    """What is not as it should be; a missing part is an IndexError anyway."""


SIGNED, DATA, TST = '2a864886f70d010702', '2a864886f70d010701', '2a864886f70d0109100104'
CONTENT_TYPE, DIGEST_ATTR = '2a864886f70d010903', '2a864886f70d010904'
ESS, ESS2, TOKEN_ATTR = '2a864886f70d010910020c', '2a864886f70d010910022f', '2a864886f70d010910020e'
DIGESTS = {'608648016503040201': 'sha256', '608648016503040202': 'sha384', '608648016503040203': 'sha512'}
KINDS = {'sha256': ('2a864886f70d010101', '2a864886f70d01010b', '2a8648ce3d040302'),
         'sha384': ('2a864886f70d010101', '2a864886f70d01010c', '2a8648ce3d040303'),
         'sha512': ('2a864886f70d010101', '2a864886f70d01010d', '2a8648ce3d040304')}


def items(raw):
    """DER values one after the other: [(tag, content, whole)]."""
    out, at = [], 0
    try:
        while at < len(raw):
            tag, n, head = raw[at], raw[at + 1], 2
            if tag & 31 == 31:
                raise Bad()
            if n & 128:
                k = n & 127
                n, head = int.from_bytes(raw[at + 2:at + 2 + k], 'big'), 2 + k
                if not 1 <= k <= 4 or n < 128 or n < 1 << 8 * (k - 1):
                    raise Bad()
            end = at + head + n
            if end > len(raw):
                raise Bad()
            out.append((tag, raw[at + head:end], raw[at:end]))
            at = end
    except IndexError:
        raise Bad()
    return out


def shape(raw, *tags):
    found = items(raw)
    if [f[0] for f in found] != list(tags):
        raise Bad()
    return found


def algorithm(raw):
    parts = items(raw)
    if not parts or parts[0][0] != 6 or len(parts) > 2 or len(parts) == 2 and parts[1][2] != b'\5\0':
        raise Bad()
    return parts[0][1].hex()


def certificate(der):
    """(serial, issuer, subject, whole), each as DER."""
    tbs = items(shape(shape(der, 0x30)[0][1], 0x30, 0x30, 3)[0][1])
    if len(tbs) < 7 or tbs[0][0] != 0xa0:
        raise Bad()
    return tbs[1][2], tbs[3][2], tbs[5][2], der


def attributes(raw):
    """{type: value} of those that stand once with one value."""
    found = {}
    for tag, content, _ in items(raw):
        if tag != 0x30:
            raise Bad()
        name, values = shape(content, 6, 0x31)
        values = items(values[1])
        if name[1].hex() in found or len(values) != 1:
            raise Bad()
        found[name[1].hex()] = values[0]
    return found


class Cms:
    def __init__(self, raw, content, version):
        kind, wrap = shape(shape(raw, 0x30)[0][1], 6, 0xa0)
        v, digests, inner, certs, signers = shape(shape(wrap[1], 0x30)[0][1], 2, 0x31, 0x30, 0xa0, 0x31)
        one = items(shape(signers[1], 0x30)[0][1])
        if [o[0] for o in one] not in ([2, 0x30, 0x30, 0xa0, 0x30, 4], [2, 0x30, 0x30, 0xa0, 0x30, 4, 0xa1]):
            raise Bad()
        inner = items(inner[1])
        name = DIGESTS.get(algorithm(one[2][1]))
        if (kind[1].hex() != SIGNED or v[1] != bytes([version]) or one[0][1] != b'\1' or name is None
                or inner[0][1].hex() != content or inner[0][0] != 6 or len(inner) != (1 if content == DATA else 2)
                or DIGESTS.get(algorithm(shape(digests[1], 0x30)[0][1])) != name
                or algorithm(one[4][1]) not in KINDS[name]):
            raise Bad()
        self.content = b''
        if content != DATA:
            if inner[1][0] != 0xa0:
                raise Bad()
            self.content = shape(inner[1][1], 4)[0][1]
        self.hash, self.signature, self.unsigned = name, one[5][1], one[6][1] if len(one) == 7 else None
        self.signed, self.attributes = b'\x31' + one[3][2][1:], attributes(one[3][1])
        self.raw = [c[2] for c in items(certs[1])]
        self.issuer, self.serial = [i[2] for i in shape(one[1][1], 0x30, 2)]
        kind = self.attributes.get(CONTENT_TYPE, (0, b'', b''))
        if kind[0] != 6 or kind[1].hex() != content:
            raise Bad()

    def digest(self):
        value = self.attributes.get(DIGEST_ATTR, (0, b'', b''))
        if value[0] != 4:
            raise Bad()
        return value[1]

    def find_leaf(self):
        self.certificates = [certificate(c) for c in self.raw]
        for one in self.certificates:
            if (one[0], one[1]) == (self.serial, self.issuer):
                self.leaf = one
                return
        raise Bad()

    def path(self):
        """From the leaf up as far as the message goes; every certificate must be on it."""
        up = [self.leaf]
        while up[-1][1] != up[-1][2]:
            above = [c for c in self.certificates if c[2] == up[-1][1] and c not in up]
            if not above:
                break
            up.append(above[0])
        if set(up) != set(self.certificates):
            raise Bad()
        return up


def epoch(text):
    """Seconds of 'YYYYMMDDhhmmss' in UTC."""
    try:
        return calendar.timegm(datetime.datetime.strptime(text, '%Y%m%d%H%M%S').timetuple())
    except ValueError:
        raise Bad()


def utc(seconds):
    return datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc)


def armour(ders):
    """Certificates as PEM."""
    out = ''
    for der in ders:
        text = base64.b64encode(der).decode()
        lines = [text[i:i + 64] for i in range(0, len(text), 64)]
        out += '\n'.join(['-----BEGIN CERTIFICATE-----'] + lines + ['-----END CERTIFICATE-----', ''])
    return out


def file(name, data):
    with open(os.path.join(WORK, name), 'wb') as f:
        f.write(data)


def stamp(item, raw, imprint, at, anchors):
    """Judges a token but for its signature; leaves a job for openssl ts. Gives its time."""
    try:
        message = Cms(raw, TST, 3)
        message.find_leaf()
        if hashlib.new(message.hash, message.content).digest() != message.digest():
            raise Bad()
        info = items(shape(message.content, 0x30)[0][1])
        if [i[0] for i in info[:5]] != [2, 6, 0x30, 2, 0x18] or info[0][1] != b'\1':
            raise Bad()
        kind, digest = shape(info[2][1], 0x30, 4)
        text = info[4][1].decode('ascii', 'replace')
        if (DIGESTS.get(algorithm(kind[1])) != 'sha256' or digest[1] != imprint
                or not re.match(r'[0-9]{14}(\.[0-9]{1,9})?Z\Z', text)):
            raise Bad()
        when = epoch(text[:14])
        message.path()
    except IndexError:
        fail(item, '时间戳格式错误，或不是为此而发', 'the time stamp is malformed, or was given for something else')
    received = datetime.datetime.strptime(at, '%Y-%m-%dT%H:%M:%S.%fZ').replace(tzinfo=datetime.timezone.utc)
    if when + 2 < received.timestamp():
        fail(item, '时间戳早于其所覆盖的内容', 'its time is before what it covers')
    Jobs.count += 1
    name = 'stamp%06d' % Jobs.count
    file(name + '.tsr', raw)
    file(name + '.roots', anchors)
    file(name + '.untrusted', armour([c[3] for c in message.certificates]).encode())
    file(name + '.leaf', armour([message.leaf[3]]).encode())
    file(name + '.job', ('%s\n%d\n%s\n%s\n' % (imprint.hex(), when, text, item)).encode())
    return when


# --- a sealed PDF

RANGE = re.compile(rb'/ByteRange \[0 ([0-9]{10}) ([0-9]{10}) ([0-9]{10})\] /Contents <')
SEALED = re.compile(rb'<</Type /Sig /Filter /Adobe\.PPKLite /SubFilter /ETSI\.CAdES\.detached\n'
                    rb"/M \(D:([0-9]{14})\+08'00'\)\n/Name <[0-9A-F]+>\n"
                    rb'/RecourseSeal <</Version 1 /Stamped (true|false) /Roots \[((?:<[0-9a-f]+>)*)\]>>\n[^\n]{1,200}\n\Z')
IN_RANGE, IN_SEAL, IN_PAGES, IN_NAME, IN_TIME = 'byte range', 'signature', 'content', 'certificate', 'time stamp'


def chunks(f, begin, end):
    f.seek(begin)
    while begin < end:
        part = f.read(min(1 << 20, end - begin))
        if not part:
            raise OSError('read too little')
        begin += len(part)
        yield part


def find_mark(f, size, name):
    marks, at, last = [], 0, b''
    for part in chunks(f, 0, size):
        text = last + part
        marks += [at - len(last) + m.start() for m in re.finditer(rb'/ByteRange', text)]
        at, last = at + len(part), text[-9:]
    if not marks:
        fail(name, '此 PDF 没有可核验的签章', 'this PDF carries no seal that can be checked')
    if len(marks) > 1:
        fail(IN_RANGE, '有 %d 个签名：签章之后文件被改动' % len(marks), 'several signatures: the file was changed after it was sealed')
    return marks[0]


def sealed_pdf(path):
    name, size = os.path.basename(path), os.path.getsize(path)
    with open(path, 'rb') as f:
        if f.read(5) != b'%PDF-':
            fail(name, '不是 PDF', 'not a PDF')
        mark = find_mark(f, size, name)
        f.seek(mark)
        match = RANGE.match(f.read(80))
        if not match:
            fail(IN_RANGE, '不是本程序能读的形式', 'not in the form this verifier reads')
        begin, end, tail = map(int, match.groups())
        if begin != mark + match.end() - 1 or not begin + 2 < end <= min(size, begin + (1 << 20)):
            fail(IN_RANGE, '缺口位置不对', 'its gap is not the place of a signature')
        if end + tail != size:
            fail(IN_RANGE, '覆盖到第 %d 字节，文件共 %d 字节' % (end + tail, size), 'something was appended or cut')
        f.seek(max(0, mark - (64 << 10)))
        text = f.read(mark - max(0, mark - (64 << 10)))
        match = SEALED.match(text[max(0, text.rfind(b'<</Type /Sig ')):])
        try:
            claimed = match and epoch(match.group(1).decode()) - 8 * 3600
            anchors = [bytes.fromhex(r.decode()) for r in re.findall(rb'<([0-9a-f]+)>', match.group(3))] if match else []
            if match and (match.group(2) == b'true') != bool(anchors) or not all(map(certificate, anchors)):
                claimed = None
        except (IndexError, ValueError):
            claimed = None
        if claimed is None:
            fail(IN_PAGES, '签章没有如实描述自己', 'the seal does not describe itself as it should')
        f.seek(begin)
        gap = f.read(end - begin)
        if gap[:1] != b'<' or gap[-1:] != b'>' or not re.match(rb'([0-9a-f]{2})*\Z', gap[1:-1]):
            fail(IN_RANGE, '缺口内不只是签名', 'its gap holds something else than a signature')
        seal_of(f, bytes.fromhex(gap[1:-1].decode()), begin, end, size, claimed, anchors)


def seal_of(f, padded, begin, end, size, claimed, anchors):
    try:
        n = padded[1] & 127 if padded[1] & 128 else 0
        length = 2 + n + (int.from_bytes(padded[2:2 + n], 'big') if n else padded[1])
        if n > 4 or padded[length:].strip(b'\0') or length > len(padded):
            raise Bad()
        message = Cms(padded[:length], DATA, 1)
        unsigned = items(message.unsigned) if message.unsigned is not None else None
    except IndexError:
        fail(IN_SEAL, '签名格式错误', 'malformed')
    try:
        ids = shape(shape(message.attributes[ESS2][2], 0x30)[0][1], 0x30)[0][1]
        named = [shape(one[1], 4)[0][1] for one in items(ids)]
        if named != [hashlib.sha256(c).digest() for c in message.raw]:
            raise Bad()
    except (Bad, KeyError):
        fail(IN_NAME, '证书不是签名所指明的证书', 'the certificates are not those the signature names')
    try:
        message.find_leaf()
        if message.leaf != message.certificates[0]:
            raise Bad()
        said = message.digest()
    except IndexError:
        fail(IN_SEAL, '签名人不是第一张证书', 'its signer is not the first of its certificates')
    file('cms.der', padded[:length])
    file('cms.attrs', message.signed)
    file('cms.sig', message.signature)
    file('cms.leaf', armour([message.leaf[3]]).encode())
    file('cms.root', armour([message.certificates[-1][3]]).encode())
    file('cms.chain', armour([c[3] for c in message.certificates]).encode())
    file('cms.hash', message.hash.encode())
    Report.out, Report.code = open(os.path.join(WORK, 'rest'), 'wb'), 3
    hash = hashlib.new(message.hash)
    with open(os.path.join(WORK, 'content'), 'wb') as out:
        for part in list_parts(f, begin, end, size):
            hash.update(part)
            out.write(part)
    if hash.digest() != said:
        fail(IN_PAGES, '签章之后文件被改动', 'the file was changed after it was sealed')
    valid = claimed
    if bool(anchors) != (unsigned is not None):
        fail(IN_TIME, '签章所称的时间戳缺失，或多出', 'the seal promises a time stamp and it is missing, or the other way round')
    if anchors:
        valid = seal_stamp(message, claimed, anchors)
    file('cms.time', str(valid).encode())
    roots = [hashlib.sha256(message.certificates[i][3]).hexdigest() for i in (-1, 0)]
    if EXPECTED and plain(EXPECTED) not in roots:
        later('certificate.wrong', IN_NAME, '不是所期望的证书，根证书指纹为 ' + roots[0], 'not the expected certificate')
    try:
        message.path()
    except IndexError:
        later('certificate.wrong', IN_NAME, '证书之间没有签发关系', 'a certificate has no part in the signature')
    say('根证书指纹 fingerprint of the root certificate (SHA-256): ' + roots[0])
    say('签章人自称的时间 time by the signer\'s own clock: %sZ' % utc(claimed).strftime('%Y-%m-%dT%H:%M:%S'))


def list_parts(f, begin, end, size):
    for a, b in ((0, begin), (end, size)):
        for part in chunks(f, a, b):
            yield part


def seal_stamp(message, claimed, anchors):
    try:
        found = attributes(message.unsigned)
        if list(found) != [TOKEN_ATTR]:
            raise Bad()
    except IndexError:
        fail(IN_TIME, '不是所称的时间戳', 'not the time stamp the seal promises')
    at = utc(claimed).strftime('%Y-%m-%dT%H:%M:%S.000000Z')
    return stamp(IN_TIME, found[TOKEN_ATTR][2], hashlib.sha256(message.signature).digest(), at, armour(anchors).encode())


def main():
    if PDF:
        return sealed_pdf(PDF)
    present, originals = layout()
    found = key()
    head = '公钥 key: %s\n公钥指纹 key fingerprint (SHA-256): %s' % (found[0], found[3])
    say(head)
    Report.out, Report.code = open(os.path.join(WORK, 'rest'), 'wb'), 3
    terms = history(present, found)
    expect(found, terms)
    (case, size, root), _ = checkpoint(POINT, [found])
    term = [t[0][:3] for t in terms].index(found[:3]) if terms else 0
    earlier = points(present, terms, case, size)
    said, opened, hidden = journal(present, originals, case, size, root, terms, term, earlier)
    manifest(MANIFEST, [p for p in present if p.startswith('data/')])
    names(originals)
    manifest(TAGS, [p for p in present if not p.startswith('data/') and p not in (TAGS, SEAL)])
    tags(present, said)
    seal(present, found, case)
    say('案件 case: %s  受众 audience: %s' % (said['number'], said['audience']))
    say('条目 entries: %d  树根 root: %s' % (size, root))
    say('个人信息 values: %d  未展示或已删除 hidden or erased: %d' % (opened, hidden))
    say('原件 originals: %d  未随附 withheld: %d' % (len(originals), len(said['withheld'])))
    if terms:
        say('公钥沿革 keys: %d  较早的检查点 earlier checkpoints: %d' % (len(terms), len(earlier)))
    if TOKEN not in present:
        say('注意 note: 检查点没有第三方时间戳，时间只出自出具方自己的时钟 / no outside time: only the clock of whoever made this bag')
    say('本包指纹 fingerprint of the payload: ' + digest_of(MANIFEST))
    if said['pace'] > 1:
        say('注意 note: 演示倍速 %d，非真实案件 / pace %d, not a case of real life' % (said['pace'], said['pace']))


try:
    main()
except (OSError, UnicodeError, MemoryError) as error:
    fail(getattr(error, 'filename', None) or 'verify.sh', '读取失败: %s' % error, 'cannot be read')
PYTHON

signature() { # name: Ed25519 over the lines above the signature
	openssl pkeyutl -verify -pubin -inkey "$work/$1.pem" -rawin \
		-in "$work/$1.text" -sigfile "$work/$1.sig" >"$work/openssl" 2>&1 ||
		fail "$(cat "$work/$1.path")" '签名与内容不符' 'its signature does not fit its text'
}

signatures() { # those of notes and time stamps, in the order in which they were met
	for job in "$work"/note*.text; do
		[ -f "$job" ] && signature "$(basename "$job" .text)"
	done
	for job in "$work"/stamp*.job; do
		[ -f "$job" ] && stamp "${job%.job}"
	done
	return 0
}

digest_of() { # certificate in PEM: its SHA-256
	openssl x509 -in "$1" -outform DER 2>/dev/null | sha256sum | cut -c1-64
}

stamp() { # path of a job: token by a certificate for time stamps, valid then, that leads to the roots
	{ read -r imprint && read -r when && read -r text && read -r item; } <"$1.job"
	openssl ts -verify -digest "$imprint" -token_in -in "$1.tsr" -CAfile "$1.roots" -untrusted "$1.untrusted" \
		-check_ss_sig -attime "$when" >"$work/openssl" 2>&1 ||
		fail "$item" '时间戳不成立' "the time stamp does not hold: $(grep -v OK "$work/openssl" | tail -n 1)"
	openssl verify -check_ss_sig -attime "$when" -purpose timestampsign -untrusted "$1.untrusted" \
		-show_chain -CAfile "$1.roots" "$1.leaf" >"$work/openssl" 2>&1 || fail "$item" '证书不成立' 'its certificate does not hold'
	anchor=$(digest_of "$1.roots")
	leaf=$(digest_of "$1.leaf")
	wanted=$(printf %s "$authority" | tr -d ': ' | tr A-F a-f)
	[ -z "$wanted" ] || [ "$wanted" = "$anchor" ] || [ "$wanted" = "$leaf" ] ||
		fail "$item" "不是所期望的时间戳机构，其证书指纹为 $anchor" 'not the expected authority'
	echo "时间戳 time stamp: $text  $item  机构证书指纹 authority: $anchor" >>"$work/stamps"
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

verify_pdf() { # what python left of the seal, by openssl
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

# Isolated: nothing that lies in the bag is imported.
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
	head -n "$lines" data/journal/entries.jsonl | cmp -s - "$earlier/data/journal/entries.jsonl" ||
		fail data/journal/entries.jsonl '不包含先前那一包的全部条目' 'does not contain all entries of the earlier bag'
	pass "包含先前的包，其 $lines 条全在 contains the earlier bag, all $lines entries of it"
fi
echo '核验通过 / SOUND'
