import base64, binascii, calendar, datetime, hashlib, json, os, re, stat, sys

WORK, EXPECTED, AUTHORITY, PDF = sys.argv[1:5]
ABOUT, POINT, STOOD = 'data/case.json', 'data/checkpoint.txt', 'data/standing.json'
ENTRIES, VALUES = 'data/journal/entries.jsonl', 'data/journal/values.json'
VKEY, PEM = 'data/keys/checkpoint.vkey', 'data/keys/checkpoint.pem'
HISTORY, ROOTS, TOKEN = 'data/keys/history.txt', 'data/tokens/authorities.pem', 'data/tokens/checkpoint.tsr'
MANIFEST, TAGS, SEAL = 'manifest-sha256.txt', 'tagmanifest-sha256.txt', 'seal.txt'
REQUIRED = ['bagit.txt', 'bag-info.txt', MANIFEST, TAGS, 'dossier.pdf', 'verify.sh', '核验说明.txt',
            ABOUT, POINT, ENTRIES, VALUES, PEM, VKEY, HISTORY]
FOLDERS = {'data', 'data/journal', 'data/keys', 'data/originals', 'data/shown', 'data/checkpoints', 'data/tokens'}
OPTIONAL = re.compile(r'data/(standing\.json|checkpoints/(\d{9})\.txt|tokens/(\d{9}|checkpoint)\.tsr|tokens/authorities\.pem'
                      r'|shown/[0-9a-f]{64}(\.[a-z0-9]{1,8})?)\Z', re.ASCII)
SHOWN = re.compile(r'data/shown/([0-9a-f]{64})(\.[a-z0-9]{1,8})?\Z')
ORIGINAL = re.compile(r'data/originals/([0-9a-f]{64})(\.[a-z0-9]{1,8})?\Z')
DIGEST = re.compile(r'[0-9a-f]{64}\Z')
MAX_LINE, MAX_NOTE, MAX_DEPTH, MAX_NAMES = 1 << 20, 16 << 10, 32, 2000


class Report:
    """Where lines are written: the screen, or a file that is printed after the signature is checked."""
    out, code = sys.stdout.buffer, 1


def say(text):
    Report.out.write((text + '\n').encode('utf-8', 'replace'))


def line_of(item, zh, en):
    return '不通过 FAIL: %s: %s / %s' % (item, zh, en)


def fail(item, zh, en):
    say(line_of(item, zh, en))
    sys.exit(Report.code)


def later(step, item, zh, en):
    """Records a failure that is reported only after other programs have checked the bytes."""
    with open(os.path.join(WORK, step), 'w') as f:
        f.write(line_of(item, zh, en) + '\n')


def small(path, limit=16 << 20):
    if os.path.getsize(path) > limit:
        fail(path, '文件过大', 'too large to make sense')
    with open(path, 'rb') as f:
        return f.read()


# --- strict JSON: one object, no duplicate names, no lone surrogates, no NaN

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


