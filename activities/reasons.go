package activities

import (
	_ "embed"
	"encoding/json"
	"fmt"
)

// The reasons for which an export cannot be built. The journal holds the word,
// the reader of the export gets the sentence of reasons.json.
const (
	reasonOriginal = "original_damaged"
	reasonJournal  = "journal_incomplete"
	reasonBuild    = "papers_not_built"
)

// reasonTelling is why a file does not go with papers that are built.
const reasonTelling = "file_telling"

//go:embed reasons.json
var reasonsFile []byte

// reasonText is the sentence for the reader, in Chinese.
func reasonText(reason string) string {
	var texts map[string]string
	if err := json.Unmarshal(reasonsFile, &texts); err != nil {
		return reason // reasons.json is held by a test
	}
	return texts[reason]
}

// brokenError is a failure that building again cannot mend.
type brokenError struct {
	reason string
	cause  error
}

func broken(reason string, cause error) error { return &brokenError{reason: reason, cause: cause} }

func (b *brokenError) Error() string { return fmt.Sprintf("%s: %v", b.reason, b.cause) }

func (b *brokenError) Unwrap() error { return b.cause }
