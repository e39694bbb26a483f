// Command specgen writes into api/openapi.yaml what the domain decides: the
// paths and bodies of all actions, from recovery's table of actions, and the
// values of enumerations. The rest of the file is written by hand.
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
	updated, err := update(string(text))
	if err != nil {
		return fmt.Errorf("%s: %w", specification, err)
	}
	return os.WriteFile(specification, []byte(updated), 0o644)
}

// update returns the specification with its generated parts replaced.
func update(text string) (string, error) {
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

// replaceEnum replaces the values of a schema that is an enumeration of strings.
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
		"Platform": texts(recovery.Platforms), "Instrument": texts(recovery.Instruments),
		"ClaimState": texts(recovery.ClaimStates), "GroupKind": texts(recovery.GroupKinds),
		"Reason": texts(recovery.Reasons), "Stage": texts(recovery.Stages), "WaitingOn": texts(recovery.Waits),
		"Outcome": texts(recovery.Outcomes), "ResponseKind": texts(recovery.Responses), "Refusal": texts(recovery.Refusals),
		"Channel": texts(recovery.Channels), "Decision": texts(recovery.Decisions), "Route": texts(recovery.Routes),
		"EvidenceKind": texts(recovery.EvidenceKinds), "Audience": texts(recovery.Audiences),
		"Role":      append(texts(recovery.Roles), string(recovery.RoleSystem)),
		"ClockKind": texts(recovery.Clocks), "Action": texts(recovery.Actions), "EntryKind": texts(recovery.EntryKinds),
		"NoteVisibility": recovery.NoteVisibilities,
	}
}

func texts[T ~string](values []T) []string {
	out := make([]string, len(values))
	for i, value := range values {
		out[i] = string(value)
	}
	return out
}
