package intake

import (
	"fmt"
	"image"
	"io"
	"slices"
	"time"
)

// Finding is a fact about an accepted file that readers should know. Codes are
// stored: add new ones, never rename one.
type Finding string

// The findings.
const (
	Animation     Finding = "animation"
	Damaged       Finding = "damaged"
	DocExternal   Finding = "document_external" // it loads something from elsewhere
	DocEmbedded   Finding = "document_embedded" // files of other programs are inside
	HasLocation   Finding = "has_location"
	NearDuplicate Finding = "near_duplicate" // of another file of the case; set by callers, who know the other files
	NoPreview     Finding = "no_preview"
	NoStills      Finding = "no_stills" // of a film or a sound: ffmpeg is not installed
	PageActive    Finding = "page_active"
	PDFActive     Finding = "pdf_active"
	PDFDamaged    Finding = "pdf_damaged"
	PDFEncrypted  Finding = "pdf_encrypted"
	PDFSigned     Finding = "pdf_signed"
	PDFSignedPart Finding = "pdf_signed_partly"
	PDFUnread     Finding = "pdf_unread"
	RowsMissing   Finding = "rows_missing" // of a bill; set by callers, who read it
	RowsUnread    Finding = "rows_unread"  // of a bill; set by callers
	TooCostly     Finding = "too_costly"   // set by callers, who limit what decoding may take
	TooManyPixels Finding = "too_many_pixels"
	TrailingBytes Finding = "trailing_data"
)

// Findings lists every finding, sorted by code.
var Findings = []Finding{
	Animation, Damaged, DocEmbedded, DocExternal, HasLocation, NearDuplicate, NoPreview, NoStills, PageActive, PDFActive, PDFDamaged, PDFEncrypted, PDFSigned, PDFSignedPart,
	PDFUnread, RowsMissing, RowsUnread, TooCostly, TooManyPixels, TrailingBytes,
}

// Report is the result of inspecting a file.
type Report struct {
	Media         string // detected by content
	Width, Height int    // from the header, as stored; 0 if unknown
	Findings      []Finding
	Facts         Facts
	NeedsDecoding bool // Decode can find out more
}

// Examiner examines files. It is safe for concurrent use.
type Examiner struct {
	texts *Texts
	now   func() time.Time
}

// NewExaminer returns an Examiner with the embedded texts. now is the clock by which a time
// in a file is in the future.
func NewExaminer(now func() time.Time) (*Examiner, error) {
	texts, err := LoadTexts()
	if err != nil {
		return nil, err
	}
	return &Examiner{texts: texts, now: now}, nil
}

// Texts returns the texts for findings and refusals.
func (x *Examiner) Texts() *Texts { return x.texts }

// headSize is the number of bytes that media type detection reads.
const headSize = 3072

var imageWalkers = map[string]func(source) extent{
	mediaPNG: walkPNG, mediaJPEG: walkJPEG, mediaGIF: walkGIF, mediaWebP: walkWebP,
}

// Inspect reads the structure of a received file without decoding it, so that a file
// costs no more than its bytes. Errors: the Fault of a refusal (CodeUnsupportedMedia,
// CodeTooLarge), or the error of reading.
func (x *Examiner) Inspect(file io.ReaderAt, size int64) (Report, error) {
	s := source{ReaderAt: file, size: size, received: x.now()}
	media, err := x.detect(s)
	if err != nil {
		return Report{}, err
	}
	report := Report{Media: media}
	if err := x.inspectMedia(s, &report); err != nil {
		return Report{}, err
	}
	report.Findings = sortFindings(report.Findings)
	return report, nil
}

// detect returns the media type of an accepted file.
func (x *Examiner) detect(s source) (string, error) {
	head, err := s.readRange(0, headSize)
	if err != nil {
		return "", fmt.Errorf("intake: %w", err)
	}
	media, refusal := detectMedia(head)
	if refusal == "archive" && s.isDocument() { // programs write its parts in any order
		media, refusal = mediaDOCX, ""
	}
	if refusal != "" {
		return "", x.texts.Refusal(refusal)
	}
	return media, nil
}

func (x *Examiner) inspectMedia(s source, report *Report) error {
	switch report.Media {
	case mediaXLSX:
		return x.checkWorkbook(s)
	case mediaDOCX:
		return x.checkDocument(s, report)
	case mediaPDF:
		report.NeedsDecoding = true
		return x.inspectPDF(s, report)
	}
	if err := x.refusePolyglots(s); err != nil {
		return err
	}
	if _, is := imageWalkers[report.Media]; is {
		report.NeedsDecoding = true
		return x.inspectPicture(s, report)
	}
	if report.Media == mediaHTML {
		return s.inspectPage(report)
	}
	if isHEIC(report.Media) {
		report.NeedsDecoding = true
		report.setFacts(s.factsFromTags(readTags(s, report.Media)))
	}
	report.NeedsDecoding = report.NeedsDecoding || filmMedia[report.Media] || report.Media == "audio/amr" || report.Media == "audio/mpeg"
	if filmMedia[report.Media] {
		report.setFacts(readFilmFacts(s))
	}
	return nil
}

func sortFindings(findings []Finding) []Finding {
	slices.Sort(findings)
	return slices.Compact(findings)
}

func (r *Report) addFinding(finding Finding) { r.Findings = append(r.Findings, finding) }

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

func (x *Examiner) inspectPicture(s source, report *Report) error {
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
	if config, _, err := image.DecodeConfig(s.sectionFrom(0)); err == nil {
		report.Width, report.Height = config.Width, config.Height
	}
	return nil
}
