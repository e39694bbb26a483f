package dossier

import (
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"recourse/evidence/folio"
	"recourse/evidence/journal"
	"recourse/recovery"
	"recourse/texts"
)

// blanks are the values of a case of which nothing is known, with their names.
func blankPapers(t *testing.T) *draft {
	t.Helper()
	p, err := newDraft(folio.Folio{Audience: recovery.ForCourt}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// full names every value that some case has.
func everyValue(t *testing.T) map[string]bool {
	t.Helper()
	at := time.Date(2026, 11, 20, 0, 0, 0, 0, time.UTC)
	p := blankPapers(t)
	p.folio.At = at
	p.folio.Papers = &folio.Papers{
		ReturnBy: &at, Plan: []folio.Instalment{{DueOn: at}}, Holders: map[recovery.CounterpartID]folio.Identity{"a": {Name: "a", Home: "b"}},
	}
	p.folio.Case.Counterparts = []recovery.Counterpart{{ID: "a"}}
	p.exhibits = []exhibit{{Evidence: recovery.Evidence{Kind: recovery.Agreement}}}
	p.lines = []line{{LimitationStep: recovery.LimitationStep{InterruptingEvent: recovery.InterruptingEvent{Kind: recovery.DemandReached}}}}
	p.evaluate()
	names := map[string]bool{}
	for name := range p.computeValues() {
		names[name] = true
	}
	return names
}

// Whatever a form names is there: values, articles, tables, conditions, parts.
func TestFormsAreWhole(t *testing.T) {
	t.Parallel()
	p := blankPapers(t)
	h, values, tables := p.t, everyValue(t), (&composer{draft: p}).tableWriters()
	conditions := map[string]bool{"claims_gift": true, "claims_owed": true, "hostile": true, "": true}
	for name := range p.conditions {
		conditions[name] = true
	}
	used := map[string]bool{}
	refer := func(where string, text *texts.Text) {
		if text == nil {
			return
		}
		for _, name := range text.Fields() {
			if !values[name] {
				t.Errorf("%s: no case has the value %s", where, name)
			}
		}
		if raw := regexp.MustCompile(`第[零一二三四五六七八九十百]+条`).FindString(text.String()); raw != "" {
			t.Errorf("%s cites %s without law.yaml", where, raw)
		}
	}
	check := func(where, condition string) {
		if !conditions[strings.TrimPrefix(condition, "!")] {
			t.Errorf("%s: no condition %q", where, condition)
		}
	}
	for _, name := range formValues {
		if !values[name] {
			t.Errorf("no case has the value %s", name)
		}
	}
	for id, f := range h.forms {
		if f.Title == "" || len(f.Blocks) == 0 || len(f.Needs) == 0 {
			t.Errorf("form %s has no title, no blocks or no needs", id)
		}
		for need := range f.Needs {
			if !values[need] {
				t.Errorf("%s needs %s, which no case has", id, need)
			}
		}
		for _, text := range f.Notes {
			refer(id, text)
		}
		for _, b := range f.Blocks {
			check(id, b.When)
			for _, text := range append([]*texts.Text{b.Note, b.Heading, b.Para, b.Prose}, b.Items...) {
				refer(id, text)
			}
			for _, r := range b.Rows {
				refer(id, r.Value)
				check(id, r.When)
				for _, c := range r.Checks {
					check(id, c[len(c)-1])
				}
			}
			if _, known := tables[b.Table]; b.Table != "" && !known {
				t.Errorf("%s: no table %q", id, b.Table)
			}
			used[b.Table] = true
		}
	}
	for name := range tables {
		if !used[name] {
			t.Errorf("table %q is never set", name)
		}
	}
	for audience, steps := range h.Plans {
		for _, s := range steps {
			_, form := h.forms[s[0]]
			if !form && !h.Has("paper.text."+s[0]) {
				t.Errorf("%s: no part %q", audience, s[0])
			}
			for _, c := range s[1:] {
				check(string(audience), c)
			}
		}
	}
}

// Every article is cited somewhere, has its edition and a known mark.
func TestLawIsWhole(t *testing.T) {
	t.Parallel()
	h := mustWording(t)
	cited := map[string]bool{}
	note := func(text *texts.Text) {
		if text != nil {
			for _, article := range text.Articles() {
				cited[article] = true
			}
		}
	}
	for _, key := range h.Keys("") {
		note(h.Get(key))
	}
	for _, f := range h.forms {
		for _, text := range f.Notes {
			note(text)
		}
		for _, b := range f.Blocks {
			for _, text := range append([]*texts.Text{b.Note, b.Heading, b.Para, b.Prose}, b.Items...) {
				note(text)
			}
			for _, r := range b.Rows {
				note(r.Value)
			}
		}
	}
	for _, key := range h.Keys("law.") {
		article := strings.Split(key, ".")[1]
		if !cited[article] {
			t.Errorf("%s is never cited", article)
		}
		if err := h.RequireKeys("law."+article+".cite", "law."+article+".edition", "law."+article+".mark"); err != nil {
			t.Error(err)
		}
		if mark := h.Text("law." + article + ".mark"); !slices.Contains([]string{"V", "S", "R"}, mark) {
			t.Errorf("%s has the mark %q", article, mark)
		}
	}
}

func TestEveryKindHasItsWords(t *testing.T) {
	t.Parallel()
	h := mustWording(t)
	for _, kind := range recovery.Interruptions {
		if !h.Has("paper.word.interruption." + string(kind)) {
			t.Errorf("interruption %s has no word", kind)
		}
	}
	for _, effect := range []recovery.Effect{recovery.Interrupts, recovery.BeforeBegin, recovery.TooLate} {
		if !h.Has("paper.word.effect." + string(effect)) {
			t.Errorf("effect %s has no word", effect)
		}
	}
	for _, kind := range recovery.EvidenceKinds {
		if !h.Has("paper.exhibit." + string(kind) + ".show") {
			t.Errorf("nothing says how to show a %s", kind)
		}
	}
	for _, platform := range recovery.Platforms {
		if !h.Has("paper.institution."+string(platform)+".0.name") || !h.Has("paper.word.return_to."+string(platform)) {
			t.Errorf("%s: no institution, or no way to return money", platform)
		}
	}
}

func on(year int, month time.Month, d int) time.Time {
	return time.Date(year, month, d, 12, 0, 0, 0, beijing)
}

func TestAccrue(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name     string
		from, to time.Time
		back     []payment
		rate     int64
		want     string
	}{
		{"a year", on(2026, 1, 1), on(2027, 1, 1), nil, 300, "365 200000 6000"},
		{"a day", on(2026, 1, 1), on(2026, 1, 2), nil, 310, "1 200000 17"},
		{"no day", on(2026, 1, 1), on(2026, 1, 1), nil, 310, ""},
		{"backwards", on(2026, 1, 2), on(2026, 1, 1), nil, 310, ""},
		{"no rate", on(2026, 1, 1), on(2026, 1, 31), nil, 0, "30 200000 0"},
		{"in two parts", on(2026, 1, 1), on(2027, 1, 1), []payment{{on(2026, 7, 1), 150_000}}, 300, "181 200000 2975,184 50000 756"},
		{"the same day twice", on(2026, 1, 1), on(2026, 1, 11), []payment{{on(2026, 1, 6), 50_000}, {on(2026, 1, 6), 50_000}}, 365, "5 200000 100,5 100000 50"},
		{"out of order", on(2026, 1, 1), on(2026, 1, 11), []payment{{on(2026, 1, 9), 1}, {on(2026, 1, 6), 100_000}}, 365, "5 200000 100,3 100000 30,2 99999 20"},
		{"before the first day", on(2026, 1, 1), on(2026, 1, 11), []payment{{on(2025, 1, 6), 100_000}}, 365, "10 100000 100"},
		{"after the last day", on(2026, 1, 1), on(2026, 1, 11), []payment{{on(2026, 1, 11), 100_000}}, 365, "10 200000 200"},
		{"all of it", on(2026, 1, 1), on(2026, 1, 11), []payment{{on(2026, 1, 2), 900_000}}, 365, "1 200000 20"},
		{"a negative return is none", on(2026, 1, 1), on(2026, 1, 2), []payment{{on(2025, 1, 2), -5}}, 365, "1 200000 20"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			var got []string
			for _, p := range computeInterest(200_000, test.from, test.to, test.back, test.rate) {
				got = append(got, fmt.Sprint(p.days, int64(p.base), int64(p.interest)))
			}
			if strings.Join(got, ",") != test.want {
				t.Errorf("got %v, want %s", got, test.want)
			}
		})
	}
}

// The periods cover each day once, bases never rise, and the sum is that of a
// reckoning in floating point, but for the rounding.
func TestAccrueProperties(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		from := on(2020, 1, 1).AddDate(0, 0, rapid.IntRange(0, 2000).Draw(t, "from"))
		to := from.AddDate(0, 0, rapid.IntRange(0, 8000).Draw(t, "days"))
		claim := recovery.Money(rapid.Int64Range(1, int64(recovery.MaxMoney)).Draw(t, "claim"))
		rate := rapid.Int64Range(0, highestRate).Draw(t, "rate")
		var back []payment
		for range rapid.IntRange(0, 6).Draw(t, "returns") {
			back = append(back, payment{
				from.AddDate(0, 0, rapid.IntRange(-100, 9000).Draw(t, "on")), recovery.Money(rapid.Int64Range(0, int64(claim)).Draw(t, "amount")),
			})
		}
		at, base, exact, total := dayOf(from), claim, 0.0, recovery.Money(0)
		periods := computeInterest(claim, from, to, back, rate)
		for _, p := range periods {
			if p.from.Before(at) || p.base > base || p.base <= 0 || p.days <= 0 || p.interest < 0 || p.to.After(dayOf(to)) {
				t.Fatalf("%+v", periods)
			}
			at, base = p.to, p.base
			exact += float64(p.base) * float64(rate) / 10_000 * float64(p.days) / daysOfYear
			total += p.interest
		}
		if math.Abs(exact-float64(total)) > float64(len(periods))+exact*1e-9 {
			t.Fatalf("%v against %v", total, exact)
		}
	})
}

// Exhibits that lean on one another count once, whatever the order; none counts
// more than it is.
func TestIndependent(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(0, 12).Draw(t, "n")
		p := &draft{numbers: map[recovery.EvidenceID]int{}}
		all := make([]*exhibit, n)
		for i := range all {
			all[i] = &exhibit{No: i + 1}
			p.numbers[recovery.EvidenceID(strconv.Itoa(i))] = i + 1
		}
		// A union of the leanings, reckoned by spreading a mark.
		next := map[int][]int{}
		for range rapid.IntRange(0, 10).Draw(t, "links") {
			if n == 0 {
				break
			}
			a, b := rapid.IntRange(0, n-1).Draw(t, "a"), rapid.IntRange(0, n-1).Draw(t, "b")
			all[a].Leans = append(all[a].Leans, recovery.EvidenceID(strconv.Itoa(b)))
			next[a], next[b] = append(next[a], b), append(next[b], a)
		}
		want, seen := 0, map[int]bool{}
		for i := range n {
			if seen[i] {
				continue
			}
			want++
			for queue := []int{i}; len(queue) > 0; queue = queue[1:] {
				if !seen[queue[0]] {
					seen[queue[0]] = true
					queue = append(queue, next[queue[0]]...)
				}
			}
		}
		if got := p.countIndependent(all); got != want {
			t.Fatalf("%d, not %d", got, want)
		}
	})
}

// acted makes papers with entries of which each may be an act.
func acted(t *testing.T, holders int, entries ...journal.Entry) *draft {
	t.Helper()
	f := folio.Folio{Audience: recovery.ForCourt, Case: recovery.Case{SentAt: on(2026, 11, 1)}}
	for i := range holders {
		f.Case.Counterparts = append(f.Case.Counterparts, recovery.Counterpart{ID: recovery.CounterpartID(fmt.Sprint("cp", i))})
	}
	for i, e := range entries {
		e.Seq = int64(i + 1)
		if e.At == "" {
			e.At = "2026-11-05T00:00:00.000000Z"
		}
		f.Entries = append(f.Entries, folio.Entry{Parsed: e})
	}
	p, err := newDraft(f, Options{})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// What the journal says is told as recovery weighs it: towards one, or, where it
// is alike towards all of several, once.
func TestLinesOfTheLedger(t *testing.T) {
	t.Parallel()
	contact := func(facts map[string]any) journal.Entry {
		return journal.Entry{Kind: recovery.EntryContactRecorded, Facts: facts}
	}
	answer := func(kind string, facts ...string) journal.Entry {
		all := map[string]any{"kind": kind, "counterpart_id": "cp0"}
		for _, fact := range facts {
			all[fact] = float64(5)
		}
		return journal.Entry{Kind: recovery.EntryResponseRecorded, Facts: all}
	}
	step := func(kind string) journal.Entry {
		return journal.Entry{Kind: recovery.EntryLegalStep, Facts: map[string]any{"kind": kind}}
	}
	for _, test := range []struct {
		name    string
		holders int
		entries []journal.Entry
		want    string
	}{
		{"a word that nobody answered", 1, []journal.Entry{contact(map[string]any{"counterpart_id": "cp0"})}, ""},
		{"a word, and an answer", 1, []journal.Entry{contact(map[string]any{"counterpart_id": "cp0"}), answer("refused")}, "demand_reached 1-2 cp0"},
		{"a link that was opened", 1, []journal.Entry{{Kind: recovery.EntryLinkOpened, Facts: map[string]any{"counterpart_id": "cp0"}}}, ""},
		{"to a group, one answers", 2, []journal.Entry{contact(map[string]any{"in_group": true}), answer("refused")}, "demand_reached 1-2 cp0"},
		{"a step towards all", 2, []journal.Entry{step("police_reported")}, "police_reported 1-0 "},
		{"a step towards the only one", 1, []journal.Entry{step("police_reported")}, "police_reported 1-0 cp0"},
		{"a promise", 2, []journal.Entry{answer("promised")}, "debtor_promised 1-0 cp0"},
		{"what they say they paid", 1, []journal.Entry{answer("returned")}, ""},
		{"and what the claimant confirms", 1, []journal.Entry{answer("returned", "recovered_fen")}, "debtor_paid 1-0 cp0"},
		{"no time", 1, []journal.Entry{{Kind: recovery.EntryLegalStep, Facts: map[string]any{"kind": "suit_filed"}, At: "soon"}}, ""},
		{"strange facts", 1, []journal.Entry{{Kind: recovery.EntryLegalStep, Facts: map[string]any{"kind": []any{"suit_filed"}}}}, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			var got []string
			for _, l := range acted(t, test.holders, test.entries...).lines {
				got = append(got, fmt.Sprintf("%s %d-%d %s", l.Kind, l.Seq, l.Proof, l.holder))
			}
			if strings.Join(got, "; ") != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

// A demand is listed with its way whether it arrived or not; it decides nothing
// until it did.
func TestDemandsOfTheLetter(t *testing.T) {
	t.Parallel()
	p := acted(
		t, 2, journal.Entry{Kind: recovery.EntryContactRecorded, Facts: map[string]any{"counterpart_id": "cp1"}, ClaimedAt: "2026-11-03T04:00:00Z"},
		journal.Entry{Kind: recovery.EntryContactRecorded, Facts: map[string]any{"in_group": true}, ClaimedAt: "2026-11-02T04:00:00Z"},
	)
	if len(p.demands) != 2 || p.demands[0].holder != "" || p.demands[0].Seq != 2 || p.demands[1].holder != "cp1" {
		t.Errorf("%+v", p.demands)
	}
	if first, found := p.firstDemand(); found {
		t.Errorf("%+v counts", first)
	}
}

func TestReturns(t *testing.T) {
	t.Parallel()
	p := acted(
		t, 1, journal.Entry{Kind: recovery.EntryReturnRecorded, Facts: map[string]any{"amount_fen": float64(5)}},
		journal.Entry{Kind: recovery.EntryResponseRecorded, Facts: map[string]any{"kind": "partly_returned", "amount_fen": float64(7)}},
		journal.Entry{Kind: recovery.EntryResponseRecorded, Facts: map[string]any{"kind": "promised", "amount_fen": float64(9)}},
		journal.Entry{Kind: recovery.EntryReturnRecorded, Facts: map[string]any{"amount_fen": "much"}},
	)
	if back := p.returnPayments(); len(back) != 2 || back[0].amount != 5 || back[1].amount != 7 {
		t.Errorf("%+v", back)
	}
}

func TestBriefNames(t *testing.T) {
	t.Parallel()
	h := mustWording(t)
	for name, want := range map[string]string{
		"": "", "𬭊": "𬭊", strings.Repeat("𠮷", longName): strings.Repeat("𠮷", longName),
		strings.Repeat("𠮷", longName+1): strings.Repeat("𠮷", longName) + "……（全称见当事人表）",
	} {
		if got := h.shortenName(name); got != want {
			t.Errorf("%q", got)
		}
	}
}

// Bands fit their room, cover the whole and repeat the same stretch.
func TestCut(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		room := rapid.Float64Range(60, 260).Draw(t, "room")
		h := rapid.Float64Range(room, 100*room).Draw(t, "height")
		parts, height := splitIntoBands(h, room)
		end := float64(parts-1)*(height-overlap) + height
		if height > room+1e-6 || math.Abs(end-h) > 1e-6 || height <= overlap || parts < 1 {
			t.Fatalf("%d parts of %v for %v in %v", parts, height, h, room)
		}
	})
}

func TestPercent(t *testing.T) {
	t.Parallel()
	for bp, want := range map[int64]string{310: "3.10％", 5: "0.05％", 10_000: "100.00％"} {
		if got := formatPercent(bp); got != want {
			t.Errorf("%d: %s", bp, got)
		}
	}
}

// Nothing is told by colour alone, and every colour is dark enough in grey: a
// contrast with white of 4.5 to 1 at least (WCAG 2.2, 1.4.3).
func TestInksAreLegibleInGrey(t *testing.T) {
	t.Parallel()
	for name, ink := range map[string]uint32{"black": uint32(black), "grey": uint32(grey), "red": uint32(red)} {
		linear := func(c uint32) float64 {
			v := float64(c&0xFF) / 255
			if v <= 0.04045 {
				return v / 12.92
			}
			return math.Pow((v+0.055)/1.055, 2.4)
		}
		y := 0.2126*linear(ink>>16) + 0.7152*linear(ink>>8) + 0.0722*linear(ink)
		if contrast := 1.05 / (y + 0.05); contrast < 4.5 {
			t.Errorf("%s: %.1f to 1", name, contrast)
		}
	}
}
