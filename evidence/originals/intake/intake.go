package intake

import (
	"context"
	"fmt"
	"image"
	"io"
	"slices"
	"time"

	"recourse/evidence/originals/intake/pdf"
	"recourse/recovery"
)

// Finding is a fact about an accepted file that readers should know. Codes are
// stored: add new ones, never rename one.
type Finding string

// The findings.
const (
	Animation     Finding = "animation"
	Damaged       Finding = "damaged"
	HasLocation   Finding = "has_location"
	NearDuplicate Finding = "near_duplicate" // of another file of the case; set by callers, who know the other files
	NoPreview     Finding = "no_preview"
	PDFActive     Finding = "pdf_active"
	PDFDamaged    Finding = "pdf_damaged"
	PDFEncrypted  Finding = "pdf_encrypted"
	PDFSigned     Finding = "pdf_signed"
	PDFSignedPart Finding = "pdf_signed_partly"
	PDFUnread     Finding = "pdf_unread"
	RowsMissing   Finding = "rows_missing" // of a bill; set by callers, who read it
	RowsUnread    Finding = "rows_unread"  // of a bill; set by callers
	TooManyPixels Finding = "too_many_pixels"
	TrailingBytes Finding = "trailing_data"
)

// Findings lists every finding, sorted by code.
var Findings = []Finding{
	Animation, Damaged, HasLocation, NearDuplicate, NoPreview, PDFActive, PDFDamaged, PDFEncrypted, PDFSigned, PDFSignedPart,
	PDFUnread, RowsMissing, RowsUnread, TooManyPixels, TrailingBytes,
}

// Report is the result of examining a file.
type Report struct {
	Media         string // detected by content
	Width, Height int    // as stored; 0 when it is no picture or its header is broken
	Shown         bool   // Examiner.View can make a copy to look at
	Findings      []Finding
	Facts         Facts
	Hash          PerceptualHash // nil when no picture could be decoded
	PDF           *pdf.Report    // of a PDF
}

// Examiner examines files. It decodes one picture at a time to bound memory, and one
// HEIC in parallel, so that other pictures do not wait the seconds that a HEIC takes.
// It is safe for concurrent use.
type Examiner struct {
	texts                 *Texts
	now                   func() time.Time
	pictureSlot, heicSlot chan struct{}
}

// NewExaminer returns an Examiner with the embedded texts. now is the clock by which a time
// in a file is in the future.
func NewExaminer(now func() time.Time) (*Examiner, error) {
	texts, err := LoadTexts()
	if err != nil {
		return nil, err
	}
	return &Examiner{texts: texts, now: now, pictureSlot: make(chan struct{}, 1), heicSlot: make(chan struct{}, 1)}, nil
}

// Texts returns the texts for findings and refusals.
func (x *Examiner) Texts() *Texts { return x.texts }

// headSize is the number of bytes that media type detection reads.
const headSize = 3072

var imageWalkers = map[string]func(source) extent{
	mediaPNG: walkPNG, mediaJPEG: walkJPEG, mediaGIF: walkGIF, mediaWebP: walkWebP,
}

// Examine reads a received file. Errors: the Fault of a refusal
// (CodeUnsupportedMedia, CodeTooLarge), or the error of reading.
func (x *Examiner) Examine(ctx context.Context, file io.ReaderAt, size int64) (Report, error) {
	s := source{ReaderAt: file, size: size, received: x.now()}
	head, err := s.readRange(0, headSize)
	if err != nil {
		return Report{}, fmt.Errorf("intake: %w", err)
	}
	media, refusal := detectMedia(head)
	if refusal != "" {
		return Report{}, x.texts.Refusal(refusal)
	}
	report := Report{Media: media}
	if err := x.examineMedia(ctx, s, &report); err != nil {
		return Report{}, err
	}
	slices.Sort(report.Findings)
	report.Findings = slices.Compact(report.Findings)
	return report, nil
}

func (x *Examiner) examineMedia(ctx context.Context, s source, report *Report) error {
	switch report.Media {
	case mediaXLSX:
		return x.checkWorkbook(s)
	case mediaPDF:
		return x.examinePDF(s, report)
	}
	if err := x.refusePolyglots(s); err != nil {
		return err
	}
	if _, is := imageWalkers[report.Media]; is {
		return x.examinePicture(ctx, s, report)
	}
	if isHEIC(report.Media) {
		return x.examineHEIC(ctx, s, report)
	}
	if filmMedia[report.Media] {
		report.setFacts(readFilmFacts(s))
	}
	return nil
}

func (r *Report) addFinding(finding Finding) { r.Findings = append(r.Findings, finding) }

func (r *Report) recordPicture(picture image.Image) {
	r.Shown, r.Hash = true, newPerceptualHash(picture)
}

func (r *Report) setFacts(facts Facts) {
	r.Facts = facts
	if facts.Place != nil {
		r.addFinding(HasLocation)
	}
}

// refusePolyglots refuses a file that is also a PDF or a zip.
func (x *Examiner) refusePolyglots(s source) error {
	for _, look := range []func() (bool, error){s.endsAsZip, s.hasPDFHead} {
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

func (x *Examiner) examinePicture(ctx context.Context, s source, report *Report) error {
	found, err := s.containsWebPage(0)
	if err != nil {
		return fmt.Errorf("intake: %w", err)
	}
	if found {
		return x.texts.Refusal("polyglot")
	}
	e := imageWalkers[report.Media](s)
	if e.complete {
		behind, err := s.checkTrailing(e.end)
		if err != nil {
			return fmt.Errorf("intake: %w", err)
		}
		switch behind {
		case trailingFile:
			return x.texts.Refusal("polyglot")
		case trailingData:
			report.addFinding(TrailingBytes)
		}
	}
	if e.animated {
		report.addFinding(Animation)
	}
	report.setFacts(s.factsFromTags(readTags(s, report.Media)))
	return x.decodePicture(ctx, s, e, report)
}

// decodePicture decodes the picture to learn whether it can be shown, and computes its
// hash.
func (x *Examiner) decodePicture(ctx context.Context, s source, e extent, report *Report) error {
	if config, _, err := image.DecodeConfig(s.sectionFrom(0)); err == nil {
		report.Width, report.Height = config.Width, config.Height
	}
	if err := acquireSlot(ctx, x.pictureSlot); err != nil {
		return err
	}
	defer releaseSlot(x.pictureSlot)
	picture, fault := decodeImage(s, e)
	if fault != "" {
		report.addFinding(fault)
		return nil
	}
	report.recordPicture(picture)
	return nil
}

func acquireSlot(ctx context.Context, slot chan struct{}) error {
	select {
	case slot <- struct{}{}:
		return nil
	case <-ctx.Done():
		return &recovery.Fault{Code: recovery.CodeUnavailable, Detail: "Too many pictures are being processed. Please try again later.", Cause: ctx.Err()}
	}
}

func releaseSlot(slot chan struct{}) { <-slot }
