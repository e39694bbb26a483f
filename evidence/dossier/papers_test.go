package dossier

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"recourse/evidence/folio"
	"recourse/evidence/journal"
	"recourse/recovery"
)

// filedAs makes papers whose entry case_filed commits to some values, of which
// the folio holds those given.
func filedAs(t *testing.T, audience recovery.Audience, committed []string, held map[string]string) *draft {
	t.Helper()
	entry := folio.Entry{Parsed: journal.Entry{Seq: 1, Kind: recovery.EntryCaseFiled, Commitments: map[string]string{}}}
	for _, path := range committed {
		entry.Parsed.Commitments[path] = "hash"
	}
	for path, value := range held {
		entry.Values = append(entry.Values, journal.Value{Path: path, Value: value})
	}
	p, err := newDraft(folio.Folio{
		Audience: audience, Entries: []folio.Entry{entry},
		Case: recovery.Case{
			Claimant:     recovery.Claimant{Name: "记录名", Phone: "记录电话", Province: "上海市", City: "上海市"},
			Counterparts: []recovery.Counterpart{{ID: "a", Alias: "甲记录"}, {ID: "b", Alias: "乙记录"}},
		},
	}, Options{Fingerprint: "f"})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// Where the journal commits to a value, the journal's value counts, not the
// record's copy of it.
func TestJournalDecidesWhatIsSeen(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name      string
		audience  recovery.Audience
		committed []string
		held      map[string]string
		want      string
	}{
		{"held", recovery.ForCourt, []string{"claimant.name"}, map[string]string{"claimant.name": "日志名"}, "日志名"},
		{"left out", recovery.ForCourt, []string{"claimant.name"}, nil, "〔已遮蔽〕"},
		{"erased", recovery.ForArchive, []string{"claimant.name"}, nil, "〔已依法删除〕"},
		{"never committed", recovery.ForCourt, nil, nil, "记录名"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if got := filedAs(t, test.audience, test.committed, test.held).claimantName(); got != test.want {
				t.Errorf("got %s", got)
			}
		})
	}
}

func TestContactsAreMaskedForTheOtherSide(t *testing.T) {
	t.Parallel()
	for audience, want := range map[recovery.Audience]string{
		recovery.ForCourt: "日志电话", recovery.ForArchive: "日志电话", recovery.ForPlatform: "〔已遮蔽〕", recovery.ForOpponent: "〔已遮蔽〕",
	} {
		p := filedAs(t, audience, []string{"claimant.phone"}, map[string]string{"claimant.phone": "日志电话"})
		if got := p.contactOrMask("claimant.phone", "记录电话"); got != want {
			t.Errorf("%s: %s", audience, got)
		}
		if got := p.contactOrMask("claimant.email", ""); got != "" {
			t.Errorf("%s: a contact that was never given is %q", audience, got)
		}
	}
}

func TestCounterpartPaths(t *testing.T) {
	t.Parallel()
	first, second := "counterpart.1.alias", "counterpart.2.alias"
	p := filedAs(t, recovery.ForCourt, []string{first, second}, map[string]string{first: "甲", second: "乙"})
	if p.alias(0) != "甲" || p.alias(1) != "乙" || p.counterpartAlias("b") != "乙" || p.counterpartAlias("c") != "" {
		t.Errorf("%s %s", p.alias(0), p.alias(1))
	}
	p = filedAs(t, recovery.ForCourt, nil, nil)
	if p.alias(1) != "乙记录" {
		t.Errorf("without commitments: %s", p.alias(1))
	}
}

// one is a folio's exhibit of some bytes.
func one(id string, kind recovery.EvidenceKind, media, digest string, seq int64) folio.Exhibit {
	return folio.Exhibit{Evidence: recovery.Evidence{
		ID: recovery.EvidenceID(id), Kind: kind, MediaType: media, SHA256: digest, Seq: seq,
	}}
}

func TestClassify(t *testing.T) {
	t.Parallel()
	p, err := newDraft(folio.Folio{Exhibits: []folio.Exhibit{
		one("1", recovery.OtherEvidence, "text/plain", "aa", 2), one("2", recovery.Statement, "text/csv", "bb", 3),
		one("3", recovery.OtherEvidence, "text/plain", "aa", 4), one("4", "of_the_future", "text/plain", "cc", 5),
	}}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	var digests []string
	for _, e := range p.exhibits {
		digests = append(digests, e.SHA256)
	}
	if strings.Join(digests, " ") != "bb aa cc" || !slices.Equal(p.exhibits[1].Seqs, []int64{2, 4}) {
		t.Errorf("%v %+v", digests, p.exhibits[1].Seqs)
	}
	for id, no := range map[recovery.EvidenceID]int{"1": 2, "2": 1, "3": 2, "4": 3} {
		if p.numbers[id] != no {
			t.Errorf("evidence %s is exhibit %d", id, p.numbers[id])
		}
	}
}

// What shows who and where the claimant is never goes to the other side, and
// what the folio withholds goes to nobody it is withheld from.
func TestWithheld(t *testing.T) {
	t.Parallel()
	for _, audience := range recovery.Audiences {
		for _, kind := range recovery.EvidenceKinds {
			p := draft{folio: folio.Folio{Audience: audience}, t: mustWording(t)}
			private := slices.Contains([]recovery.EvidenceKind{recovery.Identity, recovery.Location, recovery.Ticket, recovery.PoliceReceipt}, kind)
			outside := audience == recovery.ForOpponent || audience == recovery.ForPlatform
			for _, given := range []folio.Exhibit{{}, {Copy: &folio.Copy{}}, {Withheld: true}} {
				var e exhibit
				given.Kind = kind
				e.withhold(&p, given)
				want := given.Withheld || private && audience == recovery.ForOpponent || outside && given.Copy == nil
				if e.Withheld != want || e.Withheld != (e.Why != "") {
					t.Errorf("%s for %s, given %+v: %+v", kind, audience, given, e)
				}
			}
		}
	}
}

// broken is a file that fails while it is read.
type broken struct{ err error }

func (b broken) Read([]byte) (int, error) { return 0, b.err }
func (b broken) Close() error             { return nil }

func TestReadFailuresAreErrors(t *testing.T) {
	t.Parallel()
	lost := errors.New("lost")
	e := one("1", recovery.ChatScreenshot, "image/png", "aa", 1)
	e.Open = func() (io.ReadCloser, error) { return broken{lost}, nil }
	if _, err := newDraft(folio.Folio{Audience: recovery.ForCourt, Exhibits: []folio.Exhibit{e}}, Options{}); !errors.Is(err, lost) {
		t.Errorf("got %v", err)
	}
	e.Open = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(nil)), nil }
	p, err := newDraft(folio.Folio{Audience: recovery.ForCourt, Exhibits: []folio.Exhibit{e}}, Options{})
	if err != nil || p.mismatched != 1 || p.reopened != 1 || p.exhibits[0].Why == "" {
		t.Errorf("%+v %v", p, err)
	}
}

func TestOutstanding(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		amount, claim, recovered, want recovery.Money
	}{{100, 100, 0, 100}, {100, 100, 30, 70}, {100, 0, 0, 100}, {100, 100, 200, 0}} {
		p := draft{folio: folio.Folio{Case: recovery.Case{
			Amount: test.amount, Position: recovery.Position{Claim: test.claim, Recovered: test.recovered},
		}}}
		if got := p.outstanding(); got != test.want {
			t.Errorf("%+v: %d", test, got)
		}
	}
}

// chained makes a sound journal of n entries.
func chained(t *testing.T, n int) folio.Folio {
	t.Helper()
	head := journal.NewHead()
	var f folio.Folio
	for i := range n {
		record, err := journal.AppendEntry(head, "case", journal.Draft{
			Kind: recovery.EntryAppealSubmitted, At: time.Unix(int64(1_800_000_000+i), 0), Facts: map[string]any{"i": i},
		}, nil)
		if err != nil {
			t.Fatal(err)
		}
		parsed, err := journal.ParseEntry(record.Bytes)
		if err != nil {
			t.Fatal(err)
		}
		f.Entries = append(f.Entries, folio.Entry{Raw: record.Bytes, Hash: record.Hash, Parsed: parsed})
	}
	f.Root = head.RootHex()
	return f
}

func TestAudit(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name  string
		harm  func(f *folio.Folio)
		wrong []int64
		root  bool
	}{
		{"sound", func(*folio.Folio) {}, nil, true},
		{"another root", func(f *folio.Folio) { f.Root = strings.Repeat("0", 64) }, nil, false},
		{"last entry changed", func(f *folio.Folio) { f.Entries[5].Raw = []byte("{}") }, []int64{6}, false},
		{"hash changed", func(f *folio.Folio) { f.Entries[2].Hash[0] ^= 1 }, []int64{3}, true},
		{"entry dropped", func(f *folio.Folio) { f.Entries = slices.Delete(f.Entries, 1, 2) }, []int64{3, 4, 5, 6}, false},
		{"entries swapped", func(f *folio.Folio) { f.Entries[3], f.Entries[4] = f.Entries[4], f.Entries[3] }, []int64{5, 4, 6}, false},
		{"truncated", func(f *folio.Folio) { f.Entries = f.Entries[:4] }, nil, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			f := chained(t, 6)
			test.harm(&f)
			p := draft{folio: f}
			if a := p.checkJournal(); !slices.Equal(a.wrong, test.wrong) || a.rootHolds != test.root {
				t.Errorf("%+v", a)
			}
		})
	}
}

func TestAuditTimes(t *testing.T) {
	t.Parallel()
	f := chained(t, 4)
	f.Entries[2].Parsed.At = "2020-01-01T00:00:00.000000Z"
	p := draft{folio: f}
	if a := p.checkJournal(); a.backwards != 1 || a.first != f.Entries[0].Parsed.At || a.last != f.Entries[3].Parsed.At {
		t.Errorf("%+v", a)
	}
}

// fpdf loses a character at every automatic line break, and its SplitLines
// panics: nobody calls what breaks lines.
func TestForbiddenCalls(t *testing.T) {
	t.Parallel()
	forbidden := regexp.MustCompile(`\.(MultiCell|SplitText|SplitLines|WriteAligned|WriteLinkString|Writef)\(|pdf\.Write\(`)
	for _, pattern := range []string{"*.go", "*/*.go"} {
		files, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range files {
			data, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			if call := forbidden.Find(data); call != nil && !strings.HasSuffix(name, "papers_test.go") {
				t.Errorf("%s calls %s", name, call)
			}
		}
	}
}

func TestShort(t *testing.T) {
	t.Parallel()
	if shorten("abcdef", 3) != "abc" || shorten("ab", 3) != "ab" || shorten("", 3) != "" {
		t.Error("short is wrong")
	}
}

func TestWhole(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		fact any
		want int64
		is   bool
	}{
		{float64(200_000), 200_000, true}, {12, 12, true}, {int64(13), 13, true}, {recovery.Money(14), 14, true},
		{1.5, 1, false}, {"12", 0, false}, {nil, 0, false}, {[]any{1}, 0, false},
	} {
		if got, is := factInteger(test.fact); is != test.is || is && got != test.want {
			t.Errorf("%v: %d %v", test.fact, got, is)
		}
	}
}

func TestPlain(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		fact any
		want string
	}{
		{nil, ""}, {"案", "案"}, {true, "true"}, {float64(3), "3"}, {[]any{"a", 1.0}, `["a",1]`}, {map[string]any{"k": "v"}, `{"k":"v"}`},
		{recovery.Money(5), "0.05"}, {recovery.WeChat, "wechat"},
	} {
		if got := factText(test.fact); got != test.want {
			t.Errorf("%v: %q", test.fact, got)
		}
	}
}
