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
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "specgen:", err)
		os.Exit(1)
	}
}

func run() error {
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
		"Platform": toStrings(recovery.Platforms), "Instrument": toStrings(recovery.Instruments),
		"ClaimState": toStrings(recovery.ClaimStates), "GroupKind": toStrings(recovery.GroupKinds),
		"Reason": toStrings(recovery.Reasons), "Stage": toStrings(recovery.Stages), "WaitingOn": toStrings(recovery.Waits),
		"Outcome": toStrings(recovery.Outcomes), "ResponseKind": toStrings(recovery.Responses), "Refusal": toStrings(recovery.Refusals),
		"Channel": toStrings(recovery.Channels), "Decision": toStrings(recovery.Decisions), "Route": toStrings(recovery.Routes),
		"EvidenceKind": toStrings(recovery.EvidenceKinds), "Audience": toStrings(recovery.Audiences),
		"Role":      append(toStrings(recovery.Roles), string(recovery.RoleSystem)),
		"ClockKind": toStrings(recovery.Clocks), "Action": toStrings(recovery.Actions), "EntryKind": toStrings(recovery.EntryKinds),
		"NoteVisibility": recovery.NoteVisibilities,
		"PaperKind":      toStrings(recovery.Papers), "PaperOnRequest": toStrings(recovery.PapersOnRequest),
	}
}

func toStrings[T ~string](values []T) []string {
	out := make([]string, len(values))
	for i, value := range values {
		out[i] = string(value)
	}
	return out
}
