# --- strict parsing of CMS (RFC 5652) and time stamps (RFC 3161); openssl checks the signatures

class Bad(IndexError):
    """Malformed input; a missing part raises an IndexError instead."""


SIGNED, DATA, TST = '2a864886f70d010702', '2a864886f70d010701', '2a864886f70d0109100104'
CONTENT_TYPE, DIGEST_ATTR = '2a864886f70d010903', '2a864886f70d010904'
ESS, ESS2, TOKEN_ATTR = '2a864886f70d010910020c', '2a864886f70d010910022f', '2a864886f70d010910020e'
DIGESTS = {'608648016503040201': 'sha256', '608648016503040202': 'sha384', '608648016503040203': 'sha512'}
KINDS = {'sha256': ('2a864886f70d010101', '2a864886f70d01010b', '2a8648ce3d040302'),
         'sha384': ('2a864886f70d010101', '2a864886f70d01010c', '2a8648ce3d040303'),
         'sha512': ('2a864886f70d010101', '2a864886f70d01010d', '2a8648ce3d040304')}


def items(raw):
    """Splits a sequence of DER values: [(tag, content, whole value)]."""
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
    """Returns (serial, issuer, subject, whole certificate), each as DER."""
    tbs = items(shape(shape(der, 0x30)[0][1], 0x30, 0x30, 3)[0][1])
    if len(tbs) < 7 or tbs[0][0] != 0xa0:
        raise Bad()
    return tbs[1][2], tbs[3][2], tbs[5][2], der


def attributes(raw):
    """Returns {type: value} of the attributes that occur once with one value."""
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
        """Returns the chain from the signer up; it must use every certificate of the message."""
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
    """Returns the Unix time of 'YYYYMMDDhhmmss' in UTC."""
    try:
        return calendar.timegm(datetime.datetime.strptime(text, '%Y%m%d%H%M%S').timetuple())
    except ValueError:
        raise Bad()


def utc(seconds):
    return datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc)


def armour(ders):
    """Returns certificates as PEM."""
    out = ''
    for der in ders:
        text = base64.b64encode(der).decode()
        lines = [text[i:i + 64] for i in range(0, len(text), 64)]
        out += '\n'.join(['-----BEGIN CERTIFICATE-----'] + lines + ['-----END CERTIFICATE-----', ''])
    return out


def unarmoured(pem):
    """Returns the DER of PEM certificates."""
    for block in pem.split(b'-----END CERTIFICATE-----\n')[:-1]:
        yield base64.b64decode(b''.join(block.split(b'\n')[1:]), validate=True)


def file(name, data):
    with open(os.path.join(WORK, name), 'wb') as f:
        f.write(data)


def stamp(item, raw, imprint, at, anchors):
    """Checks a time stamp except its signature, which openssl ts checks later. Returns its time."""
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
        path, roots = message.path(), [certificate(c) for c in unarmoured(anchors)]
        above = [] if path[-1] in roots else [c for c in roots if c[2] == path[-1][1] != path[-1][2]]
        if not above and path[-1] not in roots:
            raise Bad()
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
    # openssl ts may find a chain that skips certificates, so each link is checked too.
    for n, (child, parent) in enumerate(zip(path, path[1:])):
        file('%s.%d.child' % (name, n), armour([child[3]]).encode())
        file('%s.%d.parent' % (name, n), armour([parent[3]]).encode())
    known = [hashlib.sha256(c[3]).hexdigest() for c in path]
    wanted = plain(AUTHORITY) if AUTHORITY and plain(AUTHORITY) not in known else '-'
    file(name + '.top', armour([path[-1][3]]).encode())
    for c in above:  # several may have the same name; the signature decides
        file('%s.%s.root' % (name, hashlib.sha256(c[3]).hexdigest()), armour([c[3]]).encode())
    job = (imprint.hex(), when, text, item, '-' if above else known[-1], wanted)
    file(name + '.job', ('%s\n%d\n%s\n%s\n%s\n%s\n' % job).encode())
    return when


