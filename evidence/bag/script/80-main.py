def main():
    if PDF:
        return sealed_pdf(PDF)
    present, originals, shown = layout()
    found = key()
    head = '公钥 key: %s\n公钥指纹 key fingerprint (SHA-256): %s' % (found[0], found[3])
    say(head)
    Report.out, Report.code = open(os.path.join(WORK, 'rest'), 'wb'), 3
    terms = history(found)
    expect(found, terms)
    (case, size, root), _ = checkpoint(POINT, [found])
    term = [t[0][:3] for t in terms].index(found[:3])
    earlier = points(present, terms, case, size)
    said, opened, hidden, erasure = journal(present, originals, shown, case, size, root, terms, term, earlier)
    manifest(MANIFEST, [p for p in present if p.startswith('data/')])
    names(originals)
    names(shown)
    manifest(TAGS, [p for p in present if not p.startswith('data/') and p not in (TAGS, SEAL)])
    tags(present, said)
    seal(present, found, case)
    say('案件 case: %s  受众 audience: %s' % (said['number'], said['audience']))
    say('条目 entries: %d  树根 root: %s' % (size, root))
    say('个人信息 values: %d  未展示或已删除 hidden or erased: %d' % (opened, hidden))
    say('原件 originals: %d  未随附 withheld: %d  代以副本 copies in their place: %d' % (len(originals), len(said['withheld']), len(shown)))
    if erasure[0]:
        why = erasure[1] if isinstance(erasure[1], str) and re.match(r'[a-z_]{1,40}\Z', erasure[1]) else '—'
        say('依法删除 erased: 第 %d 条 entry %d (%s)，原件 originals: %d' % (erasure[0], erasure[0], why, len(said['erased'])))
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
