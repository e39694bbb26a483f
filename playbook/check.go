package playbook

import (
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	"recourse/playbook/calendar"
	"recourse/recovery"
)

// inspection collects what is wrong with a book.
type inspection struct {
	where  places
	faults []error
}

func (i *inspection) fault(id, format string, args ...any) {
	i.faults = append(i.faults, i.where.fault(id, format, args...))
}

// check refuses a book the engine could answer wrongly from.
func (b *Book) check(where places) error {
	i := &inspection{where: where}
	if name := path.Base(where.folder); b.data.Version != name {
		i.fault("", "the version is %q, the folder is named %q", b.data.Version, name)
	}
	if b.data.ValidFrom.IsZero() {
		i.fault("", "valid_from is missing")
	}
	b.checkNames(i)
	b.checkRules(i)
	b.checkClocks(i)
	b.checkRecall(i)
	b.checkGuidance(i)
	b.checkEvidence(i)
	b.checkDossier(i)
	b.checkTexts(i)
	b.checkFigures(i)
	b.checkSayings(i)
	b.checkTheories(i)
	b.checkRoutes(i)
	b.checkFees(i)
	b.checkChances(i)
	b.checkLibrary(i)
	b.checkTerms(i)
	return errors.Join(i.faults...)
}

func (b *Book) checkNames(i *inspection) {
	i.naming("names", b.data.Names.naming)
	i.naming("names.english", b.data.Names.English)
}

func (i *inspection) naming(where string, n naming) {
	for _, platform := range recovery.Platforms {
		if n.Platforms[platform] == "" {
			i.fault("", "%s: the platform %s has no name", where, platform)
		}
	}
	for _, instrument := range recovery.Instruments {
		if n.Instruments[instrument] == "" {
			i.fault("", "%s: the instrument %s has no name", where, instrument)
		}
	}
}

func (b *Book) checkRules(i *inspection) {
	known := map[string]Rule{}
	for _, rule := range b.data.rules() {
		if rule.ID == "" {
			i.fault("", "a rule has no id")
			continue
		}
		if _, twice := known[rule.ID]; twice {
			i.fault(rule.ID, "the id is used twice")
		}
		known[rule.ID] = rule
		if text := rule.Source.fault(); text != "" {
			i.fault(rule.ID, "%s", text)
		}
		if text := rule.Validity.fault(); text != "" {
			i.fault(rule.ID, "%s", text)
		}
		if !slices.Contains([]Confidence{High, Medium, Low}, rule.Confidence) {
			i.fault(rule.ID, "the confidence is high, medium or low, not %q", rule.Confidence)
		}
	}
	for _, rule := range b.data.rules() {
		for _, other := range rule.DisputedBy {
			if opponent, found := known[other]; !found || !slices.Contains(opponent.DisputedBy, rule.ID) {
				i.fault(rule.ID, "disputed_by %s: there is no such rule, or it does not dispute back", other)
			}
		}
	}
}

func (b *Book) checkClocks(i *inspection) {
	for _, rule := range b.data.Clocks {
		if !slices.Contains(recovery.Clocks, rule.Clock) {
			i.fault(rule.ID, "there is no clock %q", rule.Clock)
		}
		i.clock(&rule)
	}
}

// clock sees to it that a length says all that a calendar must know.
func (i *inspection) clock(rule *clockRule) {
	if rule.Length <= 0 || rule.Length > maxLength {
		i.fault(rule.ID, "a length lies between 1 and %d, not %d", maxLength, rule.Length)
	}
	oneOf(i, rule.ID, "unit", rule.Unit, []calendar.Unit{calendar.Hours, calendar.Days, calendar.WorkingDays})
	if rule.Unit == calendar.Days {
		oneOf(i, rule.ID, "rest_days", rule.RestDays, []calendar.RestDays{calendar.Keep, calendar.Move})
	} else if rule.RestDays != "" {
		i.fault(rule.ID, "rest_days is said of days only")
	}
	if !slices.IsSortedFunc(rule.WarnDays, func(a, b int) int { return b - a }) {
		i.fault(rule.ID, "warn_days go from the earliest warning to the last")
	}
	if rule.Clock == recovery.AutoRefundClock && rule.Unit != calendar.Hours {
		i.fault(rule.ID, "the platforms count the auto-refund in hours")
	}
}

// maxLength keeps every length far from the end of time.Duration.
const maxLength = 10_000

func (i *inspection) span(id string, s span, units ...string) {
	if s.Length <= 0 || s.Length > maxLength {
		i.fault(id, "a length lies between 1 and %d, not %d", maxLength, s.Length)
	}
	if !slices.Contains(units, s.Unit) {
		i.fault(id, "the unit is one of %s, not %q", strings.Join(units, ", "), s.Unit)
	}
}

func (b *Book) checkRecall(i *inspection) {
	for _, rule := range b.data.Recall {
		i.scope(rule.ID, rule.scope)
		if len(rule.Platforms) == 0 || len(rule.Instruments) == 0 {
			i.fault(rule.ID, "a recall rule names its platforms and instruments")
		}
		oneOf(i, rule.ID, "recall", rule.Recall, []string{recallNever, recallWhileUnclaimed, recallByCompany, recallUnsaid})
		oneOf(i, rule.ID, "refund", rule.Refund, []string{refundUnclaimed, refundAllOrNothing, refundUnsaid})
		if rule.Within != nil {
			i.span(rule.ID, *rule.Within, "minutes", "hours", "days")
		}
		if rule.Within != nil && rule.Recall != recallWhileUnclaimed {
			i.fault(rule.ID, "within is said of while_unclaimed only")
		}
		i.filled(rule.ID, rule.Text)
	}
}

// checkGuidance looks at each advice; that there is one for every moment is for
// checkTerms.
func (b *Book) checkGuidance(i *inspection) {
	for _, rule := range b.data.Guidance {
		i.scope(rule.ID, rule.scope)
		oneOf(i, rule.ID, "when", rule.When, moments)
		i.filled(rule.ID, append([]string{rule.How}, rule.Steps...)...)
		for _, actor := range rule.Who {
			oneOf(i, rule.ID, "who", actor, recallActors)
		}
		if len(rule.Who) == 0 {
			i.fault(rule.ID, "guidance says who has to act")
		}
		if len(rule.Steps) == 0 {
			i.fault(rule.ID, "guidance without steps helps nobody")
		}
	}
	for _, rule := range b.data.Warnings {
		i.scope(rule.ID, rule.scope)
		i.filled(rule.ID, rule.Text)
	}
}

func (b *Book) checkEvidence(i *inspection) {
	for _, rule := range b.data.Evidence {
		i.scope(rule.ID, rule.scope)
		oneOf(i, rule.ID, "kind", rule.Kind, recovery.EvidenceKinds)
		i.filled(rule.ID, rule.Why)
	}
}

func (b *Book) checkDossier(i *inspection) {
	for _, rule := range b.data.Dossier {
		i.scope(rule.ID, rule.scope)
		i.filled(rule.ID, rule.Text)
		for _, audience := range rule.Audiences {
			oneOf(i, rule.ID, "audience", audience, recovery.Audiences)
		}
		for _, kind := range rule.Evidence {
			oneOf(i, rule.ID, "evidence", kind, recovery.EvidenceKinds)
		}
		if len(rule.Audiences) == 0 {
			i.fault(rule.ID, "a dossier rule names its audiences")
		}
		if (rule.Fact == "") == (len(rule.Evidence) == 0) {
			i.fault(rule.ID, "a dossier rule asks for a fact or for evidence, one of them")
		}
		if _, known := caseFacts[rule.Fact]; rule.Fact != "" && !known {
			i.fault(rule.ID, "there is no fact %q", rule.Fact)
		}
	}
}

func (b *Book) checkTexts(i *inspection) {
	for n := range b.data.Texts {
		rule := &b.data.Texts[n]
		if err := rule.compile(); err != nil {
			i.fault(rule.ID, "%v", err)
		}
		i.scope(rule.ID, rule.scope)
		oneOf(i, rule.ID, "audience", rule.Audience, textAudiences)
		oneOf(i, rule.ID, "channel", recovery.Channel(rule.Channel), recovery.Channels)
		i.filled(rule.ID, rule.Warnings...)
		for _, wording := range []Wording{rule.Wording, rule.English} {
			for _, text := range []string{wording.Subject, wording.Body, wording.Short} {
				i.filled(rule.ID, text)
			}
			if len(wording.Short) >= len(wording.Body) {
				i.fault(rule.ID, "the short form is not shorter")
			}
		}
	}
}

func (i *inspection) filled(id string, texts ...string) {
	for _, text := range texts {
		if strings.TrimSpace(text) == "" {
			i.fault(id, "a text is empty")
		}
	}
}

func (i *inspection) scope(id string, s scope) {
	for _, value := range s.Platforms {
		oneOf(i, id, "platform", value, recovery.Platforms)
	}
	for _, value := range s.Instruments {
		oneOf(i, id, "instrument", value, recovery.Instruments)
	}
	for _, value := range s.Groups {
		oneOf(i, id, "group", value, recovery.GroupKinds)
	}
	for _, value := range s.Stages {
		oneOf(i, id, "stage", value, recovery.Stages)
	}
	for _, value := range s.Accounts {
		oneOf(i, id, "account", value, Accounts)
	}
}

func oneOf[T ~string](i *inspection, id, what string, value T, known []T) {
	if !slices.Contains(known, value) {
		i.fault(id, "%s: %q is not one of %s", what, value, fmt.Sprint(known))
	}
}
