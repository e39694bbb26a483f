// Command specgen updates the generated parts of api/openapi.yaml: the paths and
// bodies of all actions, from recovery's table of actions, and the values of
// enumerations. The rest of the file is edited by hand.
package main

import (
	"fmt"
	"os"
	"regexp"
	"strings"

	"recourse/recovery"
)

const specification = "openapi.yaml"

func main() {
	if err := updateFile(); err != nil {
		fmt.Fprintln(os.Stderr, "specgen:", err)
		os.Exit(1)
	}
}

func updateFile() error {
	text, err := os.ReadFile(specification)
	if err != nil {
		return err
	}
	updated, err := updateSpecification(string(text))
	if err != nil {
		return fmt.Errorf("%s: %w", specification, err)
	}
	return os.WriteFile(specification, []byte(updated), 0o600) //nolint:gosec // the path is a constant
}

// updateSpecification returns the specification with its generated parts replaced.
func updateSpecification(text string) (string, error) {
	text, err := replaceBlock(text, "action paths", actionPaths())
	if err != nil {
		return "", err
	}
	if text, err = replaceBlock(text, "action bodies", actionBodies()); err != nil {
		return "", err
	}
	for name, values := range enumerations() {
		if text, err = replaceEnum(text, name, values); err != nil {
			return "", err
		}
	}
	return text, nil
}

// replaceBlock replaces the lines between the markers of a generated block.
func replaceBlock(text, name, content string) (string, error) {
	begin, end := "# BEGIN GENERATED "+name+" (specgen)\n", "# END GENERATED "+name
	before, rest, found := strings.Cut(text, begin)
	_, after, closed := strings.Cut(rest, end)
	if !found || !closed {
		return "", fmt.Errorf("the markers of the block %q are missing", name)
	}
	indent := before[strings.LastIndex(before, "\n")+1:]
	return before + begin + content + indent + end + after, nil
}

// replaceEnum replaces the values of a string enumeration.
func replaceEnum(text, name string, values []string) (string, error) {
	before, schemas, _ := strings.Cut(text, "\n  schemas:\n")
	form := regexp.MustCompile(`(?m)^(    ` + name + `:\n      type: string\n      description: .*\n      enum:)( \[.*\]|(?:\n        - .*)+)`)
	at := form.FindStringSubmatchIndex(schemas)
	if at == nil {
		return "", fmt.Errorf("the enumeration %s is missing", name)
	}
	return before + "\n  schemas:\n" + schemas[:at[3]] + " [" + strings.Join(values, ", ") + "]" + schemas[at[5]:], nil
}

func enumerations() map[string][]string {
	return map[string][]string{
		"Platform": recovery.ToStrings(recovery.Platforms), "Instrument": recovery.ToStrings(recovery.Instruments),
		"ClaimState": recovery.ToStrings(recovery.ClaimStates), "GroupKind": recovery.ToStrings(recovery.GroupKinds),
		"Reason": recovery.ToStrings(recovery.Reasons), "Stage": recovery.ToStrings(recovery.Stages), "WaitingOn": recovery.ToStrings(recovery.Waits),
		"Outcome": recovery.ToStrings(recovery.Outcomes), "ResponseKind": recovery.ToStrings(recovery.Responses), "Refusal": recovery.ToStrings(recovery.Refusals),
		"Channel": recovery.ToStrings(recovery.Channels), "Decision": recovery.ToStrings(recovery.Decisions), "Route": recovery.ToStrings(recovery.Routes),
		"EvidenceKind": recovery.ToStrings(recovery.EvidenceKinds), "Audience": recovery.ToStrings(recovery.Audiences),
		"Role":      append(recovery.ToStrings(recovery.Roles), string(recovery.RoleSystem)),
		"ClockKind": recovery.ToStrings(recovery.Clocks), "Action": recovery.ToStrings(recovery.Actions), "EntryKind": recovery.ToStrings(recovery.EntryKinds),
		"Danger": recovery.Dangers, "ProvenFact": recovery.ToStrings(recovery.ProvenFacts), "DelayedArrival": recovery.ToStrings(recovery.Delays), "Account": recovery.ToStrings(recovery.Accounts),
		"NoteVisibility": recovery.NoteVisibilities,
		"PaperKind":      recovery.ToStrings(recovery.Papers), "PaperOnRequest": recovery.ToStrings(recovery.PapersOnRequest),
	}
}
