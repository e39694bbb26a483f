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

// maxFacts is the size in bytes of the facts of a send, as over the network.
const maxFacts = 64 << 10

// assessCommand answers as POST /api/v1/assessments does. Without a database it
// answers from the playbook alone.
func assessCommand() *cobra.Command {
	return &cobra.Command{
		Use: "assess < FACTS.json", Short: "Say what can be done about a mis-send; stores nothing", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			facts, err := readFacts[playbook.AssessmentFacts](cmd.InOrStdin())
			if err != nil {
				return err
			}
			var assessed playbook.Assessment
			if os.Getenv("DATABASE_URL") == "" {
				assessed, err = assessAlone(facts)
			} else {
				err = withRules(cmd.Context(), playbook.Load, func(ctx context.Context, service *casework.Service) error {
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
		return facts, fmt.Errorf("the facts are not as the specification has them: %w", err)
	}
	return facts, nil
}

func assessAlone(facts playbook.AssessmentFacts) (playbook.Assessment, error) {
	shelf, err := playbook.Load()
	if err != nil {
		return playbook.Assessment{}, err
	}
	at, book := now(), shelf.Current()
	if err := casework.CheckFacts(book, facts, at); err != nil {
		return playbook.Assessment{}, err
	}
	return book.Assess(facts, at, playbook.Knowledge{}), nil
}

// printBody prints what the interface would have answered, without what it
// leaves open: nulls, and words and lists that are empty.
func printBody(w io.Writer, body []byte) error {
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber()
	var told any
	if err := decoder.Decode(&told); err != nil {
		return fmt.Errorf("the answer cannot be read back: %w", err)
	}
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return encoder.Encode(filled(told))
}

// filled leaves out what is empty, inside out.
func filled(value any) any {
	switch v := value.(type) {
	case map[string]any:
		for key, member := range v {
			if v[key] = filled(member); empty(v[key]) {
				delete(v, key)
			}
		}
	case []any:
		for i := range v {
			v[i] = filled(v[i])
		}
	}
	return value
}

func empty(value any) bool {
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

// withRules runs a short command over what needs rules and cases only: no keys,
// no engine, no files.
func withRules(ctx context.Context, load func() (*playbook.Shelf, error), run func(context.Context, *casework.Service) error) error {
	c, err := readConfig()
	if err != nil {
		return err
	}
	shelf, err := load()
	if err != nil {
		return err
	}
	store, err := postgres.Open(ctx, c.DatabaseURL, postgres.Options{Now: now, Random: rand.Reader})
	if err != nil {
		return err
	}
	defer store.Close()
	log := slog.New(slog.NewTextHandler(os.Stderr, nil))
	return run(ctx, casework.New(casework.Parts{Store: store, Shelf: shelf, Now: now, Random: rand.Reader, Log: log}, casework.Config{}))
}
