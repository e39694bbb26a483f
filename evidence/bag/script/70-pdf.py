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


