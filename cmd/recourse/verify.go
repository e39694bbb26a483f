package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"recourse/evidence/verify"
)

func verifyCommand() *cobra.Command {
	var asJSON bool
	var options verify.Options
	command := &cobra.Command{
		Use: "verify FILE", Short: "Verify a bag offline; names the first wrong item", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			summary, err := options.File(args[0])
			if asJSON {
				return errors.Join(err, reportJSON(cmd.OutOrStdout(), summary, err))
			}
			if err != nil {
				return fmt.Errorf("not verified: %w", err)
			}
			return reportText(cmd.OutOrStdout(), summary)
		},
	}
	command.Flags().BoolVar(&asJSON, "json", false, "print the finding or the summary as JSON")
	command.Flags().StringVar(&options.Key, "key", "", "verifier key or its fingerprint, got from elsewhere, that must have signed")
	return command
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
	if err == nil && !s.KeyExpected {
		_, err = fmt.Fprintln(w, "  note         compare the key's fingerprint with one got from elsewhere, or pass --key")
	}
	if err == nil && !s.Sealed {
		_, err = fmt.Fprintln(w, "  note         this bag carries no seal: its dossier and its tag files are not signed")
	}
	if err == nil && s.Pace > 1 {
		_, err = fmt.Fprintf(w, "  note         this case ran %d times faster than life: a development case\n", s.Pace)
	}
	return err
}
