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
