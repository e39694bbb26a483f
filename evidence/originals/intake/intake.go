package intake

import (
	"context"
	"fmt"
	"image"
	"io"
	"slices"

	"recourse/evidence/originals/intake/pdf"
	"recourse/recovery"
)

// Finding is something to know about a file that is kept. Codes are stored: add,
// never rename.
type Finding string

// The findings.
const (
	Animation     Finding = "animation"
	Damaged       Finding = "damaged"
	HasLocation   Finding = "has_location"
	NearDuplicate Finding = "near_duplicate" // of another file of the case: for those who know the others
	NoPreview     Finding = "no_preview"
	PDFActive     Finding = "pdf_active"
	PDFDamaged    Finding = "pdf_damaged"
	PDFEncrypted  Finding = "pdf_encrypted"
	PDFSigned     Finding = "pdf_signed"
	PDFSignedPart Finding = "pdf_signed_partly"
	PDFUnread     Finding = "pdf_unread"
	TooManyPixels Finding = "too_many_pixels"
	TrailingBytes Finding = "trailing_data"
)

// Findings lists every finding, in the order of their codes.
var Findings = []Finding{
	Animation, Damaged, HasLocation, NearDuplicate, NoPreview, PDFActive, PDFDamaged, PDFEncrypted, PDFSigned, PDFSignedPart,
	PDFUnread, TooManyPixels, TrailingBytes,
}

// Report is what was learned from a file.
type Report struct {
	Media         string // by its bytes
	Width, Height int    // as stored; 0 when it is no picture or its header is broken
	Shown         bool   // Examiner.View can make a copy to look at
	Findings      []Finding
	Facts         Facts
	Hash          PerceptualHash // nil when no picture could be decoded
	PDF           *pdf.Report    // of a PDF
}

// Examiner looks at files. It opens one picture at a time, so that memory stays
// below what the largest takes, and one HEIC beside it: those take seconds, which
// the others need not wait for. It is safe for concurrent use.
type Examiner struct {
	texts       *Texts
	slot, photo chan struct{}
}

// NewExaminer makes an Examiner with the embedded words.
func NewExaminer() (*Examiner, error) {
	texts, err := LoadTexts()
	if err != nil {
		return nil, err
	}
	return &Examiner{texts: texts, slot: make(chan struct{}, 1), photo: make(chan struct{}, 1)}, nil
}

// Texts are the words for what is found.
func (x *Examiner) Texts() *Texts { return x.texts }

// sniffSize is what the detection of media types asks for.
const sniffSize = 3072

var walks = map[string]func(source) extent{
	mediaPNG: walkPNG, mediaJPEG: walkJPEG, mediaGIF: walkGIF, mediaWebP: walkWebP,
}

// Examine reads a received file. It fails with the Fault of a refusal
// (CodeUnsupportedMedia, CodeTooLarge), or with what reading met.
func (x *Examiner) Examine(ctx context.Context, file io.ReaderAt, size int64) (Report, error) {
	s := source{ReaderAt: file, size: size}
	head, err := s.at(0, sniffSize)
	if err != nil {
		return Report{}, fmt.Errorf("intake: %w", err)
	}
	media, refusal := mediaOf(head)
	if refusal != "" {
		return Report{}, x.texts.Refusal(refusal)
	}
	report := Report{Media: media}
	if err := x.read(ctx, s, &report); err != nil {
		return Report{}, err
	}
	slices.Sort(report.Findings)
	report.Findings = slices.Compact(report.Findings)
	return report, nil
}

func (x *Examiner) read(ctx context.Context, s source, report *Report) error {
	switch report.Media {
	case mediaXLSX:
		return x.workbook(s)
	case mediaPDF:
		return x.document(s, report)
	}
	if err := x.single(s); err != nil {
		return err
	}
	if _, is := walks[report.Media]; is {
		return x.picture(ctx, s, report)
	}
	if isPhoto(report.Media) {
		return x.examinePhoto(ctx, s, report)
	}
	if films[report.Media] {
		report.take(filmFacts(s))
	}
	return nil
}

func (r *Report) note(finding Finding) { r.Findings = append(r.Findings, finding) }

func (r *Report) saw(picture image.Image) {
	r.Shown, r.Hash = true, newPerceptualHash(picture)
}

func (r *Report) take(facts Facts) {
	r.Facts = facts
	if facts.Place != nil {
		r.note(HasLocation)
	}
}

// single refuses what is a PDF or a zip besides.
func (x *Examiner) single(s source) error {
	for _, look := range []func() (bool, error){s.archived, s.secondHead} {
		found, err := look()
		if err != nil {
			return fmt.Errorf("intake: %w", err)
		}
		if found {
			return x.texts.Refusal("polyglot")
		}
	}
	return nil
}

func (x *Examiner) picture(ctx context.Context, s source, report *Report) error {
	found, err := s.page(0)
	if err != nil {
		return fmt.Errorf("intake: %w", err)
	}
	if found {
		return x.texts.Refusal("polyglot")
	}
	e := walks[report.Media](s)
	if e.whole {
		behind, err := s.trail(e.end)
		if err != nil {
			return fmt.Errorf("intake: %w", err)
		}
		switch behind {
		case trailsFile:
			return x.texts.Refusal("polyglot")
		case trailsData:
			report.note(TrailingBytes)
		}
	}
	if e.moving {
		report.note(Animation)
	}
	report.take(factsOf(tagsOf(s, report.Media)))
	return x.open(ctx, s, e, report)
}

// open decodes the picture to see whether it can be shown and what it looks
// like.
func (x *Examiner) open(ctx context.Context, s source, e extent, report *Report) error {
	if config, _, err := image.DecodeConfig(s.section(0)); err == nil {
		report.Width, report.Height = config.Width, config.Height
	}
	if err := enter(ctx, x.slot); err != nil {
		return err
	}
	defer leave(x.slot)
	picture, fault := decode(s, e)
	if fault != "" {
		report.note(fault)
		return nil
	}
	report.saw(picture)
	return nil
}

func enter(ctx context.Context, slot chan struct{}) error {
	select {
	case slot <- struct{}{}:
		return nil
	case <-ctx.Done():
		return &recovery.Fault{Code: recovery.CodeUnavailable, Detail: "Too many pictures are being looked at. Send it again.", Cause: ctx.Err()}
	}
}

func leave(slot chan struct{}) { <-slot }
