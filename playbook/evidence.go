package playbook

import (
	"slices"

	"recourse/recovery"
)

// evidenceRule is a kind of evidence that some stages require, for a fact to prove.
type evidenceRule struct {
	ruleEntry `yaml:",inline"`
	scope     `yaml:",inline"`
	If        condition             `yaml:"if"`      // an unknown circumstance counts as no
	Reasons   []recovery.Reason     `yaml:"reasons"` // none: any reason
	Proves    recovery.ProvenFact   `yaml:"proves"`
	Kind      recovery.EvidenceKind `yaml:"kind"`
	Required  bool                  `yaml:"required"`
	Why       string                `yaml:"why"`
}

// dossierRule is one item of a complete dossier: a fact of the case, or any one of
// some kinds of evidence.
type dossierRule struct {
	ruleEntry `yaml:",inline"`
	scope     `yaml:",inline"`
	If        condition               `yaml:"if"` // an unknown circumstance counts as no
	Audiences []recovery.Audience     `yaml:"audiences"`
	Fact      string                  `yaml:"fact"`
	Evidence  []recovery.EvidenceKind `yaml:"evidence"`
	Text      string                  `yaml:"text"`
}

// caseFacts are the facts that a dossier rule may require.
var caseFacts = map[string]func(recovery.Case) bool{
	"transaction_no":   hasEveryNumber,
	"claim":            recovery.Case.ClaimIsKnown,
	"payer_relation":   func(c recovery.Case) bool { return c.Payer.Name == "" || c.Payer.Relation != "" },
	"narrative":        func(c recovery.Case) bool { return c.Narrative != "" },
	"claimant_contact": func(c recovery.Case) bool { return c.Claimant.Phone != "" || c.Claimant.Email != "" },
	"claimant_place":   func(c recovery.Case) bool { return c.Claimant.Province != "" && c.Claimant.City != "" },
}

// hasEveryNumber reports whether each payment has its transaction number.
func hasEveryNumber(c recovery.Case) bool {
	if len(c.Sends) == 0 {
		return c.TransactionNo != ""
	}
	return !slices.ContainsFunc(c.Sends, func(s recovery.Send) bool { return s.TransactionNo == "" })
}

// Requirements returns the evidence that the stage of a case requires, and whether
// it is there, in the order of the rules; never nil. The rules of the filing day
// apply.
func (rs *RuleSet) Requirements(c recovery.Case, have []recovery.Evidence) []recovery.Requirement {
	return rs.newEvaluation(FactsOf(c), c.CreatedAt, nil).requirementsFor(c, have)
}

func (e *evaluation) requirementsFor(c recovery.Case, have []recovery.Evidence) []recovery.Requirement {
	required := []recovery.Requirement{}
	at, read := situationOf(&c, c.Position.Stage), knownSignals{e}
	for rule := range rulesInForce(e.rules.data.Evidence, c.CreatedAt) {
		if !rule.covers(at) || !emptyOrContains(rule.Reasons, c.Reason) || rule.If.evaluate(read) != Yes {
			continue
		}
		required = append(required, recovery.Requirement{
			Kind: rule.Kind, Required: rule.Required, Satisfied: hasEvidence(have, rule.Kind), Proves: rule.Proves, Why: rule.Why,
		})
	}
	return required
}

// Missing returns in Chinese what a complete dossier for an audience would contain
// and this case lacks, by the rules of the filing day; empty when it is complete.
func (rs *RuleSet) Missing(c recovery.Case, have []recovery.Evidence, a recovery.Audience) []string {
	var missing []string
	at, read := situationOf(&c, c.Position.Stage), knownSignals{rs.newEvaluation(FactsOf(c), c.CreatedAt, nil)}
	for rule := range rulesInForce(rs.data.Dossier, c.CreatedAt) {
		if !slices.Contains(rule.Audiences, a) || !rule.covers(at) || rule.If.evaluate(read) != Yes {
			continue
		}
		if !rule.isSatisfied(c, have) {
			missing = append(missing, rule.Text)
		}
	}
	return missing
}

func (r *dossierRule) isSatisfied(c recovery.Case, have []recovery.Evidence) bool {
	if r.Fact != "" {
		return caseFacts[r.Fact](c)
	}
	return hasEvidence(have, r.Evidence...)
}

// hasEvidence reports whether any one of the kinds is among the evidence.
func hasEvidence(have []recovery.Evidence, kinds ...recovery.EvidenceKind) bool {
	return slices.ContainsFunc(have, func(e recovery.Evidence) bool { return slices.Contains(kinds, e.Kind) })
}
