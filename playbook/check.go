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

// ruleChecker collects the faults of a rule set.
type ruleChecker struct {
	locations ruleLocations
	faults    []error
}

func (i *ruleChecker) addFault(id, format string, args ...any) {
	i.faults = append(i.faults, i.locations.formatFault(id, format, args...))
}

// checkRuleSet returns an error for rules that could produce wrong answers.
func (rs *RuleSet) checkRuleSet(where ruleLocations) error {
	i := &ruleChecker{locations: where}
	if name := path.Base(where.folder); rs.data.Version != name {
		i.addFault("", "the version is %q, the folder is named %q", rs.data.Version, name)
	}
	if rs.data.ValidFrom.IsZero() {
		i.addFault("", "valid_from is missing")
	}
	rs.checkNames(i)
	rs.checkRules(i)
	rs.checkClocks(i)
	rs.checkRecall(i)
	rs.checkGuidance(i)
	rs.checkHelp(i)
	rs.checkEvidence(i)
	rs.checkDossier(i)
	rs.checkPhrases(i)
	rs.checkTexts(i)
	rs.checkLimitsAndQuestions(i)
	rs.checkConditionalTexts(i)
	rs.checkTheories(i)
	rs.checkRoutes(i)
	rs.checkFees(i)
	rs.checkChances(i)
	rs.checkLibrary(i)
	rs.checkLocalFigures(i)
	rs.checkEveryInstant(i)
	return errors.Join(i.faults...)
}

func (rs *RuleSet) checkNames(i *ruleChecker) {
	i.checkNaming("names", rs.data.Names.platformNames)
	i.checkNaming("names.english", rs.data.Names.English)
}

func (i *ruleChecker) checkNaming(where string, n platformNames) {
	for _, platform := range recovery.Platforms {
		if n.Platforms[platform] == "" {
			i.addFault("", "%s: the platform %s has no name", where, platform)
		}
	}
	for _, instrument := range recovery.Instruments {
		if n.Instruments[instrument] == "" {
			i.addFault("", "%s: the instrument %s has no name", where, instrument)
		}
	}
}

func (rs *RuleSet) checkRules(i *ruleChecker) {
	known := map[string]Rule{}
	for _, rule := range rs.data.listRules() {
		if rule.ID == "" {
			i.addFault("", "a rule has no id")
			continue
		}
		if _, twice := known[rule.ID]; twice {
			i.addFault(rule.ID, "the id is used twice")
		}
		known[rule.ID] = rule
		if text := rule.Source.findFault(); text != "" {
			i.addFault(rule.ID, "%s", text)
		}
		if text := rule.Validity.findFault(); text != "" {
			i.addFault(rule.ID, "%s", text)
		}
		if !slices.Contains([]Confidence{High, Medium, Low}, rule.Confidence) {
			i.addFault(rule.ID, "the confidence is high, medium or low, not %q", rule.Confidence)
		}
	}
	for _, rule := range rs.data.listRules() {
		for _, other := range rule.DisputedBy {
			if opponent, found := known[other]; !found || !slices.Contains(opponent.DisputedBy, rule.ID) {
				i.addFault(rule.ID, "disputed_by %s: there is no such rule, or it does not dispute back", other)
			}
		}
	}
}

func (rs *RuleSet) checkClocks(i *ruleChecker) {
	for _, rule := range rs.data.Clocks {
		if !slices.Contains(recovery.Clocks, rule.Clock) {
			i.addFault(rule.ID, "unknown clock %q", rule.Clock)
		}
		i.checkClock(&rule)
	}
}

// checkClock requires that a length has everything the calendar needs.
func (i *ruleChecker) checkClock(rule *clockRule) {
	if rule.Length <= 0 || rule.Length > maxLength {
		i.addFault(rule.ID, "the length must be between 1 and %d, not %d", maxLength, rule.Length)
	}
	checkOneOf(i, rule.ID, "unit", rule.Unit, calendar.Units)
	if rule.Unit.HasRestDays() {
		checkOneOf(i, rule.ID, "rest_days", rule.RestDays, []calendar.RestDays{calendar.Keep, calendar.Move})
	} else if rule.RestDays != "" {
		i.addFault(rule.ID, "rest_days is allowed for days and years only")
	}
	if !slices.IsSortedFunc(rule.WarnDays, func(a, b int) int { return b - a }) {
		i.addFault(rule.ID, "warn_days must descend: the earliest warning has most days")
	}
	if rule.Clock == recovery.AutoRefundClock && rule.Unit != calendar.Hours {
		i.addFault(rule.ID, "the platforms count the auto-refund in hours")
	}
}

// maxLength keeps every length far below the limits of time.Duration.
const maxLength = 10_000

func (i *ruleChecker) checkSpan(id string, s timeSpan, units ...string) {
	if s.Length <= 0 || s.Length > maxLength {
		i.addFault(id, "the length must be between 1 and %d, not %d", maxLength, s.Length)
	}
	if !slices.Contains(units, s.Unit) {
		i.addFault(id, "the unit is one of %s, not %q", strings.Join(units, ", "), s.Unit)
	}
}

func (rs *RuleSet) checkRecall(i *ruleChecker) {
	for _, rule := range rs.data.Recall {
		i.checkScope(rule.ID, rule.scope)
		if len(rule.Platforms) == 0 || len(rule.Instruments) == 0 {
			i.addFault(rule.ID, "a recall rule names its platforms and instruments")
		}
		checkOneOf(i, rule.ID, "recall", rule.Recall, []string{recallNever, recallWhileUnclaimed, recallByCompany, recallUnsaid})
		checkOneOf(i, rule.ID, "refund", rule.Refund, []string{refundUnclaimed, refundAllOrNothing, refundUnsaid})
		if rule.Within != nil {
			i.checkSpan(rule.ID, *rule.Within, "minutes", "hours", "days")
		}
		if rule.Within != nil && rule.Recall != recallWhileUnclaimed {
			i.addFault(rule.ID, "within is allowed for while_unclaimed only")
		}
		i.checkNotEmpty(rule.ID, rule.Text)
	}
}

func (rs *RuleSet) checkEvidence(i *ruleChecker) {
	for _, rule := range rs.data.Evidence {
		i.checkScope(rule.ID, rule.scope)
		checkOneOf(i, rule.ID, "kind", rule.Kind, recovery.EvidenceKinds)
		checkOneOf(i, rule.ID, "proves", rule.Proves, recovery.ProvenFacts)
		i.checkCondition(rule.ID, rule.If, rs.knownSignals(aboutCase))
		for _, reason := range rule.Reasons {
			checkOneOf(i, rule.ID, "reason", reason, recovery.Reasons)
		}
		i.checkNotEmpty(rule.ID, rule.Why)
	}
}

func (rs *RuleSet) checkDossier(i *ruleChecker) {
	for _, rule := range rs.data.Dossier {
		i.checkScope(rule.ID, rule.scope)
		i.checkCondition(rule.ID, rule.If, rs.knownSignals(aboutCase))
		i.checkNotEmpty(rule.ID, rule.Text)
		for _, audience := range rule.Audiences {
			checkOneOf(i, rule.ID, "audience", audience, recovery.Audiences)
		}
		for _, kind := range rule.Evidence {
			checkOneOf(i, rule.ID, "evidence", kind, recovery.EvidenceKinds)
		}
		if len(rule.Audiences) == 0 {
			i.addFault(rule.ID, "a dossier rule names its audiences")
		}
		if (rule.Fact == "") == (len(rule.Evidence) == 0) {
			i.addFault(rule.ID, "a dossier rule needs either fact or evidence")
		}
		if _, known := caseFacts[rule.Fact]; rule.Fact != "" && !known {
			i.addFault(rule.ID, "unknown fact %q", rule.Fact)
		}
	}
}

func (rs *RuleSet) checkTexts(i *ruleChecker) {
	for n := range rs.data.Texts {
		rule := &rs.data.Texts[n]
		if err := rule.compile(rs.data.Phrases); err != nil {
			i.addFault(rule.ID, "%v", err)
		}
		i.checkScope(rule.ID, rule.scope)
		checkOneOf(i, rule.ID, "audience", rule.Audience, textAudiences)
		checkOneOf(i, rule.ID, "channel", recovery.Channel(rule.Channel), recovery.Channels)
		for _, mistake := range rule.Mistakes {
			checkOneOf(i, rule.ID, "mistake", mistake, recovery.Mistakes)
		}
		i.checkNotEmpty(rule.ID, rule.Warnings...)
		for _, wording := range []Wording{rule.Wording, rule.English} {
			for _, text := range []string{wording.Subject, wording.Body, wording.Short} {
				i.checkNotEmpty(rule.ID, text)
			}
			if len(wording.Short) >= len(wording.Body) {
				i.addFault(rule.ID, "the short form is not shorter")
			}
		}
	}
}

func (i *ruleChecker) checkNotEmpty(id string, texts ...string) {
	for _, text := range texts {
		if strings.TrimSpace(text) == "" {
			i.addFault(id, "a text is empty")
		}
	}
}

func (i *ruleChecker) checkScope(id string, s scope) {
	for _, value := range s.Platforms {
		checkOneOf(i, id, "platform", value, recovery.Platforms)
	}
	for _, value := range s.Instruments {
		checkOneOf(i, id, "instrument", value, recovery.Instruments)
	}
	for _, value := range s.Groups {
		checkOneOf(i, id, "group", value, recovery.GroupKinds)
	}
	for _, value := range s.Stages {
		checkOneOf(i, id, "stage", value, recovery.Stages)
	}
	for _, value := range s.Accounts {
		checkOneOf(i, id, "account", value, recovery.Accounts)
	}
}

func checkOneOf[T ~string](i *ruleChecker, id, what string, value T, known []T) {
	if !slices.Contains(known, value) {
		i.addFault(id, "%s: %q is not one of %s", what, value, fmt.Sprint(known))
	}
}
