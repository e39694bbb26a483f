package dossier

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"recourse/evidence/folio"
	"recourse/evidence/typeset/picture"
	"recourse/recovery"
)

// maxImageBytes is the largest file that is opened to be shown.
const maxImageBytes = 64 << 20

// exhibit is one file of the case as the dossier lists it: one per digest,
// however often it was handed in.
type exhibit struct {
	recovery.Evidence
	No       int // from 1, in order of the facts
	Group    string
	GroupNo  int     // of the groups that have exhibits, from 1
	InGroup  int     // from 1
	Seqs     []int64 // the journal entries that took it in
	Device   string  // of the entry that first took it in
	Shown    *picture.Picture
	Why      string // why it is not shown
	Withheld bool   // named with the reason, and nothing more
	Leans    []recovery.EvidenceID
	Copy     *folio.Copy // goes with the papers in the original's place
	open     func() (io.ReadCloser, error)
}

// Label is the number an exhibit is cited by: of its group, and in it.
func (e *exhibit) Label() string { return strconv.Itoa(e.GroupNo) + "-" + strconv.Itoa(e.InGroup) }

// papers are a folio read for setting: exhibits classified, pictures opened,
// masks applied.
type papers struct {
	folio       folio.Folio
	fingerprint string
	t           *wording
	filed       *folio.Entry // entry case_filed; nil when there is none
	erased      *folio.Entry // the newest that tells of an erasure; nil: nothing was erased
	exhibits    []exhibit
	numbers     map[recovery.EvidenceID]int // exhibit number of each evidence id
	reopened    int                         // pictures whose digest was computed again
	mismatched  int
	audited     audit
	lines       []line // of the limitation ledger, in order of time
	demands     []demand
	replies     []reply
	ledgers     map[recovery.CounterpartID]recovery.Limitation
	interest    interest
	values      map[string]string // what the forms may name; "" for what is not known
	blanked     map[string]string // the same, with a blank to fill in for what is not known
	conditions  map[string]bool
	missing     []string // what a complete dossier would hold
}

func gather(f folio.Folio, fingerprint string) (*papers, error) {
	t, err := loadWording()
	if err != nil {
		return nil, err
	}
	p := &papers{folio: f, fingerprint: fingerprint, t: t, numbers: map[recovery.EvidenceID]int{}}
	for i := range f.Entries {
		switch kind := f.Entries[i].Parsed.Kind; {
		case kind == recovery.EntryCaseFiled && p.filed == nil:
			p.filed = &f.Entries[i]
		case kind == recovery.EntryValuesErased:
			p.erased = &f.Entries[i]
		}
	}
	p.audited = p.audit()
	p.classify()
	for i := range p.exhibits {
		if err := p.show(&p.exhibits[i]); err != nil {
			return nil, err
		}
	}
	p.hear()
	p.evaluate()
	return p, nil
}

// classify merges exhibits of the same bytes and orders them by what they
// prove, then by when they came in (证据规定 19: classified and numbered).
func (p *papers) classify() {
	at := map[string]int{}
	for _, e := range p.folio.Exhibits {
		if i, known := at[e.SHA256]; known {
			p.exhibits[i].Seqs = append(p.exhibits[i].Seqs, e.Seq)
			p.exhibits[i].Leans = append(p.exhibits[i].Leans, e.NotIndependentOf...)
			p.exhibits[i].withhold(p, e)
			continue
		}
		at[e.SHA256] = len(p.exhibits)
		kind, known := p.t.Exhibits[e.Kind]
		if !known {
			kind = p.t.Exhibits[recovery.OtherEvidence]
		}
		one := exhibit{
			Evidence: e.Evidence, Group: kind.Group, Seqs: []int64{e.Seq}, Device: p.device(e.Seq), open: e.Open, Copy: e.Copy,
			Leans: slices.Clone(e.NotIndependentOf),
		}
		one.withhold(p, e)
		p.exhibits = append(p.exhibits, one)
	}
	slices.SortStableFunc(p.exhibits, func(a, b exhibit) int { return cmp.Compare(p.rank(a.Group), p.rank(b.Group)) })
	byDigest := map[string]int{}
	for i := range p.exhibits {
		p.exhibits[i].No = i + 1
		byDigest[p.exhibits[i].SHA256] = i + 1
	}
	p.number()
	for _, e := range p.folio.Exhibits {
		p.numbers[e.ID] = byDigest[e.SHA256]
	}
}

// number counts the groups that have exhibits, and the exhibits in each.
func (p *papers) number() {
	for i := range p.exhibits {
		e := &p.exhibits[i]
		e.GroupNo, e.InGroup = 1, 1
		if i == 0 {
			continue
		}
		before := &p.exhibits[i-1]
		if e.GroupNo = before.GroupNo; before.Group == e.Group {
			e.InGroup = before.InGroup + 1
		} else {
			e.GroupNo++
		}
	}
}

// withhold marks an exhibit that the audience does not get: one the folio says
// so of, and, to the other side, whatever shows who and where the claimant is.
func (e *exhibit) withhold(p *papers, from folio.Exhibit) {
	if !from.Withheld && p.shows(recovery.ClassOfFile(from.Kind)) {
		return
	}
	e.Withheld = true
	switch {
	case p.erased != nil && from.Seq < p.erased.Parsed.Seq:
		e.Why = p.t.text("erased_original", "time", stamp(p.erased.Parsed.At), "entry", p.erased.Parsed.Seq)
	case from.Identifying:
		e.Why = p.t.text("withheld_identifying")
	default:
		e.Why = p.t.text("withheld_default")
	}
}

func (p *papers) rank(group string) int {
	if i := slices.Index(p.t.Groups, group); i >= 0 {
		return i
	}
	return len(p.t.Groups)
}

// entry finds an entry by its number.
func (p *papers) entry(seq int64) *folio.Entry {
	if i := int(seq) - 1; i >= 0 && i < len(p.folio.Entries) && p.folio.Entries[i].Parsed.Seq == seq {
		return &p.folio.Entries[i]
	}
	for i := range p.folio.Entries {
		if p.folio.Entries[i].Parsed.Seq == seq {
			return &p.folio.Entries[i]
		}
	}
	return nil
}

func (p *papers) device(seq int64) string {
	if e := p.entry(seq); e != nil {
		return e.Parsed.Collector.Device
	}
	return ""
}

// show opens an exhibit's picture. Only a file that cannot be read from the
// store is an error; whatever is wrong with its content is said on its page.
func (p *papers) show(e *exhibit) error {
	switch {
	case e.Withheld:
		return nil
	case !strings.HasPrefix(e.MediaType, "image/") || e.open == nil:
		e.Why = p.t.Text("paper.unfit.not_image")
		return nil
	case e.Size > maxImageBytes:
		e.Why = p.t.Text("paper.unfit.too_many_bytes")
		return nil
	}
	data, err := read(e)
	if err != nil {
		return fmt.Errorf("exhibit %s: %w", e.ID, err)
	}
	digest := sha256.Sum256(data)
	p.reopened++
	if hex.EncodeToString(digest[:]) != e.SHA256 {
		p.mismatched++
		e.Why = p.t.Text("paper.unfit.mismatch")
		return nil
	}
	e.Shown, err = picture.Prepare(data)
	var unfit *picture.Unfit
	if errors.As(err, &unfit) {
		e.Why = p.t.Text("paper.unfit."+string(unfit.Reason), "width", unfit.Width, "height", unfit.Height)
	}
	return nil
}

func read(e *exhibit) ([]byte, error) {
	file, err := e.open()
	if err != nil {
		return nil, err
	}
	defer file.Close()
	var data bytes.Buffer
	data.Grow(int(min(max(e.Size, 0), maxImageBytes)) + bytes.MinRead)
	if _, err := data.ReadFrom(io.LimitReader(file, maxImageBytes+1)); err != nil {
		return nil, err
	}
	return data.Bytes(), nil
}

// mask is what stands for a personal value that may not be seen or is gone.
func (p *papers) mask() string {
	if p.folio.Audience == recovery.ForArchive || p.erased != nil {
		return p.t.text("erased")
	}
	return p.t.text("masked")
}

// personal gives a personal value of an entry: the value, the mask when the
// entry commits to one that is not here, or "" when it never had one.
func (p *papers) personal(e *folio.Entry, path string) string {
	if value := e.Value(path); value != "" {
		return value
	}
	if _, committed := e.Parsed.Commitments[path]; committed {
		return p.mask()
	}
	return ""
}

// field gives a value that stands both in the case record and, committed, in
// an entry. Where the entry commits to it, the entry decides what may be seen.
func (p *papers) field(e *folio.Entry, path, recorded string) string {
	if e != nil {
		if _, committed := e.Parsed.Commitments[path]; committed {
			return p.personal(e, path)
		}
	}
	return recorded
}

// shows reports whether the audience may see values of a class. The folio has
// already removed what the person who asked for the papers may not see.
func (p *papers) shows(class recovery.ValueClass) bool {
	return recovery.SeesOnPaper(p.folio.Audience, recovery.RoleSystem, class)
}

// contact masks contact data from the other side even where the folio still
// holds it.
func (p *papers) contact(path, recorded string) string {
	value := p.field(p.filed, path, recorded)
	if value != "" && !p.shows(recovery.ReachValues) {
		return p.mask()
	}
	return value
}

func (p *papers) claimantName() string {
	if name := p.field(p.filed, "claimant.name", p.folio.Case.Claimant.Name); name != "" {
		return name
	}
	return p.mask()
}

// alias names the i-th counterpart of the case.
func (p *papers) alias(i int) string {
	recorded := p.folio.Case.Counterparts[i].Alias
	if alias := p.field(p.filed, counterpartPath(i, "alias"), recorded); alias != "" {
		return alias
	}
	return p.mask()
}

// counterpartPath returns the path of a value of the i-th counterpart in the entry
// case_filed, which counts from 1.
func counterpartPath(i int, field string) string {
	return "counterpart." + strconv.Itoa(i+1) + "." + field
}

// counterpart names a counterpart by its id; "" when the case has none such.
func (p *papers) counterpart(id recovery.CounterpartID) string {
	for i := range p.folio.Case.Counterparts {
		if p.folio.Case.Counterparts[i].ID == id {
			return p.alias(i)
		}
	}
	return ""
}

// described gives what the sender said of an exhibit.
func (p *papers) described(e *exhibit, path, recorded string) string {
	return p.field(p.entry(e.Seq), path, recorded)
}

// outstanding is what the requests ask for.
func (p *papers) outstanding() recovery.Money {
	position := p.folio.Case.Position
	if position.Claim == 0 {
		position.Claim = p.folio.Case.Amount
	}
	return position.Outstanding()
}
