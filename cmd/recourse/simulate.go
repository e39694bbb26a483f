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

func simulateCommand(load func() (*playbook.Shelf, error)) *cobra.Command {
	var asJSON bool
	command := &cobra.Command{
		Use: "simulate V2", Short: "Tell for each case what would have been different under V2; changes nothing",
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return withRules(cmd.Context(), load, func(ctx context.Context, service *casework.Service) error {
				if asJSON {
					return service.Simulate(ctx, args[0], lines(cmd.OutOrStdout()))
				}
				report := &simulation{out: cmd.OutOrStdout(), version: args[0], counts: map[string]int{}}
				if err := service.Simulate(ctx, args[0], report.tell); err != nil {
					return err
				}
				return report.sum()
			})
		},
	}
	command.Flags().BoolVar(&asJSON, "json", false, "print a JSON object for each case, with the whole of what differs")
	return command
}

// lines tells a case a line.
func lines(w io.Writer) func(recovery.Case, []playbook.Difference) error {
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

// simulation tells the cases that differ, and at the end how many.
type simulation struct {
	out              io.Writer
	version          string
	cases, different int
	counts           map[string]int // by what differs
}

func (s *simulation) tell(c recovery.Case, differences []playbook.Difference) error {
	s.cases++
	if len(differences) == 0 {
		return nil
	}
	s.different++
	var text strings.Builder
	fmt.Fprintf(&text, "%s, filed under %s\n", c.Number, c.Playbook)
	for _, d := range differences {
		s.counts[d.What]++
		fmt.Fprintf(&text, "  %s: %s\n", d.What, shown(d))
	}
	_, err := io.WriteString(s.out, text.String())
	return err
}

func (s *simulation) sum() error {
	var text strings.Builder
	fmt.Fprintf(&text, "%d of %d cases would have been different under %s\n", s.different, s.cases, s.version)
	for _, what := range slices.Sorted(maps.Keys(s.counts)) {
		fmt.Fprintf(&text, "  %6d  %s\n", s.counts[what], what)
	}
	_, err := io.WriteString(s.out, text.String())
	return err
}

// maxShown is the most characters of a difference that fit a line of a report.
const maxShown = 60

// shown prints what is short enough to be compared by eye.
func shown(d playbook.Difference) string {
	for _, text := range []string{d.Before, d.After} {
		if utf8.RuneCountInString(text) > maxShown || strings.Contains(text, "\n") {
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
