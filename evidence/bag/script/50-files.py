# --- which files the manifests must list; sha256sum then checks the bytes

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


