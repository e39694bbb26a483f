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
	p.visitCourtFields(visit)
	visit("rate.percent", &p.Rate.Percent, fieldRule{check: percent, public: true})
	visit("rate.as_of", &p.Rate.AsOf, fieldRule{check: pastDay, public: true})
	visit("rate.source", &p.Rate.Source, fieldRule{check: lineCheck(MaxContact), public: true})
	visit("rate.from", &p.Rate.From, fieldRule{check: pastDay, public: true})
}

// visitCourtFields visits what the forms of the court ask about the procedure.
func (p *Particulars) visitCourtFields(visit func(string, *string, fieldRule)) {
	visit("case_no", &p.CaseNo, fieldRule{check: lineCheck(maxCaseNo), public: true})
	visit("evidence_by", &p.EvidenceBy, fieldRule{check: anyDay, public: true})
	visit("try_mediation", (*string)(&p.TryMediation), fieldRule{check: choiceCheck(Wishes), public: true})
	visit("third_party", (*string)(&p.ThirdParty), fieldRule{check: choiceCheck(Answers), public: true})
	visit("forum.agreed", (*string)(&p.Forum.Agreed), fieldRule{check: choiceCheck(Answers), public: true})
	visit("forum.clause", &p.Forum.Clause, fieldRule{check: checkPassage})
	visit("preserved.done", (*string)(&p.Preserved.Done), fieldRule{check: choiceCheck(Answers)})
	visit("preserved.court", &p.Preserved.Court, fieldRule{check: courtName})
	visit("preserved.on", &p.Preserved.On, fieldRule{check: pastDay})
	visit("preserved.case_no", &p.Preserved.CaseNo, fieldRule{check: lineCheck(maxCaseNo)})
	visit("judgment.kind", (*string)(&p.Judgment.Kind), fieldRule{check: choiceCheck(JudgmentKinds), public: true})
	visit("judgment.made_by", &p.Judgment.MadeBy, fieldRule{check: courtName, public: true})
	visit("judgment.no", &p.Judgment.No, fieldRule{check: lineCheck(maxCaseNo), public: true})
	visit("judgment.effective_on", &p.Judgment.EffectiveOn, fieldRule{check: pastDay, public: true})
	visit("judgment.orders", &p.Judgment.Orders, fieldRule{check: checkPassage})
	visit("judgment.due_on", &p.Judgment.DueOn, fieldRule{check: anyDay, public: true})
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
	visit("claimant.e_service", (*string)(&c.EService), fieldRule{check: choiceCheck(Answers)})
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
	visit(of+"born", &h.Born, fieldRule{check: birthday})
	visit(of+"nation", &h.Nation, fieldRule{check: lineCheck(maxNation)})
	visit(of+"residence", &h.Residence, fieldRule{check: lineCheck(MaxContact)})
	visit(of+"other_debts", (*string)(&h.OtherDebts), fieldRule{check: choiceCheck(Answers)})
	visit(of+"in_china", (*string)(&h.InChina), fieldRule{check: choiceCheck(Answers)})
	visit(of+"can_be_served", (*string)(&h.CanBeServed), fieldRule{check: choiceCheck(Answers)})
}

func (p *Particulars) visitAgentFields(visit func(string, *string, fieldRule)) {
	a := &p.Agent
	visit("agent.appointed", (*string)(&a.Appointed), fieldRule{check: choiceCheck(Answers)})
	visit("agent.name", &a.Name, fieldRule{check: lineCheck(MaxName), named: true})
	visit("agent.relation", (*string)(&a.Relation), fieldRule{check: choiceCheck(Relations)})
	visit("agent.work", &a.Work, fieldRule{check: lineCheck(MaxName), named: true})
	visit("agent.document_no", &a.DocumentNo, fieldRule{check: documentNo, number: true})
	visit("agent.phone", &a.Phone, fieldRule{check: phoneNo, number: true})
	visit("agent.powers", (*string)(&a.Powers), fieldRule{check: choiceCheck(PowersGiven)})
}
