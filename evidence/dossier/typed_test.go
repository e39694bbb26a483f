package dossier_test

import (
	"regexp"
	"testing"

	"recourse/evidence/folio"
	"recourse/evidence/journal"
	"recourse/recovery"
)

// typedValues are the values of every enumeration, by the facts that carry them,
// and words that programs may send where a word is free.
func typedValues() map[string][]string {
	values := map[string][]string{}
	add := func(fact string, words ...string) { values[fact] = append(values[fact], words...) }
	each(recovery.Platforms, add, "platform")
	each(recovery.Instruments, add, "instrument")
	each(recovery.ClaimStates, add, "claim_state")
	each(recovery.GroupKinds, add, "group")
	each(recovery.Reasons, add, "reason")
	each(recovery.Stages, add, "from", "to", "stage")
	each(recovery.Outcomes, add, "outcome")
	each(recovery.Waits, add, "waiting_on")
	each(recovery.Responses, add, "kind")
	each(recovery.EvidenceKinds, add, "kind", "kinds")
	each(recovery.Refusals, add, "refusal")
	each(recovery.Channels, add, "channel")
	each(recovery.Decisions, add, "decision")
	each(recovery.Routes, add, "route")
	each(recovery.Clocks, add, "deadline", "because")
	each(recovery.Actions, add, "action", "because")
	each(recovery.Audiences, add, "audience")
	each(recovery.PapersOnRequest, add, "papers")
	each(append(recovery.IdentityTasks, recovery.DemandTask), add, "ref")
	each(recovery.LegalStepKinds(), add, "kind")
	add("kind", "received", "processing", "ticket_opened", "needs_more", "refunded", "refused", "no_liability", "arbitration_held")
	add("code", string(recovery.CodeFourEyes), string(recovery.CodeQuietHours), string(recovery.CodeContactLimit))
	return values
}

func each[T ~string](list []T, add func(string, ...string), facts ...string) {
	for _, fact := range facts {
		for _, word := range list {
			add(fact, string(word))
		}
	}
}

// told are entries of every kind, each fact in turn with each of its values.
func told(c *caseOf) {
	values := typedValues()
	rounds := 0
	for _, words := range values {
		rounds = max(rounds, len(words))
	}
	for round := range rounds {
		for i, kind := range recovery.EntryKinds {
			if kind == recovery.EntryCaseFiled || (i+round)%4 != 0 && round > 0 {
				continue
			}
			facts := map[string]any{"counterpart_id": "cp-1", "amount_fen": 100}
			for fact, words := range values {
				word := words[(i+round)%len(words)]
				facts[fact] = word
				if fact == "kinds" || fact == "papers" {
					facts[fact] = []string{word}
				}
			}
			if kind != recovery.EntryTaskOverdue {
				facts["ref"] = "1/2" // of an instalment
			}
			actor := recovery.Actor{Role: recovery.Roles[(i+round)%len(recovery.Roles)], ID: "u"}
			c.add(journal.Draft{Kind: kind, Actor: actor, Facts: facts})
		}
	}
}

// dressed is a case each of whose own words is one of an enumeration.
func dressed(t testing.TB, audience recovery.Audience, i int) folio.Folio {
	t.Helper()
	c := full(t, audience)
	told(c)
	record, x := &c.folio.Case, c.folio.Papers
	record.Platform, record.Instrument = recovery.Platforms[i%len(recovery.Platforms)], recovery.Instruments[i%len(recovery.Instruments)]
	record.Reason, record.ClaimState = recovery.Reasons[i%len(recovery.Reasons)], recovery.ClaimStates[i%len(recovery.ClaimStates)]
	record.Group.Kind = recovery.GroupKinds[i%len(recovery.GroupKinds)]
	record.Position.Stage, record.Position.WaitingOn = recovery.Stages[i%len(recovery.Stages)], recovery.Waits[i%len(recovery.Waits)]
	record.Counterparts[0].Answer = recovery.Responses[i%len(recovery.Responses)]
	record.Counterparts[0].Refusal = recovery.Refusals[i%len(recovery.Refusals)]
	x.Route, x.Requested = recovery.Routes[i%len(recovery.Routes)], recovery.PapersOnRequest
	x.Preservation = i%2 == 0
	x.Claimant.Sex, x.Claimant.DocumentKind = string(recovery.Sexes[i%2]), recovery.DocumentKinds[i%len(recovery.DocumentKinds)]
	x.Agent = recovery.AgentParticulars{Name: "李明", Relation: recovery.Relations[i%len(recovery.Relations)], Powers: recovery.PowersGiven[i%2]}
	return c.seal()
}

// No page shows the words of the program: every value of an enumeration is told
// in Chinese, and one that no table has as well.
func TestNoTypedWordIsPrinted(t *testing.T) {
	t.Parallel()
	program := map[string]bool{}
	for _, words := range typedValues() {
		for _, word := range words {
			program[word] = true
		}
	}
	each(recovery.EntryKinds, func(_ string, words ...string) { program[words[0]] = true }, "")
	each(recovery.Roles, func(_ string, words ...string) { program[words[0]] = true }, "")
	each(recovery.DocumentKinds, func(_ string, words ...string) { program[words[0]] = true }, "")
	alone := regexp.MustCompile(`(?:^|[^A-Za-z0-9_./@-])([a-z][a-z0-9_]*)(?:$|[^A-Za-z0-9_./@-])`)
	for _, audience := range recovery.Audiences {
		for i := range 2 {
			t.Run(string(audience)+string(rune('0'+i)), func(t *testing.T) {
				t.Parallel()
				data, _ := build(t, dressed(t, audience, i*3+1))
				seen := map[string]bool{}
				for _, found := range alone.FindAllStringSubmatch(dossierText(t, data), -1) {
					if word := found[1]; program[word] && !seen[word] {
						seen[word] = true
						t.Errorf("%q is printed", word)
					}
				}
			})
		}
	}
}
