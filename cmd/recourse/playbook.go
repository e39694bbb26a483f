package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"recourse/playbook"
)

func playbookCommand() *cobra.Command {
	var folder string
	command := &cobra.Command{Use: "playbook", Short: "Versions of the rules"}
	command.PersistentFlags().StringVar(&folder, "shelf", "", "folder with books/ that replaces the versions in this binary")
	load := func() (*playbook.Registry, error) {
		if folder == "" {
			return playbook.Load()
		}
		return playbook.LoadFrom(os.DirFS(folder))
	}
	command.AddCommand(checkCommand(load), diffCommand(load), simulateCommand(load))
	return command
}

// checkCommand is for authors of a new version: no server starts with a version
// that fails here.
func checkCommand(load func() (*playbook.Registry, error)) *cobra.Command {
	return &cobra.Command{
		Use: "check", Short: "Check every version; errors name file, line and rule", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			playbooks, err := load()
			if err != nil {
				return err
			}
			var out strings.Builder
			for _, version := range playbooks.Versions() {
				book, err := playbooks.RuleSet(version)
				if err != nil {
					return err
				}
				fmt.Fprintf(&out, "%s: %d rules, for %d %% of new cases, digest %s\n", version, len(book.Rules()), playbooks.RolloutPercent(version), book.Digest())
			}
			_, err = io.WriteString(cmd.OutOrStdout(), out.String())
			return err
		},
	}
}

// diffCommand needs no database.
func diffCommand(load func() (*playbook.Registry, error)) *cobra.Command {
	return &cobra.Command{
		Use: "diff V1 V2", Short: "Print the rules that V2 added to V1, removed and changed", Args: cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, versions []string) error {
			playbooks, err := load()
			if err != nil {
				return err
			}
			diff, err := playbooks.Diff(versions[0], versions[1])
			if err != nil {
				return fmt.Errorf("%w (known versions: %v)", err, playbooks.Versions())
			}
			return printDiff(cmd.OutOrStdout(), diff)
		},
	}
}

func printDiff(w io.Writer, diff playbook.Diff) error {
	var out bytes.Buffer
	fmt.Fprintf(&out, "%s to %s: %d added, %d removed, %d changed\n",
		diff.From, diff.To, len(diff.Added), len(diff.Removed), len(diff.Changed))
	for _, rule := range diff.Added {
		fmt.Fprintf(&out, "added    %s (%s)\n", rule.ID, rule.Source.Citation())
	}
	for _, rule := range diff.Removed {
		fmt.Fprintf(&out, "removed  %s (%s)\n", rule.ID, rule.Source.Citation())
	}
	for _, change := range diff.Changed {
		fmt.Fprintf(&out, "changed  %s\n", change.ID)
		if err := printChange(&out, change); err != nil {
			return err
		}
	}
	_, err := out.WriteTo(w)
	return err
}

// printChange prints the keys of a rule that changed.
func printChange(w io.Writer, change playbook.Change) error {
	var before, after map[string]json.RawMessage
	if err := json.Unmarshal(change.Before, &before); err != nil {
		return fmt.Errorf("rule %s: %w", change.ID, err)
	}
	if err := json.Unmarshal(change.After, &after); err != nil {
		return fmt.Errorf("rule %s: %w", change.ID, err)
	}
	keys := maps.Clone(before)
	maps.Copy(keys, after)
	for _, key := range slices.Sorted(maps.Keys(keys)) {
		if was, is := formatValue(before[key]), formatValue(after[key]); was != is {
			fmt.Fprintf(w, "         %s: %s → %s\n", key, was, is)
		}
	}
	return nil
}

func formatValue(value json.RawMessage) string {
	if value == nil {
		return "nothing"
	}
	return string(value)
}
