package casework

import (
	"context"
	"maps"
	"slices"

	"recourse/postgres"
	"recourse/recovery"
)

// FactAnswers are the claimant's answers to the facts found in a file.
type FactAnswers struct {
	Confirm []string
	Reject  []string
}

// AnswerFacts stores the claimant's answers to the facts found in a file.
// Metadata can be forged, so a fact counts only if a person confirms it. Later
// answers replace earlier ones; both stay in the journal.
func (s *Service) AnswerFacts(ctx context.Context, req Request, id recovery.EvidenceID, answers FactAnswers) (Reply[Exhibit], error) {
	record, c, err := s.evidenceAndCase(ctx, req.Actor, id)
	if err != nil {
		return Reply[Exhibit]{}, err
	}
	if req.Actor.Role != recovery.RoleClaimant {
		return Reply[Exhibit]{}, recovery.Faultf(recovery.CodeForbidden, "Only the claimant confirms or rejects facts.")
	}
	return runIdempotent(ctx, s, req, func() (change[Exhibit], error) { return s.prepareAnswers(ctx, req, c, record, answers) })
}

func (s *Service) prepareAnswers(
	ctx context.Context, req Request, c recovery.Case, record recovery.Evidence, answers FactAnswers,
) (change[Exhibit], error) {
	exhibit, err := s.loadExhibit(ctx, record)
	if err != nil {
		return change[Exhibit]{}, err
	}
	states, err := answers.factStates(exhibit)
	if err != nil {
		return change[Exhibit]{}, err
	}
	write := s.answersWrite(req, c, &exhibit, states)
	return change[Exhibit]{string(exhibit.ID), exhibit, func(idem postgres.Idempotency) (Exhibit, error) {
		write.Idempotency, write.Precondition = idem, s.mayStillWrite(req)
		return exhibit, s.Store.WriteAnswers(ctx, write)
	}}, nil
}

// factStates checks that every named fact was found, and is named once.
func (a FactAnswers) factStates(exhibit Exhibit) (map[string]string, error) {
	states := map[string]string{}
	var faults []recovery.FieldFault
	addAnswers := func(field string, names []string, state FactState) {
		for _, name := range names {
			known := slices.ContainsFunc(exhibit.Facts, func(f ProposedFact) bool { return f.Name == name })
			switch _, twice := states[name]; {
			case !known:
				faults = append(faults, recovery.FieldFault{Field: field, Code: "unknown_value", Detail: "The file has no such fact."})
			case twice:
				faults = append(faults, recovery.FieldFault{Field: field, Code: "duplicate", Detail: "Each fact may be named only once."})
			default:
				states[name] = string(state)
			}
			if len(faults) > 0 {
				return
			}
		}
	}
	addAnswers("confirm", a.Confirm, FactConfirmed)
	addAnswers("reject", a.Reject, FactRejected)
	if len(states) == 0 && len(faults) == 0 {
		faults = append(faults, recovery.FieldFault{Field: "confirm", Code: "required", Detail: "Name at least one fact."})
	}
	return states, recovery.Invalid(faults)
}

// answersWrite makes the write of the answers. It also sets their states in exhibit,
// which the caller returns.
func (s *Service) answersWrite(req Request, c recovery.Case, exhibit *Exhibit, states map[string]string) postgres.AnswersWrite {
	confirmed := map[string]string{}
	for i, fact := range exhibit.Facts {
		state, named := states[fact.Name]
		if !named {
			continue
		}
		exhibit.Facts[i].State = FactState(state)
		if state == string(FactConfirmed) {
			confirmed[fact.Name] = fact.Value
		}
	}
	rejected := slices.DeleteFunc(slices.Sorted(maps.Keys(states)), func(name string) bool { return states[name] != string(FactRejected) })
	draft := s.newDraft(recovery.EntryEvidenceFacts, req, c)
	draft.Key = "facts:" + s.newID()
	draft.Facts = map[string]any{"evidence_id": exhibit.ID, "confirmed": confirmed, "rejected": rejected}
	return postgres.AnswersWrite{CaseID: c.ID, EvidenceID: exhibit.ID, Answers: states, Draft: draft}
}
