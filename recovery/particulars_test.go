package recovery_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"recourse/recovery"
)

var particularsAt = time.Date(2026, 11, 21, 4, 0, 0, 0, time.UTC)

// cardNumber makes the number of an identity card by the rule as GB 11643
// prints it: weights 7 9 10 5 8 4 2 1 6 3 7 9 10 5 8 4 2, and a table of checks.
func cardNumber(place int, born time.Time, order int) string {
	digits := fmt.Sprintf("%06d%s%03d", place, born.Format("20060102"), order)
	sum := 0
	for i, weight := range []int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2} {
		sum += int(digits[i]-'0') * weight
	}
	return digits + string("10X98765432"[sum%11])
}

func ofCard(number string) recovery.Particulars {
	return recovery.Particulars{Claimant: recovery.ClaimantParticulars{DocumentKind: recovery.IDCard, DocumentNo: number}}
}

// Every sound number tells its day and its sex, and no other number that differs
// from it in one digit, or by two neighbours in each other's place, is taken.
func TestIDCardNumbers(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		born := time.Date(1900, 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, rapid.IntRange(0, 45_000).Draw(t, "days"))
		order := rapid.IntRange(0, 999).Draw(t, "order")
		number := cardNumber(rapid.IntRange(110_000, 659_999).Draw(t, "place"), born, order)
		if err := ofCard(number).Validate(recovery.Particulars{}, recovery.Case{}, particularsAt); err != nil {
			t.Fatalf("%s: %v", number, err)
		}
		told := ofCard(number).WithCardFacts().Claimant
		if want := []recovery.Sex{recovery.Female, recovery.Male}[order%2]; told.Born != born.Format(time.DateOnly) || told.Sex != want {
			t.Fatalf("%s tells %+v", number, told)
		}
		at := rapid.IntRange(0, 16).Draw(t, "at")
		wrong := []byte(number)
		if rapid.Bool().Draw(t, "swap") && wrong[at] != wrong[at+1] && wrong[at+1] != 'X' {
			wrong[at], wrong[at+1] = wrong[at+1], wrong[at]
		} else {
			wrong[at] = '0' + (wrong[at]-'0'+byte(rapid.IntRange(1, 9).Draw(t, "by")))%10
		}
		if err := ofCard(string(wrong)).Validate(recovery.Particulars{}, recovery.Case{}, particularsAt); err == nil {
			t.Fatalf("%s is taken for %s", wrong, number)
		}
	})
}

// paths are all particulars of a case with one counterpart.
func paths() []string {
	p := recovery.Particulars{Counterparts: []recovery.CounterpartParticulars{{CounterpartID: "h"}}}
	all := map[string]string{}
	for _, lack := range p.MissingFor(recovery.Case{Counterparts: []recovery.Counterpart{{ID: "h"}}}) {
		all["particulars."+lack.Field] = "x"
	}
	for _, name := range []string{
		"claimant.residence", "claimant.email", "claimant.work", "holders.h.document_no", "agent.name", "return_to.account", "rate.percent", "assets", "risk",
	} {
		all["particulars."+name] = "x"
	}
	return slices.Sorted(maps.Keys(all))
}

// Blank never erases: whatever is supplied after whatever, each field holds the
// last word that was said of it, and the journal's values make it whole again.
func TestBlankNeverErases(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		want, stand, read := map[string]string{}, recovery.Particulars{}, recovery.Particulars{}
		for range rapid.IntRange(1, 6).Draw(t, "changes") {
			said := rapid.MapOf(rapid.SampledFrom(paths()), rapid.SampledFrom([]string{"", "一", "二"})).Draw(t, "said")
			var change recovery.Particulars
			change.MergeValues(said)
			change = change.ChangesSince(stand)
			stand = stand.WithChange(change)
			read.MergeEntry(change.EntryFacts(), change.ValuesByPath())
			for path, value := range said {
				if value != "" {
					want[path] = value
				}
			}
		}
		if diff := cmp.Diff(want, stand.ValuesByPath()); diff != "" {
			t.Fatalf("(-want +stands):\n%s", diff)
		}
		if diff := cmp.Diff(want, read.ValuesByPath()); diff != "" {
			t.Fatalf("(-want +read back):\n%s", diff)
		}
	})
}

// What is masked tells nothing of a value but that it is there.
func TestMaskedParticulars(t *testing.T) {
	t.Parallel()
	for _, path := range paths() {
		var p recovery.Particulars
		p.MergeValues(map[string]string{path: "secretvalue"})
		masked := p.Masked().ValuesByPath()[path]
		if masked == "" || strings.Contains(masked, "secret") != (recovery.ClassOfValue(recovery.EntryParticulars, path) == recovery.PublicParticulars) {
			t.Errorf("%s: %q", path, masked)
		}
		if p.ValuesByPath()[path] != "secretvalue" {
			t.Errorf("%s: masking changed what stands", path)
		}
		if class := recovery.ClassOfValue(recovery.EntryParticulars, path); class == recovery.UnclassifiedValues {
			t.Errorf("%s is of the class %s, not a particular", path, class)
		}
	}
	for path, told := range map[string]bool{
		"particulars.holders.h.name": true, "particulars.return_to.account": true, "particulars.court": true, "particulars.agent.name": true,
		"particulars.holders.h.home": false, "particulars.claimant.document_no": false, "particulars.security": false, "particulars.x": false,
	} {
		if recovery.SeesOnPaper(recovery.ForOpponent, recovery.RoleLegal, recovery.ClassOfValue(recovery.EntryParticulars, path)) != told {
			t.Errorf("%s for the other side: %v", path, !told)
		}
	}
}

// Each route asks for what its papers need, and for no more.
func TestLackingParticulars(t *testing.T) {
	t.Parallel()
	c := recovery.Case{
		Counterparts: []recovery.Counterpart{{ID: "h"}}, TransactionNo: "1", Narrative: "误发", Claimant: recovery.Claimant{Email: "a@example.org"},
	}
	for name, test := range map[string]struct {
		change   func(*recovery.Case, *recovery.Particulars)
		has, not []string
	}{
		"suit": {func(*recovery.Case, *recovery.Particulars) {},
			[]string{"court", "claimant.born", "claimant.document_no", "holders.h.name", "holders.h.home", "return_by"},
			[]string{"due_on", "agent.name", "assets", "at_risk", "transaction_no", "narrative", "claimant.phone", "claimant.work"}},
		"payment order": {func(c *recovery.Case, _ *recovery.Particulars) { c.Position.Route = recovery.PaymentOrder },
			[]string{"due_on", "court"}, []string{"claimant.born", "claimant.nation"}},
		"a card tells": {func(_ *recovery.Case, p *recovery.Particulars) {
			p.Claimant.DocumentKind, p.Claimant.DocumentNo = recovery.IDCard, "440300199003040024"
		}, []string{"court"}, []string{"claimant.born", "claimant.sex", "claimant.document_no"}},
		"a document tells who": {func(_ *recovery.Case, p *recovery.Particulars) {
			p.Counterparts = []recovery.CounterpartParticulars{{CounterpartID: "h", Name: "王", DocumentKind: recovery.Passport, DocumentNo: "E1234567"}}
		}, []string{"court"}, []string{"holders.h.home", "holders.h.name"}},
		"handed over": {func(c *recovery.Case, _ *recovery.Particulars) { c.Representative = "u" }, []string{"agent.name", "agent.powers"}, nil},
		"on request": {func(_ *recovery.Case, p *recovery.Particulars) { p.Papers = recovery.PapersOnRequest },
			[]string{"agent.name", "assets", "security", "at_risk", "risk"}, nil},
	} {
		own, p := c, recovery.Particulars{}
		test.change(&own, &p)
		var lacks []string
		for _, lack := range p.MissingFor(own) {
			lacks = append(lacks, lack.Field)
		}
		for _, field := range test.has {
			if !slices.Contains(lacks, field) {
				t.Errorf("%s: %s is not asked for", name, field)
			}
		}
		for _, field := range test.not {
			if slices.Contains(lacks, field) {
				t.Errorf("%s: %s is asked for", name, field)
			}
		}
	}
}

// In danger no paper asks the other side for anything, and the police get one.
func TestPapersInDanger(t *testing.T) {
	t.Parallel()
	for _, danger := range recovery.Dangers {
		c := recovery.Case{}
		c.Position.Facts.Circumstances = map[string]bool{danger: true}
		papers := recovery.Particulars{Papers: recovery.PapersOnRequest}.NeededPapers(c)
		for _, paper := range []recovery.Paper{recovery.PaperDemand, recovery.PaperAgreement, recovery.PaperMediation} {
			if slices.Contains(papers, paper) {
				t.Errorf("%s: there is a paper %s", danger, paper)
			}
		}
		if !slices.Contains(papers, recovery.PaperPolice) {
			t.Errorf("%s: there is nothing for the police", danger)
		}
	}
}
