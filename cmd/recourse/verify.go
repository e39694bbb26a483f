package main

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"recourse/evidence/verify"
)

// verifyFlags are the flags of verify.
type verifyFlags struct {
	options verify.Options
	earlier string // a bag the verified one must contain
	entry   int64  // to prove alone
	out     string
	asJSON  bool
}

func verifyCommand() *cobra.Command {
	var v verifyFlags
	command := &cobra.Command{
		Use: "verify FILE", Short: "Verify a bag, a sealed PDF or a proof offline; names the first wrong item", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if v.entry != 0 {
				return v.writeProof(args[0])
			}
			summary, err := v.verifyFile(args[0])
			if v.asJSON {
				return errors.Join(err, reportJSON(cmd.OutOrStdout(), summary, err))
			}
			if err != nil {
				return fmt.Errorf("not verified: %w", err)
			}
			return reportText(cmd.OutOrStdout(), summary)
		},
	}
	flags := command.Flags()
	flags.BoolVar(&v.asJSON, "json", false, "print the result as JSON")
	flags.StringVar(&v.options.Key, "key", "", "verifier key or fingerprint, from another source, that must have signed (for a PDF: of the root certificate)")
	flags.StringVar(&v.options.Authority, "authority", "", "fingerprint, from another source, of the root certificate of time stamps")
	flags.StringVar(&v.options.Exhibit, "exhibit", "", "file that the entry of a proof must name")
	flags.StringVar(&v.earlier, "superset-of", "", "earlier bag whose entries this one must contain")
	flags.Int64Var(&v.entry, "prove", 0, "number of an entry: verify the bag and write a proof of this entry alone")
	flags.StringVar(&v.out, "out", "entry.proof", "file for the proof")
	command.MarkFlagsMutuallyExclusive("prove", "superset-of")
	command.MarkFlagsMutuallyExclusive("prove", "json")
	return command
}

func (v *verifyFlags) verifyFile(path string) (verify.Summary, error) {
	if v.earlier != "" {
		return v.options.SupersetOf(path, v.earlier)
	}
	return v.options.File(path)
}

func (v *verifyFlags) writeProof(path string) error {
	target, err := os.OpenFile(v.out, os.O_CREATE|os.O_WRONLY|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	err = v.options.Prove(path, v.entry, target)
	if err = errors.Join(err, target.Close()); err != nil {
		return errors.Join(err, os.Remove(v.out))
	}
	return nil
}

func reportJSON(w io.Writer, summary verify.Summary, err error) error {
	report := struct {
		Verified bool            `json:"verified"`
		Summary  *verify.Summary `json:"summary,omitempty"`
		Finding  *verify.Finding `json:"finding,omitempty"`
		Error    string          `json:"error,omitempty"`
	}{Verified: err == nil}
	switch {
	case err == nil:
		report.Summary = &summary
	case !errors.As(err, &report.Finding):
		report.Error = err.Error()
	}
	encoder := json.NewEncoder(w)
	encoder.SetIndent("", "  ")
	return encoder.Encode(report)
}

func reportText(w io.Writer, s verify.Summary) error {
	var err error
	switch {
	case s.PDF != nil:
		err = reportPDF(w, s)
	case s.Proved != nil:
		err = reportProof(w, s)
	default:
		err = reportBag(w, s)
	}
	if err != nil {
		return err
	}
	return reportTime(w, s)
}

func reportBag(w io.Writer, s verify.Summary) error {
	_, err := fmt.Fprintf(w, `verified: case %s, audience %s
  entries      %d, the newest of %s
  originals    %d (%d withheld from this audience)
  values       %d shown and true to their commitments, %d hidden
  root         %s
  fingerprint  %s
  signed by    %s
  key          %s
`, s.Number, s.Audience, s.Entries, s.LastEntryAt, s.Originals, s.Withheld, s.Values, s.Hidden,
		s.Root, s.Fingerprint, s.KeyName, s.KeyFingerprint)
	if err != nil {
		return err
	}
	notes := []struct {
		when bool
		text string
	}{
		{s.Shown > 0, fmt.Sprintf("  copies       %d in the place of withheld originals, each bound to its original by an entry", s.Shown)},
		{s.Erasure != nil, formatErasure(s.Erasure)},
		{s.Keys > 0, fmt.Sprintf("  history      %d keys, each handed over to by the one before; %d earlier checkpoints", s.Keys, s.Checkpoints)},
		{s.SupersetOf != "", "  contains     the earlier bag with fingerprint " + s.SupersetOf},
		{!s.KeyExpected, "  note         compare the key's fingerprint with one got from elsewhere, or pass --key"},
		{!s.Sealed, "  note         this bag carries no seal: its dossier and its tag files are not signed"},
		{s.Pace > 1, fmt.Sprintf("  note         this case ran %d times faster than life: a development case", s.Pace)},
	}
	for _, note := range notes {
		if note.when {
			if _, err := fmt.Fprintln(w, note.text); err != nil {
				return err
			}
		}
	}
	return nil
}

// formatErasure describes what was erased, when and why.
func formatErasure(e *verify.Erasure) string {
	if e == nil {
		return ""
	}
	return fmt.Sprintf("  erased       %d originals and every personal value before entry %d of %s; because: %s",
		e.Originals, e.Entry, e.At, cmp.Or(e.Because, "see the entry"))
}

func reportPDF(w io.Writer, s verify.Summary) error {
	_, err := fmt.Fprintf(w, `verified: a sealed PDF, unchanged since and sealed as a whole
  sealed by    %s
  root         %s
  by its clock %s
`, s.PDF.Signer, s.PDF.Fingerprint, s.PDF.ClaimedAt)
	if err == nil && s.PDF.Development {
		_, err = fmt.Fprintln(w, "  note         a development certificate: no legal effect (开发用证书，仅供测试，不具法律效力)")
	}
	if err == nil && !s.PDF.Expected {
		_, err = fmt.Fprintln(w, "  note         compare the root's fingerprint with one got from elsewhere, or pass --key")
	}
	return err
}

func reportProof(w io.Writer, s verify.Summary) error {
	_, err := fmt.Fprintf(w, `verified: entry %d (%s, %s) stands in the journal of case %s
  root         %s of %d entries
  took in      %s
  key          %s %s
`, s.Proved.Seq, s.Proved.Kind, s.Proved.At, s.Case, s.Root, s.Entries, orNone(s.Proved.SHA256), s.KeyName, s.KeyFingerprint)
	if err == nil && !s.KeyExpected {
		_, err = fmt.Fprintln(w, "  note         compare the key's fingerprint with one got from elsewhere, or pass --key")
	}
	return err
}

func orNone(sha256 string) string {
	if sha256 == "" {
		return "no file"
	}
	return "the file with SHA-256 " + sha256
}

// reportTime prints the proved time, or that there is none.
func reportTime(w io.Writer, s verify.Summary) error {
	if s.Stamp == nil {
		_, err := fmt.Fprintln(w, "  no outside time: every time above is by the clock of whoever made this")
		return err
	}
	_, err := fmt.Fprintf(w, "  outside time %s by %s\n  authority    %s\n", s.Stamp.At, s.Stamp.Authority, s.Stamp.Fingerprint)
	if err == nil && !s.Stamp.Expected {
		_, err = fmt.Fprintln(w, "  note         compare the authority's fingerprint with one got from elsewhere, or pass --authority")
	}
	return err
}
