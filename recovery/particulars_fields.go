package recovery

// trait is what is known of a particular: how it is checked, who may read it and
// which papers are sent back without it.
type trait struct {
	check  func(c *FieldChecker, field, value string)
	public bool // no secret from anybody in the case
	named  bool // told by the papers for the other side
	number bool // its last digits may be shown
	papers []Paper
}

const holdersPath = "holders."

// The papers that name the parties, as they need their particulars.
var (
	suing     = []Paper{PaperComplaint}
	applying  = []Paper{PaperComplaint, PaperPaymentOrder, PaperPolice, PaperAgreement, PaperPreservation, PaperSafekeeping, PaperAuthorisation}
	reaching  = []Paper{PaperComplaint, PaperPaymentOrder, PaperPolice, PaperAgreement, PaperDemand, PaperSafekeeping, PaperAuthorisation}
	at        = []Paper{PaperComplaint, PaperPaymentOrder, PaperInquiry, PaperPreservation, PaperSafekeeping, PaperAuthorisation}
	against   = []Paper{PaperComplaint, PaperPaymentOrder, PaperAgreement, PaperPreservation}
	empowered = []Paper{PaperAuthorisation}
)

// each visits every particular with its path below particularsPath. What is
// added here is asked for, checked, kept and masked by that alone.
func (p *Particulars) each(visit func(path string, value *string, of trait)) {
	p.eachOfClaimant(visit)
	for i := range p.Holders {
		p.Holders[i].each(visit)
	}
	p.eachOfAgent(visit)
	visit("court", &p.Court, trait{check: courtName, public: true, papers: at})
	visit("transaction_no", &p.TransactionNo, trait{check: transactionNo, number: true, papers: []Paper{PaperComplaint, PaperInquiry, PaperPolice}})
	visit("return_to.name", &p.ReturnTo.Name, trait{check: line(MaxName), named: true})
	visit("return_to.bank", &p.ReturnTo.Bank, trait{check: line(MaxName), named: true})
	visit("return_to.account", &p.ReturnTo.Account, trait{check: accountNo, named: true, number: true})
	visit("return_by", &p.ReturnBy, trait{check: anyDay, public: true, papers: []Paper{PaperDemand}})
	visit("due_on", &p.DueOn, trait{check: anyDay, public: true, papers: []Paper{PaperPaymentOrder}})
	visit("noticed_on", &p.NoticedOn, trait{check: pastDay, public: true})
	visit("narrative", &p.Narrative, trait{check: account, named: true, papers: suing})
	visit("assets", &p.Assets, trait{check: passage, papers: []Paper{PaperPreservation}})
	visit("security", &p.Security, trait{check: passage, papers: []Paper{PaperPreservation}})
	visit("at_risk", &p.AtRisk, trait{check: passage, papers: []Paper{PaperSafekeeping}})
	visit("risk", &p.Risk, trait{check: passage, papers: []Paper{PaperSafekeeping}})
	visit("rate.percent", &p.Rate.Percent, trait{check: percent, public: true})
	visit("rate.as_of", &p.Rate.AsOf, trait{check: pastDay, public: true})
	visit("rate.source", &p.Rate.Source, trait{check: line(MaxContact), public: true})
	visit("rate.from", &p.Rate.From, trait{check: pastDay, public: true})
}

func (p *Particulars) eachOfClaimant(visit func(string, *string, trait)) {
	c := &p.Claimant
	visit("claimant.document_kind", (*string)(&c.DocumentKind), trait{check: word(DocumentKinds), papers: applying})
	visit("claimant.document_no", &c.DocumentNo, trait{check: documentNo, number: true, papers: applying})
	visit("claimant.sex", (*string)(&c.Sex), trait{check: word(Sexes), papers: suing})
	visit("claimant.born", &c.Born, trait{check: birthday, papers: suing})
	visit("claimant.nation", &c.Nation, trait{check: line(maxNation), papers: suing})
	visit("claimant.home", &c.Home, trait{check: line(MaxContact), papers: []Paper{PaperComplaint, PaperPaymentOrder, PaperAuthorisation}})
	visit("claimant.residence", &c.Residence, trait{check: line(MaxContact)})
	visit("claimant.serve_at", &c.ServeAt, trait{check: line(MaxContact), papers: suing})
	visit("claimant.phone", &c.Phone, trait{check: phoneNo, number: true, papers: reaching})
	visit("claimant.email", &c.Email, trait{check: address})
	visit("claimant.work", &c.Work, trait{check: line(MaxName)})
}

func (h *HolderParticulars) each(visit func(string, *string, trait)) {
	of := holdersPath + string(h.CounterpartID) + "."
	visit(of+"name", &h.Name, trait{check: line(MaxName), named: true, papers: against})
	visit(of+"sex", (*string)(&h.Sex), trait{check: word(Sexes)})
	visit(of+"home", &h.Home, trait{check: line(MaxContact), papers: against})
	visit(of+"document_kind", (*string)(&h.DocumentKind), trait{check: word(DocumentKinds)})
	visit(of+"document_no", &h.DocumentNo, trait{check: documentNo, number: true})
	visit(of+"phone", &h.Phone, trait{check: phoneNo, number: true})
	visit(of+"work", &h.Work, trait{check: line(MaxName)})
}

func (p *Particulars) eachOfAgent(visit func(string, *string, trait)) {
	a := &p.Agent
	visit("agent.name", &a.Name, trait{check: line(MaxName), named: true, papers: empowered})
	visit("agent.relation", (*string)(&a.Relation), trait{check: word(Relations), papers: empowered})
	visit("agent.work", &a.Work, trait{check: line(MaxName), named: true})
	visit("agent.document_no", &a.DocumentNo, trait{check: documentNo, number: true, papers: empowered})
	visit("agent.phone", &a.Phone, trait{check: phoneNo, number: true, papers: empowered})
	visit("agent.powers", (*string)(&a.Powers), trait{check: word(PowersGiven), papers: empowered})
}
