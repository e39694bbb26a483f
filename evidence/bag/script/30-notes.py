# --- step 1: layout, key, and the signed notes that openssl checks next

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
    originals, shown = {}, {}
    for path in sorted(list(present) + odd, key=os.fsencode):
        match = ORIGINAL.match(path)
        if path in odd or not (match or path == SEAL or path in REQUIRED or OPTIONAL.match(path)):
            fail(path, '不属于本包的文件', 'does not belong into the bag')
        if match:
            if match.group(1) in originals:
                fail(path, '同一原件出现两次', 'the same original stands twice')
            originals[match.group(1)] = path
        match = SHOWN.match(path)
        if match:
            if match.group(1) in shown:
                fail(path, '不属于本包的文件', 'does not belong into the bag')
            shown[match.group(1)] = path
    return present, originals, shown


def parse_key(text):
    """Returns (name, hash in signature lines, key, fingerprint)."""
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
    """Any key of the history is enough, because their statements sign one another."""
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
    """Returns the signature in a line of this key, or why there is none."""
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
    """Parses a note of count lines, signed by one of the keys; openssl checks the signature later."""
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


def history(found):
    """Returns the key history: [(key, start of its validity)]."""
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
    return terms[i][1][:19] <= at[:19] and (i + 1 == len(terms) or at[:19] < terms[i + 1][1][:19])


def checkpoint(path, keys):
    text, signature, i = note(path, 3, keys)
    keep(path, text, signature, keys[i][2])
    return point(path, text), i


def points(present, terms, case, size):
    """Earlier checkpoints: {size: (path, root, index of the key)}."""
    found = {}
    for path in sorted(present):
        match = OPTIONAL.match(path)
        if match and match.group(2):
            (other, covers, root), i = checkpoint(path, [t[0] for t in terms])
            if other != case or covers != int(match.group(2)) or covers >= size:
                fail(path, '不是本日志较早的检查点', 'is not an earlier checkpoint of this journal')
            found[covers] = (path, root, i)
    tokens = [p for p in sorted(present) if p.startswith('data/tokens/') and p != ROOTS]
    for path in tokens:
        name = OPTIONAL.match(path).group(3)
        if name != 'checkpoint' and int(name) not in found:
            fail(path, '没有相应的检查点', 'there is no checkpoint of this size')
    if (ROOTS in present) != bool(tokens):
        fail(ROOTS, '缺少，或多余', 'is missing while there are time stamps, or here while there are none')
    if tokens:
        roots(small(ROOTS, 256 << 10))
    return found


def roots(raw):
    """Returns PEM certificates; fails on any other content."""
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


