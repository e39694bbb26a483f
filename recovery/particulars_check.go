package recovery

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
)

// maxNation fits the longest name of a nationality in Chinese.
const maxNation = 20

// maxCaseNo fits a case number such as （2026）粤0305民初12345号.
const maxCaseNo = 40

// maxPassage is the maximum length of a description of property or evidence.
const maxPassage = 500

var (
	courtForm    = regexp.MustCompile(`^\p{Han}{2,40}法院$`)
	documentForm = regexp.MustCompile(`^[0-9A-Z]{5,20}$`)
	accountForm  = regexp.MustCompile(`^[0-9]{8,34}$`)
	percentForm  = regexp.MustCompile(`^[0-9]{1,2}(\.[0-9]{1,2})?$`)
)

// Normalize removes blanks around values and within numbers, and changes the x of
// identity card numbers to upper case.
func (p Particulars) Normalize() Particulars {
	p.Counterparts = slices.Clone(p.Counterparts)
	p.visitFields(func(path string, value *string, of fieldRule) {
		if *value = strings.TrimSpace(*value); IsBlank(*value) {
			*value = ""
		}
		switch {
		case strings.HasSuffix(path, "document_no"):
			*value = strings.ToUpper(strings.ReplaceAll(*value, " ", ""))
		case of.number && !strings.HasSuffix(path, "phone"):
			*value = strings.ReplaceAll(*value, " ", "")
		}
	})
	return p
}

// Validate checks a change to the stored particulars of a case: each field, and
// fields that must agree with each other after the change. It returns nil, or a
// Fault with CodeInvalid that lists each faulty field.
func (p Particulars) Validate(stored Particulars, c Case, now time.Time) error {
	check := &FieldChecker{now: now}
	p.checkCounterparts(check, c)
	for i, paper := range p.Papers {
		OneOf(check, fmt.Sprintf("papers[%d]", i), paper, PapersOnRequest, true)
	}
	if len(check.faults) > 0 { // the rest relies on a limited number of counterparts
		return Invalid(check.faults)
	}
	after := stored.WithChange(p)
	given := p.ValuesByPath()
	p.visitFields(func(path string, value *string, of fieldRule) {
		if *value != "" {
			of.check(check, p.requestField(path), *value)
		}
	})
	if noticed := ParseDay(p.NoticedOn); noticed != nil && noticed.Before(*ParseDay(c.SentAt.In(Shanghai).Format(time.DateOnly))) {
		check.Add("noticed_on", "before_sending", "This cannot have been before the day of the sending.")
	}
	cards := append([]identityDocument{{"claimant.", after.Claimant.DocumentKind, after.Claimant.DocumentNo, after.Claimant.Born, after.Claimant.Sex}},
		counterpartDocuments(after)...)
	for _, card := range cards {
		if card.hasChanged(given) {
			card.checkNumber(check, p)
		}
	}
	return Invalid(check.faults)
}

// checkCounterparts rejects unknown and duplicate counterparts.
func (p Particulars) checkCounterparts(check *FieldChecker, c Case) {
	if len(p.Counterparts) > MaxCounterparts {
		check.Add("holders", "too_many", "At most %d counterparts are accepted.", MaxCounterparts)
		return
	}
	if len(p.Papers) > len(PapersOnRequest) {
		check.Add("papers", "too_many", "A paper is listed twice.")
		return
	}
	known := map[CounterpartID]int{}
	for _, counterpart := range c.Counterparts {
		known[counterpart.ID] = 1
	}
	for i, h := range p.Counterparts {
		field := fmt.Sprintf("holders[%d].counterpart_id", i)
		switch known[h.CounterpartID] {
		case 0:
			check.Add(field, "unknown", "The case has no such counterpart.")
		case 1:
			known[h.CounterpartID]++
		default:
			check.Add(field, "duplicate", "This counterpart is listed twice.")
		}
	}
}

// requestField converts a path to the name of the field in the request body, which
// lists counterparts by index.
func (p Particulars) requestField(path string) string {
	for i, h := range p.Counterparts {
		if rest, of := strings.CutPrefix(path, counterpartsPath+string(h.CounterpartID)+"."); of {
			return fieldAt("holders", i) + rest
		}
	}
	return path
}

// identityDocument is an identity document with the stated birth date and sex of its
// owner.
type identityDocument struct {
	path   string
	kind   DocumentKind
	number string
	born   string
	sex    Sex
}

func counterpartDocuments(p Particulars) []identityDocument {
	var cards []identityDocument
	for _, h := range p.Counterparts {
		cards = append(cards, identityDocument{counterpartsPath + string(h.CounterpartID) + ".", h.DocumentKind, h.DocumentNo, h.Born, h.Sex})
	}
	return cards
}

func (d identityDocument) hasChanged(given map[string]string) bool {
	return slices.ContainsFunc([]string{"document_kind", "document_no", "born", "sex"}, func(name string) bool {
		return given[particularsPath+d.path+name] != ""
	})
}

// checkNumber checks a number against the kind of document and the stated data.
func (d identityDocument) checkNumber(c *FieldChecker, p Particulars) {
	if d.number != "" && d.kind == "" {
		c.Add(p.requestField(d.path+"document_kind"), "required", "Name the kind of document of this number.")
	}
	if d.kind != IDCard || d.number == "" {
		return
	}
	born, sex, sound := readIDCard(d.number)
	switch {
	case !sound || born.After(c.now):
		c.Add(p.requestField(d.path+"document_no"), "checksum", "This is not a valid identity card number. It has 18 characters, and the last is a check character.")
	case d.born != "" && d.born != born.Format(time.DateOnly):
		c.Add(p.requestField(d.path+"born"), "contradicts", "The identity card number contains another date of birth.")
	case d.sex != "" && d.sex != sex:
		c.Add(p.requestField(d.path+"sex"), "contradicts", "The identity card number contains another sex.")
	}
}

// readIDCard parses an identity card number (GB 11643-1999): six digits for the
// region, the date of birth, a three-digit sequence number that is odd for men, and
// a check character (ISO 7064, MOD 11-2).
func readIDCard(number string) (born time.Time, sex Sex, sound bool) {
	if len(number) != 18 {
		return time.Time{}, "", false
	}
	sum, weight := 0, 1
	for i := 17; i >= 0; i-- {
		digit := int(number[i] - '0')
		if i == 17 && number[i] == 'X' {
			digit = 10
		} else if number[i] < '0' || number[i] > '9' {
			return time.Time{}, "", false
		}
		sum += digit * weight
		weight = weight * 2 % 11
	}
	born, err := time.Parse("20060102", number[6:14])
	sex = Male
	if (number[16]-'0')%2 == 0 {
		sex = Female
	}
	return born, sex, err == nil && sum%11 == 1 && born.Year() >= 1900
}

// lineCheck returns a check for one line of free text.
func lineCheck(limit int) func(*FieldChecker, string, string) {
	return func(c *FieldChecker, field, value string) {
		c.Line(field, value, limit, true)
	}
}

func checkPassage(c *FieldChecker, field, value string) { c.Text(field, value, maxPassage, true) }

func checkNarrative(c *FieldChecker, field, value string) { c.Text(field, value, MaxNarrative, true) }

func choiceCheck[T ~string](values []T) func(*FieldChecker, string, string) {
	return func(c *FieldChecker, field, value string) { OneOf(c, field, T(value), values, true) }
}

func patternCheck(form *regexp.Regexp, why string) func(*FieldChecker, string, string) {
	return func(c *FieldChecker, field, value string) {
		if !form.MatchString(value) {
			c.Add(field, "malformed", "%s", why)
		}
	}
}

var (
	courtName     = patternCheck(courtForm, "The whole name of a court in Chinese is needed; it ends in 法院.")
	documentNo    = patternCheck(documentForm, "5 to 20 digits and capital letters are accepted.")
	accountNo     = patternCheck(accountForm, "8 to 34 digits are accepted.")
	percent       = patternCheck(percentForm, "A rate in percent, such as 3.00, is accepted.")
	transactionNo = patternCheck(transactionForm, "Up to 64 letters, digits, '-' and '_' are accepted.")
	phoneNo       = patternCheck(phoneForm, "This is not a telephone number.")
	address       = patternCheck(emailForm, "This is not an e-mail address.")
)

// isDayBetween reports whether value is a calendar day from first to last.
func isDayBetween(value string, first, last time.Time) bool {
	day, err := time.Parse(time.DateOnly, value)
	return err == nil && !day.Before(first) && !day.After(last)
}

func dayCheck(first func(*FieldChecker) time.Time, last func(*FieldChecker) time.Time) func(*FieldChecker, string, string) {
	return func(c *FieldChecker, field, value string) {
		if !isDayBetween(value, first(c), last(c)) {
			c.Add(field, "out_of_range", "Enter a possible day such as 2026-03-31.")
		}
	}
}

func startOfToday(c *FieldChecker) time.Time {
	year, month, day := c.now.In(Shanghai).Date()
	return time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
}

var (
	pastDay  = dayCheck(func(*FieldChecker) time.Time { return earliestTime }, startOfToday)
	anyDay   = dayCheck(func(*FieldChecker) time.Time { return earliestTime }, func(c *FieldChecker) time.Time { return startOfToday(c).AddDate(maxPlanYears, 0, 0) })
	birthday = dayCheck(func(*FieldChecker) time.Time { return time.Date(1900, 1, 1, 0, 0, 0, 0, time.UTC) }, startOfToday)
)
