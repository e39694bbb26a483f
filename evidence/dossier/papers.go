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

	"recourse/evidence/copies"
	"recourse/evidence/folio"
	"recourse/evidence/originals/statement"
	"recourse/evidence/typeset/picture"
	"recourse/recovery"
)

// maxImageBytes is the size of the largest picture file that is printed.
const maxImageBytes = 64 << 20

// exhibit is one file of the case: one per digest, even if it was submitted several
// times.
type exhibit struct {
	recovery.Evidence
	No       int // from 1, in order of the facts
	Group    string
	GroupNo  int     // of the groups that have exhibits, from 1
	InGroup  int     // from 1
	Seqs     []int64 // the journal entries that recorded it
	Device   string  // of the first of these entries
	Shown    *picture.Picture
	Why      string // the reason why it is not shown
	Withheld bool   // listed with the reason only
	Leans    []recovery.EvidenceID
	Copy     *folio.Copy // is in the bag instead of the original
	open     func() (io.ReadCloser, error)
	stills   *folio.Copy  // of a film or a sound
	rows     *copies.Rows // of a bill, in its copy
	excerpt  *statement.Excerpt
	words    *printedWords
	pages    *pdfPages
}

// Label is the number an exhibit is cited by: of its group, and in it.
func (e *exhibit) Label() string { return strconv.Itoa(e.GroupNo) + "-" + strconv.Itoa(e.InGroup) }

// draft is a folio prepared for writing: exhibits classified, pictures opened,
// values masked.
type draft struct {
	folio        folio.Folio
	corrected    []folio.CorrectedEntry // see correctedEntries
	counting     []folio.Entry          // see countingEntries
	fingerprint  string
	reencode     picture.Reencoder
	options      Options
	volumePages  int      // at most, of a volume
	volumes      []volume // once the pages are laid out
	t            *wording
	filed        *folio.Entry // entry case_filed; nil when there is none
	erased       *folio.Entry // the newest entry of an erasure; nil: nothing was erased
	exhibits     []exhibit
	numbers      map[recovery.EvidenceID]int // exhibit number of each evidence id
	pdfPages     int                         // rendered so far
	reopened     int                         // pictures whose digest was computed again
	mismatched   int
	journalCheck journalCheck
	lines        []line // of the limitation ledger, in order of time
	demands      []demand
	replies      []reply
	ledgers      map[recovery.CounterpartID]recovery.Limitation
	interest     interest
	values       map[string]string // what the forms may use; "" if not known
	blanked      map[string]string // the same, with a blank to fill in if not known
	conditions   map[string]bool
	missing      []string // what a complete dossier lacks
	// focus is the counterpart that this draft is about; nil: all of them. focused
	// has one such draft for each debtor.
	focus        *int
	focused      []*draft
	claimantWord string // what the paper being written calls the claimant
}

func newDraft(f folio.Folio, o Options) (*draft, error) {
	t, err := loadWording()
	if err != nil {
		return nil, err
	}
	o = o.fillIn()
	p := &draft{folio: f, fingerprint: o.Fingerprint, reencode: o.Reencode, options: o, volumePages: o.VolumePages, t: t, numbers: map[recovery.EvidenceID]int{}}
	for i := range f.Entries {
		switch kind := f.Entries[i].Parsed.Kind; {
		case kind == recovery.EntryCaseFiled && p.filed == nil:
			p.filed = &f.Entries[i]
		case kind == recovery.EntryValuesErased:
			p.erased = &f.Entries[i]
		}
	}
	if i := slices.IndexFunc(f.Case.Counterparts, func(one recovery.Counterpart) bool { return one.ID == f.Counterpart }); i >= 0 && len(f.Case.Counterparts) > 1 {
		p.focus = &i
	}
	p.journalCheck = p.checkJournal()
	p.classifyExhibits()
	for i := range p.exhibits {
		e := &p.exhibits[i]
		if err := errors.Join(p.preparePicture(e), p.prepareRows(e), p.prepareWords(e), p.preparePDF(e)); err != nil {
			return nil, err
		}
	}
	p.shareRows()
	p.loadLimitation()
	p.evaluate()
	for _, i := range p.debtors() {
		p.focused = append(p.focused, p.focusOn(i))
	}
	p.missing = p.missingItems()
	return p, nil
}

// focusOn returns a draft of the papers about one counterpart.
func (p *draft) focusOn(i int) *draft {
	one := *p
	one.focus, one.focused, one.interest = &i, nil, interest{}
	one.evaluate()
	return &one
}

// classifyExhibits merges exhibits with the same bytes and orders them by what they
// prove, then by when they were received (证据规定 19: classified and numbered).
func (p *draft) classifyExhibits() {
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
			Evidence: e.Evidence, Group: kind.Group, Seqs: []int64{e.Seq}, Device: p.collectorDevice(e.Seq), open: e.Open, Copy: e.Copy, stills: e.Stills,
			Leans: slices.Clone(e.NotIndependentOf),
		}
		if e.Copy != nil {
			one.open = e.Copy.Open
		}
		one.withhold(p, e)
		p.exhibits = append(p.exhibits, one)
	}
	slices.SortStableFunc(p.exhibits, func(a, b exhibit) int { return cmp.Compare(p.groupRank(a.Group), p.groupRank(b.Group)) })
	byDigest := map[string]int{}
	for i := range p.exhibits {
		p.exhibits[i].No = i + 1
		byDigest[p.exhibits[i].SHA256] = i + 1
	}
	p.numberExhibits()
	for _, e := range p.folio.Exhibits {
		p.numbers[e.ID] = byDigest[e.SHA256]
	}
}

// numberExhibits numbers the groups that have exhibits, and the exhibits within
// each.
func (p *draft) numberExhibits() {
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

// withhold marks an exhibit that the audience does not get: one that the folio
// withholds, and for the opponent everything that shows who the claimant is and
// where they live.
func (e *exhibit) withhold(p *draft, from folio.Exhibit) {
	degree := recovery.DisclosureOnPaper(p.folio.Audience, recovery.RoleSystem, recovery.ClassOfFile(from.Kind))
	if !from.Withheld && (degree == recovery.Shown || degree == recovery.Masked && from.Copy != nil) {
		return
	}
	e.Withheld = true
	switch {
	case p.erased != nil && from.Seq < p.erased.Parsed.Seq:
		e.Why = p.t.text("erased_original", "time", formatStamp(p.erased.Parsed.At), "entry", p.erased.Parsed.Seq)
	case from.NoSafeCopy:
		e.Why = p.t.text("withheld_no_copy")
	default:
		e.Why = p.t.text("withheld_default")
	}
}

func (p *draft) groupRank(group string) int {
	if i := slices.Index(p.t.Groups, group); i >= 0 {
		return i
	}
	return len(p.t.Groups)
}

// findEntry finds an entry by its number, as it counts.
func (p *draft) findEntry(seq int64) *folio.Entry {
	if corrected := p.findCorrected(seq); corrected != nil {
		return &corrected.Entry
	}
	return nil
}

func (p *draft) collectorDevice(seq int64) string {
	if e := p.findEntry(seq); e != nil {
		return e.Value(recovery.DevicePath)
	}
	return ""
}

// archiveMedia is the type of the archive in which a wallet mails a bill. The bill is an
// exhibit of its own.
const archiveMedia = "application/zip"

// preparePicture opens the picture of an exhibit. Only a file that cannot be read
// from the store or decoded at this time is an error; a fault of its content is printed
// on its page.
func (p *draft) preparePicture(e *exhibit) error {
	switch {
	case e.Withheld:
		return nil
	case e.isFilm():
		return p.prepareStills(e)
	case e.shownMedia() == archiveMedia:
		e.Why = p.t.Text("paper.unfit.archive")
		return nil
	case !strings.HasPrefix(e.shownMedia(), "image/") || e.open == nil:
		e.Why = p.t.Text("paper.unfit.not_image")
		return nil
	case e.Size > maxImageBytes:
		e.Why = p.t.Text("paper.unfit.too_many_bytes")
		return nil
	}
	data, err := readFile(e)
	if err != nil {
		return fmt.Errorf("exhibit %s: %w", e.ID, err)
	}
	digest := sha256.Sum256(data)
	p.reopened++
	if hex.EncodeToString(digest[:]) != e.shownDigest() {
		p.mismatched++
		e.Why = p.t.Text("paper.unfit.mismatch")
		return nil
	}
	e.Shown, err = picture.Convert(data, p.reencode)
	var unfit *picture.UnusableError
	if errors.As(err, &unfit) {
		e.Why = p.t.Text("paper.unfit."+string(unfit.Reason), "width", unfit.Width, "height", unfit.Height)
		return nil
	}
	return err
}

// shownMedia is the media type of the file that the audience gets.
func (e *exhibit) shownMedia() string {
	if e.Copy != nil {
		return e.Copy.MediaType
	}
	return e.MediaType
}

// shownDigest is the SHA-256 of the file that the audience gets.
func (e *exhibit) shownDigest() string {
	if e.Copy != nil {
		return e.Copy.SHA256
	}
	return e.SHA256
}

// readFile reads the file that the audience gets.
func readFile(e *exhibit) ([]byte, error) {
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

// maskText replaces a personal value that may not be shown or was erased.
func (p *draft) maskText() string {
	if p.folio.Audience == recovery.ForArchive || p.erased != nil {
		return p.t.text("erased")
	}
	return p.t.text("masked")
}

// personalValue returns a personal value of an entry, the mask if the entry commits
// to a value that is not in the folio, or "" if it has none.
func (p *draft) personalValue(e *folio.Entry, path string) string {
	if value := e.Value(path); value != "" {
		return value
	}
	if _, committed := e.Parsed.Commitments[path]; committed {
		return p.maskText()
	}
	return ""
}

// fieldOrMask returns a value that is in the case record and committed in an entry.
// If an entry commits to it, the entry decides whether it is shown.
func (p *draft) fieldOrMask(e *folio.Entry, path, recorded string) string {
	if e != nil {
		if _, committed := e.Parsed.Commitments[path]; committed {
			return p.personalValue(e, path)
		}
	}
	return recorded
}

// shows reports whether the audience may see values of a class. The folio has
// already removed what the person who asked for the papers may not see.
func (p *draft) shows(class recovery.ValueClass) bool {
	return recovery.SeesOnPaper(p.folio.Audience, recovery.RoleSystem, class)
}

// contactOrMask masks contact data for the opponent even if the folio contains it.
func (p *draft) contactOrMask(path, recorded string) string {
	return p.maskReach(p.fieldOrMask(p.filed, path, recorded))
}

func (p *draft) maskReach(value string) string {
	if value != "" && !p.shows(recovery.ReachValues) {
		return p.maskText()
	}
	return value
}

// contact returns how the i-th counterpart can be reached.
func (p *draft) contact(i int) string {
	return p.maskReach(p.newestValue(p.counterpartEntry(i, "contact"), p.folio.Case.Counterparts[i].Contact))
}

func (p *draft) claimantName() string {
	if name := p.fieldOrMask(p.filed, "claimant.name", p.folio.Case.Claimant.Name); name != "" {
		return name
	}
	return p.maskText()
}

// alias names the i-th counterpart of the case. Where the counterparts themselves
// read, they are numbered.
func (p *draft) alias(i int) string {
	if p.hidesOthers() {
		return p.t.text("one_of_several", "no", i+1)
	}
	recorded := p.folio.Case.Counterparts[i].Alias
	if alias := p.newestValue(p.aliasEntry(i), recorded); alias != "" {
		return alias
	}
	return p.maskText()
}

// valueEntry is the entry that states a value that can change, and its path there.
type valueEntry struct {
	entry *folio.Entry
	path  string
	later bool // it is not the entry that filed the case
}

// newestValue returns a value that both sides know as the newest entry states it. An
// audience that may not read a later entry gets the recorded value.
func (p *draft) newestValue(from valueEntry, recorded string) string {
	if from.later && !recovery.ReadsEntries(p.folio.Audience, from.entry.Parsed.Kind) {
		return recorded
	}
	return p.fieldOrMask(from.entry, from.path, recorded)
}

// aliasEntry finds what the i-th counterpart is called: at filing, when they were added,
// or when they were renamed.
func (p *draft) aliasEntry(i int) valueEntry {
	from := p.counterpartEntry(i, "alias")
	for e := range p.amendments() {
		if e.namesCounterpart(p.folio.Case.Counterparts[i].ID) && e.commits("alias") {
			from = valueEntry{e.Entry, "alias", true}
		}
	}
	return from
}

// counterpartEntry finds a value of the i-th counterpart in the entry that named them
// first.
func (p *draft) counterpartEntry(i int, field string) valueEntry {
	for e := range p.amendments() {
		if e.Parsed.Kind == recovery.EntryCounterpartAdded && e.namesCounterpart(p.folio.Case.Counterparts[i].ID) {
			return valueEntry{e.Entry, field, true}
		}
	}
	return valueEntry{p.filed, counterpartPath(i, field), false}
}

// numberEntry finds the transaction number of the payment: at filing, or as amended.
// With several payments an amendment fills in the one that was not known.
func (p *draft) numberEntry(path string) valueEntry {
	from := valueEntry{p.filed, path, false}
	for e := range p.amendments() {
		isNumber := e.commits("transaction_no") || e.Parsed.Facts["removed"] != nil // a removal commits to no number
		if e.Parsed.Kind == recovery.EntryFactsAmended && isNumber && (path == "transaction_no" || !commits(p.filed, path)) {
			from = valueEntry{e.Entry, "transaction_no", true}
		}
	}
	return from
}

// counterpartPath returns the path of a value of the i-th counterpart in the entry
// case_filed, which counts from 1.
func counterpartPath(i int, field string) string {
	return "counterpart." + strconv.Itoa(i+1) + "." + field
}

// counterpartAlias names a counterpart by id; "" if the case has no such
// counterpart.
func (p *draft) counterpartAlias(id recovery.CounterpartID) string {
	for i := range p.folio.Case.Counterparts {
		if p.folio.Case.Counterparts[i].ID == id {
			return p.alias(i)
		}
	}
	return ""
}

// exhibitText returns what the sender wrote about an exhibit.
func (p *draft) exhibitText(e *exhibit, path, recorded string) string {
	return p.fieldOrMask(p.findEntry(e.Seq), path, recorded)
}

// outstanding is the amount that the papers ask for.
func (p *draft) outstanding() recovery.Money {
	position := p.folio.Case.Position
	if position.Claim == 0 {
		position.Claim = p.folio.Case.Amount
	}
	return position.Outstanding()
}
