package recovery_test

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"recourse/recovery"
)

var update = flag.Bool("update", false, "write the pages that are printed from the code")

var actionsPage = filepath.Join("..", "docs", "actions.md")

// page prints the table as the documentation has it.
func page() string {
	var out strings.Builder
	out.WriteString(`# Actions: what they do, where, and by whom

Generated from the code by ` + "`go test ./recovery -run TestActionsPage -update`" + `; do not edit it by hand. The source is
` + "`actionTable`" + ` in ` + "`recovery/action_table.go`" + `. The server's ` + "`allowed_actions`" + `, every refusal, the paths and bodies in
` + "`api/openapi.yaml`" + ` and the forms of the pages are derived from the same table. An action that a role may never take is
answered with ` + "`forbidden`" + `; one that is not possible now with ` + "`action_not_allowed`" + `. Optional fields are in brackets.

| action | what it does | fields | stages | roles | only when |
| --- | --- | --- | --- | --- | --- |
`)
	for _, row := range recovery.ActionSpecs() {
		only := row.When.About
		if only == "" {
			only = "—"
		}
		out.WriteString("| `" + string(row.Name) + "` | " + row.About + " | " + fieldNames(row.Fields) + " | " + stages(row.Stages) + " | " +
			words(row.Roles) + " | " + only + " |\n")
	}
	return out.String()
}

// fieldNames lists the fields of a body; optional ones are in brackets.
func fieldNames(fields []recovery.Field) string {
	var names []string
	for _, field := range fields {
		name := "`" + field.Name + "`"
		if !field.Required {
			name = "[" + name + "]"
		}
		names = append(names, name)
	}
	if len(names) == 0 {
		return "—"
	}
	return strings.Join(names, ", ")
}

// stages are named in short where they are all, or all but the end.
func stages(in []recovery.Stage) string {
	switch {
	case len(in) == len(recovery.Stages):
		return "every"
	case len(in) == len(recovery.Stages)-1 && in[len(in)-1] != recovery.Closed:
		return "every open one"
	default:
		return words(in)
	}
}

func words[T ~string](values []T) string {
	var all []string
	for _, value := range values {
		all = append(all, string(value))
	}
	return strings.Join(all, ", ")
}

// TestActionsPage compares the page with the code.
func TestActionsPage(t *testing.T) {
	t.Parallel()
	if *update {
		if err := os.WriteFile(actionsPage, []byte(page()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	printed, err := os.ReadFile(actionsPage)
	if err != nil || string(printed) != page() {
		t.Errorf("%s is not what the code says (%v): go test ./recovery -run TestActionsPage -update", actionsPage, err)
	}
	for _, row := range recovery.ActionSpecs() {
		if row.About == "" || len(row.Stages) == 0 || len(row.Roles) == 0 || row.Entry == "" {
			t.Errorf("the row of %s is incomplete: %+v", row.Name, row)
		}
	}
}
