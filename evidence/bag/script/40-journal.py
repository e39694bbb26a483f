# --- step 2: case.json, journal, values, originals

def about(case, size, shown):
    raw = small(ABOUT)
    try:
        if not raw.endswith(b'\n'):
            raise Wrong()
        said = parse(raw[:-1])
    except Wrong:
        fail(ABOUT, '不是单行 JSON', 'not one JSON object on one line')
    if said.get('format') != 2 or type(said.get('format')) is not int:
        fail(ABOUT, '格式版本不是 2', 'its format is not 2')
    for name in ('number', 'case', 'audience', 'generator', 'custodian', 'at'):
        if not isinstance(said.get(name), str):
            fail(ABOUT, '字段缺失或格式错误', 'a field is missing or malformed')
    held, gone = said.get('withheld'), said.setdefault('erased', [])
    copies = said.setdefault('shown', [])
    if (not digests_in(held, raw) or not digests_in(gone, raw) or not digests_in(copies, raw) or not instant(said['at'], '')
            or whole(said.get('pace')) is None or whole(said.get('entries')) is None):
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
    if set(gone) & set(held):
        fail(ABOUT, '同一原件不能既保留又已删除', 'it calls an original both withheld and erased')
    if said['entries'] != size:
        fail(ABOUT, '条目数与检查点不符', 'it counts other entries than the checkpoint')
    if full and copies:
        fail(ABOUT, '此类包应附原件而非副本', 'it shows a copy, and such a bag holds the original')
    for digest in sorted(shown):
        if digest not in copies:
            fail(shown[digest], 'case.json 未列此副本', 'case.json does not name it as shown')
    if len(copies) != len(shown):
        fail(ABOUT, '所列副本缺失', 'it names a copy as shown, which is missing')
    return said


FILED = ('number', 'amount_fen', 'platform', 'instrument', 'playbook', 'counterparts')


class Standing:
    """The fields of data/standing.json that entries also contain."""

    def __init__(self, present, said):
        self.case, self.exhibits, self.stated, self.added = None, {}, {}, 0
        if STOOD not in present:
            return
        if said['audience'] != 'archive':
            fail(STOOD, '只有存档包才有此文件', 'does not belong into a bag for ' + said['audience'])
        raw = small(STOOD)
        try:
            if not raw.endswith(b'\n'):
                raise Wrong()
            stood = parse(raw[:-1])
        except Wrong:
            fail(STOOD, '不是单行 JSON', 'not one JSON object on one line')
        case, exhibits = stood.get('case'), stood.get('exhibits')
        if not isinstance(case, dict) or not isinstance(exhibits, list) or not isinstance(case.get('counterparts'), list):
            fail(STOOD, '字段缺失或格式错误', 'a field is missing or malformed')
        if (stood.get('format') != 1 or type(stood['format']) is not int
                or (case.get('id'), case.get('number')) != (said['case'], said['number'])):
            fail(STOOD, '格式版本不是 1，或属于另一案件', 'its format is not 1, or it tells of another case')
        self.case = dict(case, counterparts=len(case['counterparts']))
        for exhibit in exhibits:
            seq = whole(exhibit.get('seq')) if isinstance(exhibit, dict) else None
            if seq is None or seq in self.exhibits:
                fail(STOOD, '证据重复或没有条目', 'an exhibit stands twice, or without its entry')
            self.exhibits[seq] = exhibit

    def check(self, seq, entry):
        kind, said = entry['kind'], facts(entry)
        if seq == 1:
            self.stated = {name: said[name] for name in FILED if name in said}
        elif kind == 'facts_amended':
            self.stated.update({name: said[name] for name in ('amount_fen', 'instrument') if name in said})
        elif kind == 'counterpart_added':
            self.added += 1
        elif kind == 'entry_corrected' and said.get('corrected_kind') == 'counterpart_added' and 'replacement' not in said:
            self.added -= 1
        exhibit = self.exhibits.pop(seq, None)
        if exhibit is not None and ('blob' not in entry or entry['kind'].startswith('export_')
                                    or not agrees(exhibit, 'id', entry, 'evidence_id') or not agrees(exhibit, 'kind', entry, 'kind')):
            fail(STOOD, '第 %d 条没有收录其所列证据' % seq, 'entry %d did not take in its exhibit' % seq)

    def end(self):
        for name in FILED if self.case is not None else ():
            if name in self.stated:
                said, own = self.stated[name], self.case.get(name)
                if name == 'counterparts' and type(said) is int:
                    said += self.added
                if name not in self.case or own != said or type(own) is not type(said):
                    fail(STOOD, name + ' 与第 1 条不符', 'its %s is not the one entry 1 was filed with' % name)
        if self.exhibits:
            fail(STOOD, '所列证据没有条目收录', 'it lists an exhibit that no entry took in')


def agrees(stood, field, entry, fact):
    if fact not in facts(entry):
        return True
    own, said = stood.get(field), facts(entry)[fact]
    return field in stood and own == said and type(own) is type(said)


def digests_in(held, raw):
    return (isinstance(held, list) and all(is_digest(d) for d in held) and held == sorted(set(held))
            and (not held or json.dumps(held, separators=(',', ':')).encode() in raw))


def instant(text, fraction):
    if not isinstance(text, str):
        return False
    match = re.match(r'(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)' + fraction + r'Z\Z', text, re.ASCII)
    try:
        return match is not None and datetime.datetime(*map(int, match.groups())) is not None
    except ValueError:
        return False


class Tree:
    """A hash tree (RFC 6962), stored as the roots of its complete subtrees."""

    def __init__(self):
        self.size, self.edge = 0, []

    def add(self, data):
        self.add_leaf(hashlib.sha256(b'\0' + data).digest())

    def add_leaf(self, leaf):
        self.edge.append(leaf)
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
    """Yields (seq, path, value, salt) in order, then None repeatedly."""
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


def check_blob(item, seq, entry, originals, named, taken):
    if 'blob' not in entry or entry['kind'].startswith('export_'):
        return
    blob = entry['blob'] if isinstance(entry['blob'], dict) else {}
    digest, size = blob.get('sha256'), whole(blob.get('size'))
    if not is_digest(digest) or size is None:
        fail(item, '文件引用格式错误', 'its file is not named by SHA-256 and size')
    if (digest in originals) == (digest in named):
        fail(item, '其原件缺失: ' + digest, 'its original is missing, or said to be withheld or erased while it is here')
    taken[digest] = seq
    if digest in originals and os.path.getsize(originals[digest]) != size:
        fail(originals[digest], '大小与条目记载不符', 'has not the size that %s took in' % item)


def check_taken(originals, said, taken, erasure):
    """Compares every file with the entries that recorded it, and with the erasure."""
    for digest in sorted(originals):
        if digest not in taken:
            fail(originals[digest], '没有条目收录此文件', 'no entry took it in')
        if taken[digest] < erasure:
            fail(originals[digest], '第 %d 条载明已删除' % erasure, 'entry %d tells that it was erased' % erasure)
    for digest in said['withheld']:
        if digest not in taken:
            fail(ABOUT, '所称保留的原件没有条目收录', 'it withholds what no entry took in')
    for digest in said['erased']:
        if not taken.get(digest, erasure) < erasure:
            fail(ABOUT, '所称已删除的原件没有条目载明', 'it calls an original erased, and no entry tells of it')


def check_copy(seq, entry, shown, withheld, taken, made, bills):
    """Handles an entry that derived a copy from a withheld original."""
    told = facts(entry)
    digest, of = told.get('sha256'), told.get('of_sha256')
    if entry['kind'] != 'evidence_derived' or not is_digest(digest) or not is_digest(of):
        return
    if digest in shown and of in withheld and of in taken:
        if os.path.getsize(shown[digest]) != whole(told.get('size')):
            fail(shown[digest], '大小与第 %d 条记载不符' % seq, 'has not the size that entry %d made' % seq)
        made[digest] = seq
        if 'rows_root' in told:
            bills[digest] = (of, told['rows_root'], whole(told.get('rows')))


def check_bill(path, of, root, count):
    """Checks that each row of a copy is a row of the bill that its entry commits to."""
    raw = small(path)
    try:
        if not raw.endswith(b'\n'):
            raise Wrong()
        copied = parse(raw[:-1])
    except Wrong:
        fail(path, '不是单行 JSON', 'not one JSON object on one line')
    if set(copied) != {'format', 'of_sha256', 'rows', 'root', 'shown'} or copied['format'] != 1 or not isinstance(copied['shown'], list):
        fail(path, '不是格式 1 的账单行', 'not rows of a bill in format 1')
    if (copied['of_sha256'], copied['root'], whole(copied['rows'])) != (of, root, count):
        fail(path, '账单、树根或行数与条目记载不符', 'its bill, its root or its number of rows is not the one that its entry records')
    if not copied['shown']:
        fail(path, '没有所示的行', 'shows no row')
    before = -1
    for row in copied['shown']:
        try:
            if whole(row['index']) is None or row['index'] <= before:
                fail(path, '所示的行重复或顺序有误', 'a row is shown twice or out of order')
            before = row['index']
            sound = row_root(row['index'], count, row['cells'], row['path']) == root
        except (KeyError, TypeError, ValueError, AttributeError):
            sound = False
        if not sound:
            fail(path, '所示的行不是该账单的行', 'a row is not a row of the bill')


def row_root(at, size, cells, path):
    """Computes the root over all rows from one row and its inclusion proof (RFC 9162 2.1.3.2)."""
    if whole(at) is None or at >= size or not cells:
        raise ValueError()
    commitments = b''
    for cell in cells:
        if 'value' in cell:
            if set(cell) != {'name', 'value', 'salt'}:
                raise ValueError()
            if len(bytes.fromhex(cell['salt'])) != 16 or '\0' in cell['name']:
                raise ValueError()  # bytes of the name could pass for salt
            salted = bytes.fromhex(cell['salt']) + cell['name'].encode() + b'\0' + cell['value'].encode()
            commitments += hashlib.sha256(salted).digest()
        elif set(cell) == {'name', 'commitment'} and is_digest(cell['commitment']):
            commitments += bytes.fromhex(cell['commitment'])
        else:
            raise ValueError()
    digest, last = hashlib.sha256(b'\0' + commitments).digest(), size - 1
    for text in path or []:
        if last == 0 or not is_digest(text):
            raise ValueError()
        other = bytes.fromhex(text)
        if at & 1 or at == last:
            digest = hashlib.sha256(b'\1' + other + digest).digest()
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            digest = hashlib.sha256(b'\1' + digest + other).digest()
        at, last = at >> 1, last >> 1
    return digest.hex() if last == 0 else None


def check_withheld(item, seq, entry, said, earlier):
    """Handles an entry of which the bag has only the leaf hash."""
    if said['audience'] in ('court', 'archive'):
        fail(item, '此类包不得保留条目', 'is withheld, and such a bag holds every entry')
    if seq == 1 or len(entry) != 1 or not is_digest(entry['withheld']):
        fail(item, '既不是条目，也不是可以保留的条目的摘要', 'is not an entry and not the hash of one that may be withheld')
    if seq in earlier:
        fail(earlier[seq][0], '第 %d 条未提供，无从核对其时间' % seq, '%s is withheld, so its time is unknown' % item)


CORRECTABLE = (
    'return_recorded', 'response_recorded', 'instalment_recorded', 'contact_recorded', 'mediation_recorded', 'note_added',
    'platform_replied', 'decision_proposed', 'appeal_decided', 'route_chosen', 'legal_step_recorded', 'escalated', 'withdrawn',
    'case_closed', 'harassment_reported', 'danger_reported', 'counterpart_added')


def check_correction(item, seq, entry, kinds):
    """Checks that a correction names an earlier entry that can be corrected, and its kind."""
    kinds.append(entry['kind'])
    if entry['kind'] != 'entry_corrected':
        return
    corrects = whole(facts(entry).get('corrects'))
    if corrects is None or not 1 <= corrects < seq:
        fail(item, '没有指明所更正的较早条目', 'does not correct an earlier entry')
    if kinds[corrects - 1] != facts(entry).get('corrected_kind') or kinds[corrects - 1] not in CORRECTABLE:
        fail(item, '第 %d 条的类别不同，或不能更正' % corrects, 'entry %d is of another kind or cannot be corrected' % corrects)


def facts(entry):
    return entry['facts'] if isinstance(entry.get('facts'), dict) else {}


def reach(present, path, token, at, item, force, last):
    """Checks the key and time stamp of a checkpoint; returns the time of its stamp, or the previous one."""
    if not force:
        fail(path, '签名的公钥当时（%s）未启用或已停用' % item, 'the key that signed it was not in force at ' + item)
    if token not in present:
        return last
    when = stamp(token, small(token, 64 << 10), hashlib.sha256(small(path)).digest(), at, small(ROOTS))
    if when < last:
        fail(token, '时间早于较早检查点的时间戳', 'its time is before that of an earlier checkpoint')
    return when


def journal(present, originals, shown_copies, case, size, root, terms, term, earlier):
    said, stamped = about(case, size, shown_copies), 0
    stood = Standing(present, said)
    tree, shown, pace, taken = Tree(), values(), 1, {}
    ahead, opened, hidden, entry, first = next(shown), 0, 0, {}, None
    named, erasure, made = set(said['withheld'] + said['erased']), (0, ''), {}
    withheld, at, bills, kinds = set(said['withheld']), None, {}, []
    for line in lines_of(ENTRIES):
        seq = tree.size + 1
        item = 'entry %d' % seq
        if seq > size:
            fail(item, '检查点只覆盖 %d 条' % size, 'the checkpoint covers only %d entries' % size)
        try:
            entry = parse(line)
        except Wrong as wrong:
            fail(item, *str(wrong).split(' / '))
        if 'withheld' in entry:
            check_withheld(item, seq, entry, said, earlier)
            tree.add_leaf(bytes.fromhex(entry['withheld']))
            kinds.append('')
            entry = {'kind': '', 'at': at}
            continue
        pace = max(pace, check_entry(item, seq, case, entry))
        if entry.get('prev') != tree.root():
            fail('entry %d' % max(1, seq - 1), '第 %d 条接不上：本条或第 %d 条的 prev 被改动' % (seq, seq),
                 '%s does not follow on it: it was changed, or the prev of %s' % (item, item))
        check_blob(item, seq, entry, originals, named, taken)
        check_correction(item, seq, entry, kinds)
        check_copy(seq, entry, shown_copies, withheld, taken, made, bills)
        if entry['kind'] == 'values_erased':
            if first is not None:
                fail(first, '第 %d 条载明已删除' % seq, '%s tells that it was erased' % item)
            erasure = seq, facts(entry).get('because')
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
            opened, hidden, ahead, first = opened + 1, hidden - 1, next(shown), first or name
        stood.check(seq, entry)
        tree.add(line)
        at = entry['at']
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
    check_taken(originals, said, taken, erasure[0])
    for digest in sorted(shown_copies):
        if digest not in made:
            fail(shown_copies[digest], '没有条目载明它出自所保留的原件', 'no entry made it of an original that is withheld')
        if made[digest] < erasure[0]:
            fail(shown_copies[digest], '第 %d 条载明已删除' % erasure[0], 'entry %d tells that it was erased' % erasure[0])
    for digest in sorted(bills):
        check_bill(shown_copies[digest], *bills[digest])
    stood.end()
    return said, opened, hidden, erasure
