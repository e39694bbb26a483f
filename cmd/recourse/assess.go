package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"os"

	strict "github.com/go-json-experiment/json"
	"github.com/spf13/cobra"

	"recourse/api"
	"recourse/casework"
	"recourse/playbook"
	"recourse/postgres"
)

// maxFacts is the limit in bytes, the same as for requests.
const maxFacts = 64 << 10

// assessCommand gives the answer of POST /api/v1/assessments. Without a database it
// uses the playbook only.
func assessCommand() *cobra.Command {
	return &cobra.Command{
		Use: "assess < FACTS.json", Short: "Assess a mistaken payment; stores nothing", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			facts, err := readFacts[playbook.AssessmentFacts](cmd.InOrStdin())
			if err != nil {
				return err
			}
			var assessed playbook.Assessment
			if os.Getenv("DATABASE_URL") == "" {
				assessed, err = assessWithoutDatabase(facts)
			} else {
				err = withRulesOnly(cmd.Context(), playbook.Load, func(ctx context.Context, service *casework.Service) error {
					assessed, err = service.Assess(ctx, facts)
					return err
				})
			}
			if err != nil {
				return err
			}
			body, err := api.WriteAssessment(assessed)
			if err != nil {
				return err
			}
			return printBody(cmd.OutOrStdout(), body)
		},
	}
}

func readFacts[T any](r io.Reader) (T, error) {
	var facts T
	raw, err := io.ReadAll(io.LimitReader(r, maxFacts+1))
	switch {
	case err != nil:
		return facts, fmt.Errorf("the facts cannot be read: %w", err)
	case len(raw) > maxFacts:
		return facts, fmt.Errorf("the facts have more than %d bytes", maxFacts)
	}
	if err := strict.Unmarshal(raw, &facts, strict.RejectUnknownMembers(true)); err != nil {
		return facts, fmt.Errorf("the facts do not match the specification: %w", err)
	}
	return facts, nil
}

func assessWithoutDatabase(facts playbook.AssessmentFacts) (playbook.Assessment, error) {
	playbooks, err := playbook.Load()
	if err != nil {
		return playbook.Assessment{}, err
	}
	at, book := currentTime(), playbooks.Current()
	if err := casework.CheckFacts(book, facts, at); err != nil {
		return playbook.Assessment{}, err
	}
	return book.Assess(facts, at, playbook.Knowledge{}), nil
}

// printBody prints a response of the API without nulls and empty texts, lists and
// objects.
func printBody(w io.Writer, body []byte) error {
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber()
	var answer any
	if err := decoder.Decode(&answer); err != nil {
		return fmt.Errorf("the answer cannot be read back: %w", err)
	}
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return encoder.Encode(removeEmpty(answer))
}

// removeEmpty removes empty values, innermost first.
func removeEmpty(value any) any {
	switch v := value.(type) {
	case map[string]any:
		for key, member := range v {
			if v[key] = removeEmpty(member); isEmpty(v[key]) {
				delete(v, key)
			}
		}
	case []any:
		for i := range v {
			v[i] = removeEmpty(v[i])
		}
	}
	return value
}

func isEmpty(value any) bool {
	switch v := value.(type) {
	case nil:
		return true
	case string:
		return v == ""
	case []any:
		return len(v) == 0
	case map[string]any:
		return len(v) == 0
	default:
		return false
	}
}

// withRulesOnly runs a command with rules and cases, but without keys, engine and
// files.
func withRulesOnly(ctx context.Context, load func() (*playbook.Registry, error), run func(context.Context, *casework.Service) error) error {
	c, err := readConfig()
	if err != nil {
		return err
	}
	playbooks, err := load()
	if err != nil {
		return err
	}
	store, err := postgres.Open(ctx, c.DatabaseURL, postgres.Options{Now: currentTime, Random: rand.Reader})
	if err != nil {
		return err
	}
	defer store.Close()
	log := slog.New(slog.NewTextHandler(os.Stderr, nil))
	return run(ctx, casework.New(casework.Dependencies{Store: store, Registry: playbooks, Now: currentTime, Random: rand.Reader, Log: log}, casework.Config{}))
}
