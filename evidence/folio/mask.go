package folio

import (
	"fmt"
	"regexp"
	"slices"
	"sync"
	"unicode/utf8"

	"recourse/recovery"
	"recourse/textlint"
)

// Mask returns a text without the personal data that an audience may not read.
type Mask func(text string) string

var loadMasker = sync.OnceValues(textlint.LoadMasker)

// NewMask returns the mask for the texts of a case that go to an audience, or to one
// counterpart. It hides what it recognizes as personal data, and everything personal that
// is known in the case and withheld from this reader.
func NewMask(c recovery.Case, p recovery.Particulars, audience recovery.Audience, reader recovery.CounterpartID) (Mask, error) {
	return NewMaskOf(KnownNames(c, p, audience, reader))
}

// NewMaskOf returns the mask for texts in which these names may occur.
func NewMaskOf(names textlint.Names) (Mask, error) {
	masker, err := loadMasker()
	if err != nil {
		return nil, fmt.Errorf("mask: %w", err)
	}
	return func(text string) string {
		masked, _ := masker.Mask(text, names)
		return masked
	}, nil
}

// KnownNames lists what is known of the people in a case: what a reader may see, and what
// is withheld from them.
func KnownNames(c recovery.Case, p recovery.Particulars, audience recovery.Audience, reader recovery.CounterpartID) textlint.Names {
	names := textlint.Names{Keep: append(c.TransactionNos(), c.Claimant.Name)}
	withholds := func(class recovery.ValueClass) bool {
		return recovery.DisclosureOnPaper(audience, recovery.RoleSystem, class) == recovery.Withheld
	}
	if withholds(recovery.ReachValues) {
		names.Hide = append(names.Hide, c.Claimant.Phone, c.Claimant.Email)
	}
	if withholds(recovery.PayerValues) {
		names.Hide = append(names.Hide, c.Payer.Name)
	}
	for _, one := range c.Counterparts {
		if reader == "" || one.ID == reader {
			names.Keep = append(names.Keep, one.Alias)
		} else {
			names.Hide = append(names.Hide, one.Alias)
		}
		if withholds(recovery.ReachValues) {
			names.Hide = append(names.Hide, one.Contact)
		}
	}
	for path, value := range p.ValuesByPath() {
		if withholds(recovery.ClassOfValue(recovery.EntryParticulars, path)) && !isPlainWord(value) {
			names.Hide = append(names.Hide, value)
		}
	}
	for _, one := range p.Counterparts {
		if reader != "" && one.CounterpartID != reader {
			names.Hide = append(names.Hide, one.Name)
		}
	}
	isTooShort := func(name string) bool { return utf8.RuneCountInString(name) < 2 }
	names.Hide, names.Keep = slices.DeleteFunc(names.Hide, isTooShort), slices.DeleteFunc(names.Keep, isTooShort)
	slices.Sort(names.Hide)
	return names
}

var plainWord = regexp.MustCompile(`^[a-z_]+$`)

// isPlainWord reports a value of an enumeration, such as "yes".
func isPlainWord(value string) bool { return plainWord.MatchString(value) }
