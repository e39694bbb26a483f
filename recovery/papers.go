package recovery

import (
	"slices"
	"strings"
)

// Paper is a legal paper of the dossier that needs particulars.
type Paper string

// The papers.
const (
	PaperComplaint     Paper = "complaint"
	PaperPaymentOrder  Paper = "payment_order"
	PaperDemand        Paper = "demand"
	PaperAgreement     Paper = "agreement"
	PaperInquiry       Paper = "inquiry"
	PaperPolice        Paper = "police"
	PaperPreservation  Paper = "preservation"
	PaperSafekeeping   Paper = "evidence_preservation"
	PaperAuthorisation Paper = "authorisation"
	PaperMediation     Paper = "mediation"       // asks the court to mediate before the trial
	PaperAddress       Paper = "service_address" // confirms where the court may serve papers
	PaperEnforcement   Paper = "enforcement"
	PaperPayer         Paper = "payer_authority" // the authority of the person who paid
)

// paperRow is one row of the table of legal papers.
type paperRow struct {
	paper     Paper
	onRequest bool // made when the claimant or legal asks for it
	// friendly papers ask the other side to cooperate. There are none in danger,
	// because the claimant must not deal with the other side alone.
	friendly bool
	// neededIn reports whether the dossier for the court holds the paper. nil: only
	// on request, or never by itself.
	neededIn func(Case, Particulars) bool
	// fields are the particulars without which the paper would be sent back, by
	// their paths; "holders.FIELD" applies to each counterpart.
	fields []string
}

var (
	identityFields  = []string{"claimant.document_kind", "claimant.document_no"}
	defendantFields = []string{"holders.name", "holders.home"}
)

// paperTable is the one table of legal papers. A new paper is a new row here, its
// form in texts/zh-CN/papers, its name in texts/, and its place in the dossier's
// layout.yaml.
var paperTable = []paperRow{
	{
		paper: PaperComplaint, neededIn: func(c Case, p Particulars) bool { return !wantsPaymentOrder(c, p) },
		fields: slices.Concat(identityFields, defendantFields, []string{
			"claimant.sex", "claimant.born", "claimant.nation", "claimant.home", "claimant.serve_at", "claimant.phone",
			"court", "transaction_no", "narrative",
		}),
	},
	{
		paper: PaperPaymentOrder, neededIn: wantsPaymentOrder,
		fields: slices.Concat(identityFields, defendantFields, []string{
			"claimant.home", "claimant.phone", "court", "due_on", "holders.other_debts", "holders.in_china", "holders.can_be_served",
		}),
	},
	{
		paper: PaperDemand, friendly: true, neededIn: func(Case, Particulars) bool { return true },
		fields: []string{"claimant.phone", "return_by"},
	},
	{
		paper: PaperAgreement, friendly: true, neededIn: func(Case, Particulars) bool { return true },
		fields: slices.Concat(identityFields, defendantFields, []string{"claimant.phone"}),
	},
	{paper: PaperInquiry, fields: []string{"court", "transaction_no", "case_no", "evidence_by"}},
	{
		paper: PaperPolice, neededIn: func(c Case, _ Particulars) bool {
			return c.Facts().IsInDanger() || c.Position.Route == PoliceReport || c.Position.Route == CrossBorder
		},
		fields: slices.Concat(identityFields, []string{"claimant.phone", "transaction_no"}),
	},
	{
		paper: PaperPreservation, onRequest: true,
		fields: slices.Concat(identityFields, defendantFields, []string{"court", "assets", "security", "risk"}),
	},
	{
		paper: PaperSafekeeping, onRequest: true,
		fields: slices.Concat(identityFields, []string{"claimant.phone", "court", "at_risk", "risk"}),
	},
	{
		paper: PaperAuthorisation, onRequest: true, neededIn: func(c Case, p Particulars) bool {
			return c.Representative != "" || p.Agent.Name != ""
		},
		fields: slices.Concat(identityFields, []string{
			"claimant.home", "claimant.phone", "court", "agent.name", "agent.relation", "agent.document_no", "agent.phone", "agent.powers",
		}),
	},
	{
		paper: PaperMediation, onRequest: true, friendly: true,
		fields: slices.Concat(identityFields, []string{"holders.name", "claimant.phone", "court"}),
	},
	{
		paper: PaperAddress, onRequest: true, neededIn: isSuing,
		fields: slices.Concat(identityFields, []string{"claimant.serve_at", "claimant.phone", "court"}),
	},
	{
		paper: PaperPayer, onRequest: true, neededIn: func(c Case, _ Particulars) bool { return c.Payer.Name != "" },
		fields: []string{"transaction_no"},
	},
	{
		paper: PaperEnforcement, onRequest: true,
		fields: slices.Concat(identityFields, defendantFields, []string{
			"claimant.home", "claimant.phone", "court", "judgment.kind", "judgment.made_by", "judgment.no", "judgment.effective_on", "judgment.orders",
		}),
	},
}

func wantsPaymentOrder(c Case, p Particulars) bool {
	return c.Position.Route == PaymentOrder && !slices.Contains(p.Papers, PaperPreservation)
}

func isSuing(c Case, _ Particulars) bool {
	return c.Position.Route == SmallClaims || c.Position.Route == CivilSuit
}

// Papers lists every paper; PapersOnRequest those made when somebody asks.
var (
	Papers          = papersWhere(func(paperRow) bool { return true })
	PapersOnRequest = papersWhere(func(row paperRow) bool { return row.onRequest })
)

func papersWhere(selected func(paperRow) bool) []Paper {
	var papers []Paper
	for _, row := range paperTable {
		if selected(row) {
			papers = append(papers, row.paper)
		}
	}
	return papers
}

// NeededPapers lists the papers that the dossier for the court holds and that
// need particulars.
func (p Particulars) NeededPapers(c Case) []Paper {
	return papersWhere(func(row paperRow) bool {
		if row.friendly && c.Facts().IsInDanger() {
			return false
		}
		requested := row.onRequest && slices.Contains(p.Papers, row.paper)
		return requested || row.neededIn != nil && row.neededIn(c, p)
	})
}

// requires reports whether a court would send the paper back without the
// particular at a path.
func (paper Paper) requires(path string) bool {
	if rest, ofCounterpart := strings.CutPrefix(path, counterpartsPath); ofCounterpart {
		_, field, _ := strings.Cut(rest, ".")
		path = counterpartsPath + field
	}
	for _, row := range paperTable {
		if row.paper == paper {
			return slices.Contains(row.fields, path)
		}
	}
	return false
}
