package recovery

// fieldRule defines how a field is checked and who may read it. The papers that
// need it are in papers.go.
type fieldRule struct {
	check  func(c *FieldChecker, field, value string)
	public bool // visible to everybody in the case
	named  bool // printed in the papers for the other side
	number bool // a number: its last digits are not masked
}

const counterpartsPath = "holders."

// visitFields calls visit for every field with its path below particularsPath. A
// field added here is requested, checked, stored and masked without further code.
func (p *Particulars) visitFields(visit func(path string, value *string, of fieldRule)) {
	p.visitClaimantFields(visit)
	for i := range p.Counterparts {
		p.Counterparts[i].visitFields(visit)
	}
	p.visitAgentFields(visit)
	visit("court", &p.Court, fieldRule{check: courtName, public: true})
	visit("transaction_no", &p.TransactionNo, fieldRule{check: transactionNo, number: true})
	visit("return_to.name", &p.ReturnTo.Name, fieldRule{check: lineCheck(MaxName), named: true})
	visit("return_to.bank", &p.ReturnTo.Bank, fieldRule{check: lineCheck(MaxName), named: true})
	visit("return_to.account", &p.ReturnTo.Account, fieldRule{check: accountNo, named: true, number: true})
	visit("return_by", &p.ReturnBy, fieldRule{check: anyDay, public: true})
	visit("due_on", &p.DueOn, fieldRule{check: anyDay, public: true})
	visit("noticed_on", &p.NoticedOn, fieldRule{check: pastDay, public: true})
	visit("narrative", &p.Narrative, fieldRule{check: checkNarrative, named: true})
	visit("assets", &p.Assets, fieldRule{check: checkPassage})
	visit("security", &p.Security, fieldRule{check: checkPassage})
	visit("at_risk", &p.AtRisk, fieldRule{check: checkPassage})
	visit("risk", &p.Risk, fieldRule{check: checkPassage})
	visit("rate.percent", &p.Rate.Percent, fieldRule{check: percent, public: true})
	visit("rate.as_of", &p.Rate.AsOf, fieldRule{check: pastDay, public: true})
	visit("rate.source", &p.Rate.Source, fieldRule{check: lineCheck(MaxContact), public: true})
	visit("rate.from", &p.Rate.From, fieldRule{check: pastDay, public: true})
}

func (p *Particulars) visitClaimantFields(visit func(string, *string, fieldRule)) {
	c := &p.Claimant
	visit("claimant.document_kind", (*string)(&c.DocumentKind), fieldRule{check: choiceCheck(DocumentKinds)})
	visit("claimant.document_no", &c.DocumentNo, fieldRule{check: documentNo, number: true})
	visit("claimant.sex", (*string)(&c.Sex), fieldRule{check: choiceCheck(Sexes)})
	visit("claimant.born", &c.Born, fieldRule{check: birthday})
	visit("claimant.nation", &c.Nation, fieldRule{check: lineCheck(maxNation)})
	visit("claimant.home", &c.Home, fieldRule{check: lineCheck(MaxContact)})
	visit("claimant.residence", &c.Residence, fieldRule{check: lineCheck(MaxContact)})
	visit("claimant.serve_at", &c.ServeAt, fieldRule{check: lineCheck(MaxContact)})
	visit("claimant.phone", &c.Phone, fieldRule{check: phoneNo, number: true})
	visit("claimant.email", &c.Email, fieldRule{check: address})
	visit("claimant.work", &c.Work, fieldRule{check: lineCheck(MaxName)})
}

func (h *CounterpartParticulars) visitFields(visit func(string, *string, fieldRule)) {
	of := counterpartsPath + string(h.CounterpartID) + "."
	visit(of+"name", &h.Name, fieldRule{check: lineCheck(MaxName), named: true})
	visit(of+"sex", (*string)(&h.Sex), fieldRule{check: choiceCheck(Sexes)})
	visit(of+"home", &h.Home, fieldRule{check: lineCheck(MaxContact)})
	visit(of+"document_kind", (*string)(&h.DocumentKind), fieldRule{check: choiceCheck(DocumentKinds)})
	visit(of+"document_no", &h.DocumentNo, fieldRule{check: documentNo, number: true})
	visit(of+"phone", &h.Phone, fieldRule{check: phoneNo, number: true})
	visit(of+"work", &h.Work, fieldRule{check: lineCheck(MaxName)})
}

func (p *Particulars) visitAgentFields(visit func(string, *string, fieldRule)) {
	a := &p.Agent
	visit("agent.name", &a.Name, fieldRule{check: lineCheck(MaxName), named: true})
	visit("agent.relation", (*string)(&a.Relation), fieldRule{check: choiceCheck(Relations)})
	visit("agent.work", &a.Work, fieldRule{check: lineCheck(MaxName), named: true})
	visit("agent.document_no", &a.DocumentNo, fieldRule{check: documentNo, number: true})
	visit("agent.phone", &a.Phone, fieldRule{check: phoneNo, number: true})
	visit("agent.powers", (*string)(&a.Powers), fieldRule{check: choiceCheck(PowersGiven)})
}
