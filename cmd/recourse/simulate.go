package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"recourse/casework"
	"recourse/playbook"
	"recourse/recovery"
)

func simulateCommand(load func() (*playbook.Registry, error)) *cobra.Command {
	var asJSON bool
	command := &cobra.Command{
		Use: "simulate V2", Short: "Print for each case what would differ under V2; changes nothing",
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return withRulesOnly(cmd.Context(), load, func(ctx context.Context, service *casework.Service) error {
				if asJSON {
					return service.SimulatePlaybook(ctx, args[0], jsonPrinter(cmd.OutOrStdout()))
				}
				report := &simulationReport{out: cmd.OutOrStdout(), version: args[0], counts: map[string]int{}}
				if err := service.SimulatePlaybook(ctx, args[0], report.printCase); err != nil {
					return err
				}
				return report.printTotals()
			})
		},
	}
	command.Flags().BoolVar(&asJSON, "json", false, "print a JSON object for each case, with all differences")
	return command
}

// jsonPrinter returns a function that prints each case as a line of JSON.
func jsonPrinter(w io.Writer) func(recovery.Case, []playbook.Difference) error {
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	return func(c recovery.Case, differences []playbook.Difference) error {
		return encoder.Encode(struct {
			Number      recovery.CaseNumber   `json:"number"`
			Playbook    string                `json:"playbook"`
			Differences []playbook.Difference `json:"differences"`
		}{c.Number, c.Playbook, differences})
	}
}

// simulationReport prints the cases that differ and their number.
type simulationReport struct {
	out              io.Writer
	version          string
	cases, different int
	counts           map[string]int // by kind of difference
}

func (s *simulationReport) printCase(c recovery.Case, differences []playbook.Difference) error {
	s.cases++
	if len(differences) == 0 {
		return nil
	}
	s.different++
	var text strings.Builder
	fmt.Fprintf(&text, "%s, filed under %s\n", c.Number, c.Playbook)
	for _, d := range differences {
		s.counts[d.What]++
		fmt.Fprintf(&text, "  %s: %s\n", d.What, formatDifference(d))
	}
	_, err := io.WriteString(s.out, text.String())
	return err
}

func (s *simulationReport) printTotals() error {
	var text strings.Builder
	fmt.Fprintf(&text, "%d of %d cases would have been different under %s\n", s.different, s.cases, s.version)
	for _, what := range slices.Sorted(maps.Keys(s.counts)) {
		fmt.Fprintf(&text, "  %6d  %s\n", s.counts[what], what)
	}
	_, err := io.WriteString(s.out, text.String())
	return err
}

// maxDifferenceLength is how many characters of a value fit in a line of the report.
const maxDifferenceLength = 60

// formatDifference shows both values if they are short.
func formatDifference(d playbook.Difference) string {
	for _, text := range []string{d.Before, d.After} {
		if utf8.RuneCountInString(text) > maxDifferenceLength || strings.Contains(text, "\n") {
			return "differs"
		}
	}
	return orNothing(d.Before) + " → " + orNothing(d.After)
}

func orNothing(text string) string {
	if text == "" {
		return "nothing"
	}
	return text
}
